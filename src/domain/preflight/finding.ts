/**
 * refuse: nothing may be started with it, and where it is found later, entries stop.
 * stop: exits leave, entries do not, until it is mended.
 * warn: a person should know; trading goes on.
 * note: as it is.
 */
export type Severity = 'refuse' | 'stop' | 'warn' | 'note';

export type FindingCode =
  | 'KEY_REFUSED'
  | 'KEY_READ_ONLY'
  | 'KEY_MAY_NOT_TRADE'
  | 'KEY_MAY_NOT_SET_LEVERAGE'
  | 'KEY_MAY_WITHDRAW'
  | 'KEY_MAY_TRANSFER'
  | 'KEY_ENDED'
  | 'KEY_ENDS_SOON'
  | 'KEY_ENDS'
  | 'KEY_NOT_BOUND'
  | 'MAIN_ACCOUNT'
  | 'OTHER_ACCOUNT'
  | 'ACCOUNT_KIND'
  | 'MARGIN_MODE'
  | 'HEDGE_MODE'
  | 'LEVERAGE'
  | 'REDUCE_ONLY_POSITION'
  | 'POSITION_TAKEN_OVER'
  | 'OPEN_POSITION'
  | 'FEE_ASSET'
  | 'FEE_RATE'
  | 'LIMIT_PRICES_MOVED'
  | 'SYMBOL_NOT_ALLOWED'
  | 'MAINTENANCE'
  | 'NOT_READ'
  | 'NOT_OFFERED';

/** What one answer means for trading. */
export interface PreflightFinding {
  readonly severity: Severity;
  readonly code: FindingCode;
  /** What is wrong, with which value, and what to do: one sentence. */
  readonly sentence: string;
  /** Only orders in these symbols; absent: all. */
  readonly symbols?: readonly string[];
  /** It holds from then on, UTC, milliseconds; absent: already. */
  readonly fromMs?: number;
  /** It is over then, UTC, milliseconds; absent: it stays until it is mended. */
  readonly untilMs?: number;
}

/** Symbols named in one sentence; more are counted. */
const SYMBOLS_NAMED_MAX = 5;

export function nameSymbols(symbols: readonly string[]): string {
  const more = symbols.length - SYMBOLS_NAMED_MAX;
  return `${symbols.slice(0, SYMBOLS_NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Whether a finding keeps entries from leaving at that instant. */
export function stopsEntries(finding: PreflightFinding, symbol: string, nowMs: number): boolean {
  if (finding.severity !== 'refuse' && finding.severity !== 'stop') return false;
  if (finding.symbols !== undefined && !finding.symbols.includes(symbol)) return false;
  return nowMs >= (finding.fromMs ?? -Infinity) && nowMs < (finding.untilMs ?? Infinity);
}
