import type { Denial } from '../denial';
import type { LedgerStats, Reservation, TradingState, TradingStateChange } from './types';

/**
 * The other bounds keep the state as JSON, with every text at its longest, below this. It travels through continue-as-new
 * together with the limiter's, and both have to fit Temporal's limit of 2 MiB.
 */
export const LEDGER_STATE_BYTES_MAX = 1_350_000;
export const PENDING_RESERVATIONS_MAX = 600;
/** Ended reservations remembered to answer retries; the oldest are dropped first. */
export const ENDED_RESERVATIONS_MAX = 400;
/** Reservation ids released before they existed; the oldest are dropped first. */
export const EARLY_RELEASES_MAX = 400;
/** Refused request ids remembered; the oldest are dropped first. */
export const REFUSALS_MAX = 600;
/** Fills kept apart until a report contains them; above it, fills of one asset share an entry. */
export const UNSETTLED_FILLS_MAX = 400;
export const TRADING_STATE_CHANGES_MAX = 50;
/** A reserve command as JSON, with its metadata. */
export const RESERVE_COMMAND_BYTES_MAX = 800;
/** Request and reservation ids as JSON. */
export const LEDGER_ID_BYTES_MAX = 100;
/** Reasons as JSON; longer ones are cut. */
export const REASON_BYTES_MAX = 160;
/** Assets in one balance report. */
export const SNAPSHOT_ASSETS_MAX = 500;
/** An asset's name as JSON. */
export const ASSET_BYTES_MAX = 24;
/** A venue's time further ahead of ours than this is an error: it would make every later report look stale. */
export const VENUE_CLOCK_AHEAD_MAX_MS = 60_000;

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

/** Plain JSON: it travels through continue-as-new. Lists are ordered oldest first. */
export interface LedgerState {
  /** How long after an execution a balance report may still miss it, milliseconds. */
  readonly snapshotLagMs: number;
  readonly tradingState: TradingState;
  readonly tradingStateChanges: readonly TradingStateChange[];
  /** The last applied report's time, milliseconds UTC; 0: none yet. */
  readonly asOfMs: number;
  readonly assets: Readonly<Record<string, AssetAccount>>;
  readonly pending: readonly LedgerEntry[];
  readonly ended: readonly LedgerEntry[];
  /** When the youngest reservation was made that `ended` had no more room for, milliseconds UTC; 0: none. */
  readonly forgottenAtMs: number;
  readonly earlyReleases: readonly string[];
  readonly refusals: readonly Refusal[];
  readonly unsettledFills: readonly UnsettledFill[];
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
}

/** The running sums contradict each other: an error of this program. Trading on would spend funds twice. */
export class LedgerInvariantError extends Error {
  override readonly name = 'LedgerInvariantError';
}

export function emptyLedger(settings: LedgerSettings): LedgerState {
  return {
    snapshotLagMs: settings.snapshotLagMs,
    tradingState: 'active',
    tradingStateChanges: [],
    asOfMs: 0,
    assets: {},
    pending: [],
    ended: [],
    forgottenAtMs: 0,
    earlyReleases: [],
    refusals: [],
    unsettledFills: [],
    stats: { reserved: 0, denied: 0, committed: 0, released: 0, snapshots: 0, staleSnapshots: 0 },
  };
}

/** Takes over changed settings at a restart. Fills already recorded keep the lag they were recorded with. */
export function configureLedger(state: LedgerState, settings: LedgerSettings): LedgerState {
  return { ...state, snapshotLagMs: settings.snapshotLagMs };
}

/** Reservations that were made since the signal started are all remembered: none of this signal can be forgotten. */
export function isSurelyFirst(
  { forgottenAtMs }: LedgerState,
  { signalStartedAtMs }: { readonly signalStartedAtMs?: number },
): boolean {
  return signalStartedAtMs === undefined || signalStartedAtMs > forgottenAtMs;
}
