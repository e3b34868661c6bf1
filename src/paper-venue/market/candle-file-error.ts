/** A candle directory cannot be used. The message names the file and line. */
export class CandleFileError extends Error {
  override readonly name = 'CandleFileError';
  readonly code = 'CANDLE_FILE_INVALID';
}
