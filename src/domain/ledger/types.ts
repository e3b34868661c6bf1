import type { Denial } from '../denial';
import type { Intent } from '../signal';

/** active: everything; reducing: exits only; halted: nothing is sent. */
export type TradingState = 'active' | 'reducing' | 'halted';

/** One asset's balance as the venue last reported it. Decimal strings, never negative. */
interface AssetBalance {
  readonly total: string;
  readonly available: string;
  readonly locked: string;
  /** The venue's clock when it made this report, milliseconds UTC. Older reports never replace newer ones. */
  readonly asOfMs: number;
}

/** pending holds funds; committed and released are ended, once and for ever. */
type ReservationStatus = 'pending' | 'committed' | 'released';

/**
 * Plain data that travels with a reservation: the order plan, so that a re-run finds what was decided. The ledger itself
 * reads and writes of it what ./positions names.
 */
export type ReservationMetadata = Readonly<Record<string, string | number | boolean>>;

export interface Reservation {
  /** The signal's fingerprint: one reservation per signal. */
  readonly id: string;
  readonly asset: string;
  /** What is held, a decimal string, zero or more (an exit may need no funds). */
  readonly amount: string;
  readonly intent: Intent;
  readonly purpose: string;
  readonly metadata: ReservationMetadata;
  readonly status: ReservationStatus;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
  /** What the order really took, for committed ones; at most `amount` unless the venue filled for more. */
  readonly committedAmount?: string;
  readonly reason?: string;
}

export interface ReserveCommand {
  /** `<fingerprint>:<step>`; the same request id always gets the same answer. */
  readonly requestId: string;
  readonly reservationId: string;
  readonly asset: string;
  readonly amount: string;
  readonly intent: Intent;
  readonly purpose: string;
  readonly metadata: ReservationMetadata;
  /**
   * When the signal's workflow started, milliseconds UTC on the server's clock. No reservation of this signal is older:
   * that is how the ledger knows whether it could have forgotten one. Absent: taken as the present.
   */
  readonly signalStartedAtMs?: number;
  /**
   * The signal's time to live ends then, milliseconds UTC: no new reservation is made afterwards. Absent in older
   * commands: never.
   */
  readonly expiresAtMs?: number;
  /**
   * What the order needs if all of it only closes an opposite position: its fees, a decimal string. Absent: the same as
   * otherwise.
   */
  readonly closingAmount?: string;
  /** Of the signal, for the position that the order opens. Absent: not known. */
  readonly strategy?: string;
}

/** How an entry is reserved instead of as it was asked for. */
export type Rewrite =
  /** As an exit of all that is open against it: it needs no funds, and opens nothing. */
  | { readonly exit: { readonly quantity: string } }
  /** With what guards the position that it enlarges. */
  | { readonly protection: { readonly stopLoss: string; readonly takeProfit?: string } };

/**
 * Asked about every entry that nothing else but its funds forbids, in the step that reserves it.
 *
 * @param pending all reservations that are pending
 * @returns undefined: it may be reserved as it is
 */
export type ReserveGate = (command: ReserveCommand, pending: readonly Reservation[]) => Denial | Rewrite | undefined;

export type ReserveResult =
  /**
   * `isNew` is false when this reservation already existed with the same body: an earlier attempt made it. It is also
   * false when the ledger has forgotten reservations that are younger than the signal, so that it cannot exclude that.
   */
  | { readonly status: 'reserved'; readonly isNew: boolean; readonly reservation: Reservation }
  /**
   * Refused. For good, where the denial is no passing one (see isPassing): the same request id gets the same refusal
   * whatever happens later.
   */
  | { readonly status: 'denied'; readonly denial: Denial }
  /** An earlier attempt's order took its funds; the ledger remembers no more of it. */
  | { readonly status: 'ended'; readonly how: 'committed' }
  /** The id exists with another body; `field` is the first one that differs. */
  | { readonly status: 'conflict'; readonly field: string; readonly reservation: Reservation };

export interface CommitCommand {
  readonly requestId: string;
  readonly reservationId: string;
  /** What the order took from free funds (margin and fees), a decimal string, zero or more. The rest is released. */
  readonly amount: string;
  /** The venue's clock when the order last filled; a balance report from later already contains it. */
  readonly executedAtMs: number;
  /** What of the order filled, in base units, a decimal string; absent: not known. */
  readonly quantity?: string;
  readonly reason: string;
}

export interface ReleaseCommand {
  readonly requestId: string;
  readonly reservationId: string;
  readonly reason: string;
}

/** Bars a signal that is about to end without knowing of a reservation: none may exist, and none may be made from now on. */
export interface BarCommand {
  readonly requestId: string;
  readonly reservationId: string;
  /** See ReserveCommand. */
  readonly signalStartedAtMs?: number;
  /** See ReserveCommand. */
  readonly expiresAtMs?: number;
}

export type BarResult =
  /** Nothing is held, nothing ever was, and a reserve request that is still on its way will be refused. */
  | { readonly status: 'withdrawn' }
  /** An earlier attempt, whose answer was lost, made this reservation: it may have gone further. Nothing changed. */
  | { readonly status: 'exists'; readonly reservation: Reservation }
  /** An earlier attempt's order took its funds; the ledger remembers no more of it. */
  | { readonly status: 'ended'; readonly how: 'committed' }
  /** The ledger has forgotten reservations that are younger than the signal. Reservations are refused from now on. */
  | { readonly status: 'uncertain' }
  | InvalidCommandResult;

/**
 * The venue accepted the order and it may rest in the book, where the venue holds funds back for it in its own reports.
 */
export interface AcknowledgeCommand {
  readonly requestId: string;
  readonly reservationId: string;
  /** The venue's clock when it accepted the order. */
  readonly placedAtMs: number;
  /** What the venue holds back for the order at the least (its margin, without fees and without our safety margin). */
  readonly lockedAmount: string;
}

export interface SetTradingStateCommand {
  readonly requestId: string;
  readonly to: TradingState;
  readonly reason: string;
}

/** A command whose values make no sense, such as an amount that is no decimal. Nothing changed. */
export interface InvalidCommandResult {
  readonly status: 'invalid';
  readonly message: string;
}

export type AcknowledgeResult =
  | { readonly status: 'acknowledged' }
  /** The reservation has ended, or is not known. Nothing changed. */
  | { readonly status: 'not_pending' }
  | InvalidCommandResult;

/** stale: a somewhat older report than the last applied one; ignored. */
export type SnapshotResult = { readonly status: 'applied' } | { readonly status: 'stale' } | InvalidCommandResult;

export interface TradingStateChange {
  readonly requestId: string;
  readonly to: TradingState;
  readonly reason: string;
  readonly atMs: number;
}

export type SetTradingStateResult =
  /** `isNew` is false when this request was made before; the state it set may have been replaced since. */
  | { readonly status: 'set'; readonly isNew: boolean; readonly change: TradingStateChange }
  /** The request id was used for another change. Nothing changed. */
  | { readonly status: 'conflict'; readonly change: TradingStateChange }
  | InvalidCommandResult;

export type EndReservationResult =
  | { readonly status: 'ended'; readonly reservation: Reservation }
  /** It had ended before; `reservation.status` names how. Nothing changed. */
  | { readonly status: 'already_ended'; readonly reservation: Reservation }
  /** The same, long ago: no more of it is remembered. */
  | { readonly status: 'ended_before'; readonly how: 'committed' | 'released' }
  | { readonly status: 'not_found' };

/** What is open in one symbol, in one-way mode. */
export interface Position {
  readonly direction: 'BUY' | 'SELL';
  /** A decimal string, zero or more. */
  readonly quantity: string;
}

/** What a venue says is open. */
export interface PositionsReport {
  /** Of the venue's clock when it said so: earlier than the balances that it comes with. */
  readonly asOfMs: number;
  /** A symbol that is not named has no position that is known. */
  readonly bySymbol: Readonly<Record<string, Position>>;
}

/** What a venue says of one asset. */
export interface AssetFigures {
  readonly total: string;
  readonly available: string;
  readonly locked: string;
  /** With open profits and losses, negative where more is lost than is there; of the settle asset. Absent: not told. */
  readonly equity?: string;
}

/** A venue's balance report for every asset of the account. */
export interface SnapshotCommand {
  readonly asOfMs: number;
  readonly assets: Readonly<Record<string, AssetFigures>>;
  /** Absent: no position is known. */
  readonly positions?: PositionsReport;
}

/** What one asset looks like to a reader: the venue's figures and what of them is ours to use. */
export interface AssetView extends AssetBalance {
  /** Held by pending reservations. */
  readonly reserved: string;
  /** Taken by fills that the venue's last report does not contain yet. */
  readonly unsettled: string;
  /** The part of `reserved` that the venue's report holds back itself, for resting orders; absent: none. */
  readonly contained?: string;
  /** available - (reserved - contained) - unsettled, never below zero. */
  readonly free: string;
}

export interface LedgerStats {
  readonly reserved: number;
  readonly denied: number;
  readonly committed: number;
  readonly released: number;
  readonly snapshots: number;
  readonly staleSnapshots: number;
}
