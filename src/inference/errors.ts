/** Why a model cannot be used; stable, a program may react to them. */
export type ModelErrorCode =
  /** There is no file that could be read. */
  | 'MODEL_NOT_FOUND'
  | 'MODEL_TOO_LARGE'
  /** A file of another kind. */
  | 'MODEL_NOT_ONNX'
  /** Cut off, or its bytes contradict each other. */
  | 'MODEL_DAMAGED'
  /** Weights in a file beside it. */
  | 'MODEL_EXTERNAL_DATA'
  /** Its format or its operators are newer than the runtime. */
  | 'MODEL_TOO_NEW'
  | 'MODEL_OPERATOR_UNKNOWN'
  | 'MODEL_METADATA_NOT_FOUND'
  | 'MODEL_METADATA_INVALID'
  /** A description of a later, or no, version of the contract. */
  | 'MODEL_CONTRACT_UNSUPPORTED'
  | 'MODEL_HASH_MISMATCH'
  | 'MODEL_SHAPE_MISMATCH'
  | 'MODEL_INTERVAL_MISMATCH'
  | 'MODEL_HORIZON_MISSING'
  /** More than the process that asks the exchange fetches, which goes by the configured model. */
  | 'MODEL_NEEDS_MORE_CANDLES'
  | 'MODEL_LOAD_FAILED'
  /** It answers the test window otherwise than its file says. */
  | 'MODEL_ANSWER_DIFFERS'
  | 'MODEL_TOO_SLOW'
  /** What ran it died; the next prediction starts it again. */
  | 'MODEL_STOPPED'
  | 'EXECUTION_PROVIDER_UNAVAILABLE'
  | 'BATCH_INVALID';

/**
 * A model that is missing, damaged, or not what its metadata say. Trying again does not help, MODEL_STOPPED apart. Its message
 * is one sentence on what is wrong, and one on what to do.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  /** What is wrong, without its point. */
  readonly fault: string;
  /** What to do about it, without its point; absent: the fault says it. */
  readonly advice: string | undefined;
  constructor(
    readonly code: ModelErrorCode,
    fault: string,
    { advice, ...options }: ErrorOptions & { readonly advice?: string } = {},
  ) {
    super(advice === undefined ? `${fault}.` : `${fault}. ${advice[0]!.toUpperCase()}${advice.slice(1)}.`, options);
    this.fault = fault;
    this.advice = advice;
  }
}

/** The text of anything thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
