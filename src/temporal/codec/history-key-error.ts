/** What is wrong with the keys that seal histories. Programs may react to these; they do not change. */
export type HistoryKeyErrorCode =
  /** The keys cannot be read: a malformed, short or doubled one, two sources, a file that others may read. */
  | 'HISTORY_KEYS_INVALID'
  /** Something was sealed with a key that this process does not have. */
  | 'HISTORY_KEY_MISSING'
  /** The key of that id does not open it: it has other bytes, or what was sealed was changed. */
  | 'HISTORY_KEY_WRONG'
  /** This process would seal with a key that no trading engine has yet: nobody could read what it writes. */
  | 'HISTORY_KEY_UNKNOWN';

/** Histories cannot be sealed or opened; the message says which key it is about and what to do. It never holds a key. */
export class HistoryKeyError extends Error {
  override readonly name = 'HistoryKeyError';

  constructor(
    readonly code: HistoryKeyErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Causes of an error that are looked at, so that a circle of causes ends. */
const CAUSES_MAX = 10;

/** The trouble with keys that stands behind an error; libraries wrap what a codec throws. @returns undefined: none */
export function historyKeyErrorIn(error: unknown): HistoryKeyError | undefined {
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && current instanceof Error; depth += 1) {
    if (current instanceof HistoryKeyError) return current;
    current = current.cause;
  }
  return undefined;
}
