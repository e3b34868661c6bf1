import type { BlockKind, RateLimits, RateStats } from './types';

/**
 * The other bounds keep the state as JSON, with every text at its longest, below this. It travels through continue-as-new
 * together with the ledger's, and both have to fit Temporal's limit of 2 MiB.
 */
export const LIMITER_STATE_BYTES_MAX = 655_000;
/** Permits remembered to answer retries; the oldest are dropped first, and entries on their turn last. */
export const PERMITS_MAX = 1_000;
/** Entries that wait for their turn; beyond it they are refused. The rest of the permits is for whoever needs no turn. */
export const ENTRIES_WAITING_MAX = 900;
/** Distinct instants booked in one window; beyond it requests are refused until older ones pass. */
export const GRANTS_MAX = 2_500;
/** Request ids, endpoint names and strategies as JSON. */
export const RATE_TEXT_BYTES_MAX = 100;
/** Endpoint names counted apart in the statistics; the rest are counted as `other`. */
export const COUNTED_ENDPOINTS_MAX = 50;
/** The pause after a first "too many requests" without a time to resume; each further one in a row doubles it. */
export const PENALTY_FIRST_MS = 1_000;
export const PENALTY_MAX_MS = 60_000;
/** The pause after a ban without a time to resume. Bybit asks for ten minutes. */
export const BAN_DEFAULT_MS = 600_000;
/** No answer blocks requests for longer than this: Binance's longest ban is three days, the rest is a broken header. */
export const BLOCK_MAX_MS = 259_200_000;
/** A living account hears of something at least this often: its own reading of balances asks for permits. */
export const STEP_MAX_MS = 30_000;
/** Three steps that were lost; see gapMs. */
export const GAP_MIN_MS = 90_000;

/** Weight booked at one instant. */
export interface Grant {
  readonly atMs: number;
  readonly weight: number;
}

export interface Permit {
  readonly requestId: string;
  readonly endpoint: string;
  readonly weight: number;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  /** The strategy of an entry, cut to RATE_TEXT_BYTES_MAX; absent: it stands in no queue (./turns). */
  readonly strategy?: string;
}

/**
 * Plain JSON: it travels through continue-as-new. Grants ascend by instant, permits are ordered oldest first.
 *
 * Every instant is on the limiter's clock and means something only relative to `clockMs`: when that clock steps, they
 * move along (passTime), so that no step of it, back or far ahead, makes anyone wait for longer than a span and what is
 * left of a block.
 */
export interface LimiterState {
  readonly limits: RateLimits;
  /** The last time seen, 0: none yet. It goes back when the clock does. */
  readonly clockMs: number;
  /** No request before it; 0: there was never a block. */
  readonly blockedUntilMs: number;
  /** What the present block is, or the last one was. Absent: there was none, or older rules made it. */
  readonly blockedBy?: BlockKind;
  /** Penalties in a row without a success after them. */
  readonly penaltiesInRow: number;
  readonly global: readonly Grant[];
  /** Only endpoints with a limit of their own. */
  readonly endpoints: Readonly<Record<string, readonly Grant[]>>;
  readonly permits: readonly Permit[];
  readonly stats: RateStats;
}

/** What every reducer returns: the next state, and the answer to the caller. */
export interface LimiterStep<Result> {
  readonly state: LimiterState;
  readonly result: Result;
}

/** The configured limits contradict themselves. */
export class RateLimitsError extends Error {
  override readonly name = 'RateLimitsError';
}
