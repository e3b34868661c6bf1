/** Why a model cannot be used; stable, a program may react to them. */
export type ModelErrorCode =
  | 'MODEL_NOT_FOUND'
  | 'MODEL_METADATA_NOT_FOUND'
  | 'MODEL_METADATA_INVALID'
  | 'MODEL_HASH_MISMATCH'
  | 'MODEL_SHAPE_MISMATCH'
  | 'MODEL_INTERVAL_MISMATCH'
  /** More than the process that asks the exchange fetches, which goes by the configured model. */
  | 'MODEL_NEEDS_MORE_CANDLES'
  | 'MODEL_LOAD_FAILED'
  | 'EXECUTION_PROVIDER_UNAVAILABLE'
  | 'BATCH_INVALID';

/** A model that is missing, damaged, or not what its metadata say. Trying again does not help. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  constructor(
    readonly code: ModelErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The text of anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
