import type { Denial } from '../denial';
import type { LedgerStats, PositionsReport, Reservation, TradingState, TradingStateChange } from './types';

/**
 * The other bounds keep the state as JSON, with every text at its longest, below this. It travels through continue-as-new
 * together with the limiter's, and both have to fit Temporal's limit of 2 MiB.
 */
export const LEDGER_STATE_BYTES_MAX = 1_345_000;
export const PENDING_RESERVATIONS_MAX = 600;
/** The newest ended reservations are kept in full, to answer retries with their plan; of older ones the id is kept. */
export const ENDED_RESERVATIONS_MAX = 100;
/** All ids that are kept, as JSON: some 20,000 of 16 characters. */
export const ENDED_IDS_BYTES_MAX = 360_000;
/** Refused request ids remembered; the oldest are dropped first. */
export const REFUSALS_MAX = 300;
/** Fills kept apart until a report contains them; above it, fills of one asset share an entry. */
export const UNSETTLED_FILLS_MAX = 400;
export const TRADING_STATE_CHANGES_MAX = 50;
/** A reserve command as JSON, with its metadata. */
export const RESERVE_COMMAND_BYTES_MAX = 900;
/** What an offset adds to a reservation as JSON, with every figure at its longest. A command without room for it gets none. */
export const OFFSET_BYTES_MAX = 172;
/** Request and reservation ids as JSON. */
export const LEDGER_ID_BYTES_MAX = 100;
/** Reasons as JSON; longer ones are cut. */
export const REASON_BYTES_MAX = 160;
/** Assets in one balance report. */
export const SNAPSHOT_ASSETS_MAX = 300;
/** Positions in one report; of a report with more, none is known. */
export const POSITIONS_MAX = 100;
/** Filled orders kept apart until a report of positions contains them; above it, all positions count as used up until one does. */
export const POSITION_USES_MAX = 100;
/** A symbol as JSON. */
export const SYMBOL_BYTES_MAX = 40;
/** An asset's name as JSON. */
export const ASSET_BYTES_MAX = 24;
/** No signal lives longer; what is kept for a signal whose expiry is not known is kept for this long. */
export const TIME_TO_LIVE_MAX_MS = 86_400_000;
/** How much longer an id is kept than its signal lives: a request may be that late on its way. */
export const ENDED_GRACE_MS = 60_000;
/** How long the venue's balance report may be on its way to us. */
export const REPORT_DELAY_MAX_MS = 60_000;
/**
 * Between two reports the venue's clock and ours pass the same time, except for what the reports were on their way. Where
 * they differ by more than this, one of them was set.
 */
export const CLOCK_STEP_MIN_MS = 90_000;
/** Reports come at least once an hour, if they come. */
export const REPORT_PAUSE_MAX_MS = 7_200_000;

/** One asset: the venue's last report, and our own claims on it as running sums. */
export interface AssetAccount {
  readonly total: string;
  readonly available: string;
  readonly locked: string;
  /** Sum of the pending reservations. */
  readonly reserved: string;
  /** The part of `reserved` that belongs to resting orders which the last report contains. */
  readonly contained: string;
  /** Sum of the unsettled fills. */
  readonly unsettled: string;
}

/** A reservation with what the ledger alone needs to know of it. */
export interface LedgerEntry {
  /** The request that made it. */
  readonly requestId: string;
  readonly reservation: Reservation;
  /** What the venue holds back for the resting order, and in reports from when on; absent: not acknowledged. */
  readonly lockedAmount?: string;
  readonly lockedFromMs?: number;
  /** What was asked for, where less is held because a part of the order, or all of it, only closes a position. */
  readonly askedAmount?: string;
  /** What of the held amount came later: whoever sent the order counted on a larger offset. */
  readonly addedAmount?: string;
  /** It was asked for as an entry, and reserved as an exit; or asked for with another protection. */
  readonly rewrote?: 'exit' | 'protection';
  /** See ReserveCommand. */
  readonly strategy?: string;
  /** See ReserveCommand. */
  readonly expiresAtMs?: number;
  /** When its signal started, where that is later than it was made, because our clock was set back. */
  readonly startedAtMs?: number;
  /** The last report's time when it was made, on the venue's clock: nothing of its order happened before. */
  readonly madeAfterMs?: number;
}

/**
 * How a signal's dealings with the ledger ended. `barred`: it ended without a reservation that the ledger knew of, and
 * none may be made.
 */
export type EndedHow = 'committed' | 'released' | 'barred';

/** Ids that may be forgotten at the same time. Each text holds ids between commas, `,id,id,`; empty: none. */
export interface EndedIds extends Readonly<Record<EndedHow, string>> {
  /** No reserve request of these signals is accepted any more from then on, milliseconds UTC. */
  readonly untilMs: number;
  /** When the youngest of these reservations was made, milliseconds UTC. */
  readonly youngestMs: number;
  /** Size of the texts as JSON. */
  readonly bytes: number;
}

interface Refusal {
  readonly requestId: string;
  readonly denial: Denial;
}

/** Funds that a fill took; reports from `settledFromMs` on contain it. */
export interface UnsettledFill {
  readonly asset: string;
  readonly amount: string;
  readonly settledFromMs: number;
}

/** How much of which symbol an order buys or sells. */
export interface OrderSize {
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  /** A decimal string above zero. */
  readonly quantity: string;
}

/** An order that filled and may have closed a position; reports of positions from `settledFromMs` on contain it. */
export interface PositionUse {
  /** Absent: it may have closed any. */
  readonly order?: OrderSize;
  readonly settledFromMs: number;
}

/** Plain JSON: it travels through continue-as-new. Lists are ordered oldest first. */
export interface LedgerState {
  /** How long after an execution a balance report may still miss it, milliseconds. */
  readonly snapshotLagMs: number;
  /** See LedgerSettings. */
  readonly reportAgeMaxMs?: number;
  readonly tradingState: TradingState;
  readonly tradingStateChanges: readonly TradingStateChange[];
  /** The last applied report's time, milliseconds UTC; 0: none yet. */
  readonly asOfMs: number;
  /** When that report was applied, on our clock, milliseconds UTC; 0: none, or it is not known. */
  readonly reportedAtMs: number;
  /**
   * A clock was set: whatever was claimed before is contained in reports from then on only, on the venue's clock,
   * milliseconds UTC; 0: never.
   */
  readonly containedFromMs: number;
  readonly assets: Readonly<Record<string, AssetAccount>>;
  readonly pending: readonly LedgerEntry[];
  readonly ended: readonly LedgerEntry[];
  readonly endedIds: readonly EndedIds[];
  /** When the youngest reservation was made whose id is not known any more, milliseconds UTC; 0: none. */
  readonly forgottenAtMs: number;
  /** Our clock is behind that instant, because it was set back: since when, and the same for since then; absent: it is not. */
  readonly behind?: { readonly sinceMs: number; readonly forgottenAtMs: number };
  readonly refusals: readonly Refusal[];
  readonly unsettledFills: readonly UnsettledFill[];
  /** Of the last applied report. Of an older one the instant alone is kept: none that is older still is taken over. */
  readonly positions: PositionsReport;
  readonly positionUses: readonly PositionUse[];
  readonly stats: LedgerStats;
}

/** What every reducer returns: the next state, and the answer to the caller. */
export interface LedgerStep<Result> {
  readonly state: LedgerState;
  readonly result: Result;
}

export interface LedgerSettings {
  /** See VenuePromises.snapshotLagMs. */
  readonly snapshotLagMs: number;
  /** Funds are lent only from a report that was applied at most this long ago, milliseconds; absent: from any. */
  readonly reportAgeMaxMs?: number;
}

/** The running sums contradict each other: an error of this program. Trading on would spend funds twice. */
export class LedgerInvariantError extends Error {
  override readonly name = 'LedgerInvariantError';
}

export function emptyLedger({ snapshotLagMs, reportAgeMaxMs }: LedgerSettings): LedgerState {
  return {
    snapshotLagMs,
    ...(reportAgeMaxMs === undefined ? {} : { reportAgeMaxMs }),
    tradingState: 'active',
    tradingStateChanges: [],
    asOfMs: 0,
    reportedAtMs: 0,
    containedFromMs: 0,
    assets: {},
    pending: [],
    ended: [],
    endedIds: [],
    forgottenAtMs: 0,
    refusals: [],
    unsettledFills: [],
    positions: { asOfMs: 0, bySymbol: {} },
    positionUses: [],
    stats: { reserved: 0, denied: 0, committed: 0, released: 0, snapshots: 0, staleSnapshots: 0 },
  };
}

/** Takes over changed settings at a restart. Fills already recorded keep the lag they were recorded with. */
export function configureLedger(state: LedgerState, { snapshotLagMs, reportAgeMaxMs }: LedgerSettings): LedgerState {
  const { reportAgeMaxMs: _former, ...rest } = state;
  return { ...rest, snapshotLagMs, ...(reportAgeMaxMs === undefined ? {} : { reportAgeMaxMs }) };
}
