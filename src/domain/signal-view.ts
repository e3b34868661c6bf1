import type { DenialCode } from './denial';
import type { EndedBy } from './order-end';
import type { CloseReason } from './position/types';
import type { TradingSignal } from './signal';

/** Where a signal's saga stands. */
export type SignalState =
  | 'RECEIVED'
  | 'SIZING'
  | 'RESERVING'
  | 'WAITING_FOR_PERMIT'
  | 'PLACING'
  /** Sent, and the answer proved nothing: being resolved by look-ups. */
  | 'RESOLVING'
  /** Accepted and not final yet. */
  | 'WORKING'
  /**
   * The venue does not know an order (any more) that it had, or may have had: nothing is proven, the funds stay held, and
   * only the order's appearance or a person's word (`settle`) ends it.
   */
  | 'MISSING'
  | 'SETTLING'
  | 'ENDED';

/** How a signal ended. */
export const SIGNAL_OUTCOMES = [
  'FILLED',
  /** Some of it filled, the rest was cancelled. */
  'PARTIALLY_FILLED',
  /** Accepted, then cancelled with nothing filled. */
  'CANCELLED',
  /** Refused by the venue. */
  'REJECTED',
  /** Refused by us: no order exists. */
  'DENIED',
  /** It could not be sent in time: no order exists. */
  'EXPIRED',
] as const;

export type SignalOutcome = (typeof SIGNAL_OUTCOMES)[number];

/** What became of the order. Decimal strings. */
export interface OrderView {
  readonly clientOrderId: string;
  readonly venueOrderId?: string;
  readonly quantity: string;
  readonly filledQuantity: string;
  readonly averagePrice?: string;
  readonly fee?: string;
  /** Paid in other assets than the settle asset, by asset. */
  readonly otherFees?: Readonly<Record<string, string>>;
}

export interface TimelineEntry {
  readonly atMs: number;
  readonly text: string;
}

/** The longest timeline kept: a saga that waits for hours must not grow its history with words. */
export const TIMELINE_ENTRIES_MAX = 40;

/** Everything a person or a program asks about a signal: the answer of the query `state`. */
export interface SignalView {
  readonly fingerprint: string;
  readonly venue: string;
  readonly signal: TradingSignal;
  /** Why this exit of a position was made; absent: it is none. */
  readonly exitReason?: CloseReason;
  readonly state: SignalState;
  readonly outcome?: SignalOutcome;
  readonly denialCode?: DenialCode;
  /** Who ended it before its order was filled; absent: it goes on, it was filled, or no order of it was wanted any more. */
  readonly endedBy?: EndedBy;
  /** One sentence: what happens now, or why it ended so. */
  readonly detail: string;
  /** true: this entry found a position of the other side; it closes that, and opens nothing. */
  readonly closesOpposite?: true;
  readonly reservedAsset?: string;
  readonly reservedAmount?: string;
  /** Earliest sending time while waiting for a permit, milliseconds UTC. */
  readonly waitUntilMs?: number;
  /** Requests to place the order that left this machine, or may have: a lost process cannot tell. */
  readonly sendAttempts: number;
  readonly order?: OrderView;
  /** true: the venue was asked to cancel what is open, and has not shown since what became of it. */
  readonly isCancelAsked?: boolean;
  /** Since when a person's word (`settle`) may end it, milliseconds UTC; absent: the venue tells how it ends. */
  readonly wordAwaitedSinceMs?: number;
  readonly timeline: readonly TimelineEntry[];
}
