import type { VenueOutcome } from './outcome';
import type { TriggerPrice } from './protection/types';
import type { TimeInForce } from './signal';

/** What a venue says about one symbol. All numbers are decimal strings. */
export interface Market {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** The asset that margin and fees are paid in. */
  readonly settle: string;
  readonly quantityStep: string;
  readonly quantityMin: string;
  /** The largest market order; absent: unlimited. */
  readonly quantityMax?: string;
  /** The largest limit order; absent: unlimited. */
  readonly limitQuantityMax?: string;
  /** The smallest order value in quote units; absent: none. */
  readonly notionalMin?: string;
  readonly priceStep: string;
  /** Taker fee as a fraction, for example `0.00055`. */
  readonly takerFee: string;
  /** The highest leverage; absent: not known. */
  readonly leverageMax?: string;
  /** What must be left of a position's margin, a fraction of its value, in the lowest tier; absent: not known. */
  readonly maintenanceMargin?: string;
}

/** One closed candle. Prices and volume are decimal strings. */
export interface Candle {
  /** Opening time, milliseconds UTC. */
  readonly openTimeMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

export interface Ticker {
  readonly symbol: string;
  readonly bid: string;
  readonly ask: string;
}

/** What we decided to send; fixed in the reservation before the first byte leaves. */
export interface OrderPlan {
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  readonly clientOrderId: string;
  readonly quantity: string;
  /** Present: a limit order. */
  readonly limitPrice?: string;
  /** See TradingSignal; absent: the venue keeps it until it is cancelled. */
  readonly timeInForce?: TimeInForce;
  /** See TradingSignal: kept with the reservation, so that whoever looks at it knows how long its order may rest. */
  readonly goodForSeconds?: number;
  readonly reduceOnly: boolean;
  /** The asset and the amount to reserve, and the price they were computed from. */
  readonly asset: string;
  readonly reserveAmount: string;
  readonly referencePrice: string;
  /** What of `reserveAmount` it needs where it only closes a position: its fees. Absent: an exit, or a plan that is held. */
  readonly closingAmount?: string;
  /** What of `quantity` only closes an opposite position, as the ledger found when it reserved; absent: nothing. */
  readonly offsetQuantity?: string;
  /**
   * The venue's clock when this was planned, milliseconds UTC: no order of this plan is older at the venue. Absent: its
   * clock was not known.
   */
  readonly plannedAtMs?: number;
  /** What the venue guards the position with from the first fill on: prices on the symbol's step. Absent: nothing. */
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  readonly stopTrigger?: TriggerPrice;
  readonly targetTrigger?: TriggerPrice;
  /** For the position that it opens; see PositionOpener. */
  readonly trailingDistance?: string;
  readonly maxHoldingSeconds?: number;
  /** An entry that found an opposite position: it closes all of that, and nothing more (see PositionSettings.onOpposite). */
  readonly closesOpposite?: true;
}

/** How long a venue answers for an order after its end, milliseconds. Afterwards `absent` proves nothing. */
export interface OrderMemory {
  /** Of an order of which anything filled. */
  readonly filledMs: number;
  /** Of an order that ended with nothing filled: cancelled or rejected. */
  readonly unfilledMs: number;
}

/** open orders may still fill; the others are final. */
export type VenueOrderStatus = 'open' | 'filled' | 'cancelled' | 'rejected';

/** A venue's own account of one order. */
export interface VenueOrder {
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly symbol: string;
  readonly status: VenueOrderStatus;
  /** Empty: the venue does not tell it. */
  readonly quantity: string;
  /** Of an open order: what is known to have filled. */
  readonly filledQuantity: string;
  /** The price of a limit order as the venue keeps it; absent: a market order, or it is not told. */
  readonly limitPrice?: string;
  /** Absent while nothing filled. */
  readonly averagePrice?: string;
  /** Fees paid so far in the settle asset; empty: something filled, and what it cost is not known. */
  readonly fee: string;
  /** Fees that were paid in other assets, by asset; they take nothing of the settle asset. Absent: none. */
  readonly otherFees?: Readonly<Record<string, string>>;
  /** The venue's clock. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** The venue's own word, for example `EC_PerCancelRequest`. */
  readonly rejectReason?: string;
  /** Of an order that ended unfilled, or filled in part, where the venue says why. */
  readonly end?: VenueOrderEnd;
  /** What is odd about it and does not change what it came to, a clause for people. Absent: nothing. */
  readonly note?: string;
}

/** Why an order ended, in the venue's view. */
export interface VenueOrderEnd {
  /**
   * request: somebody asked for it with this account's keys, or by hand. timeInForce: its own option, at once. venue: for
   * reasons of the venue. word: a person's word stands for the venue's (./settle-word).
   */
  readonly cause: 'request' | 'timeInForce' | 'venue' | 'word';
  /** A clause for people: `it would have taken liquidity`. */
  readonly words: string;
}

/** `unavailable` proves nothing: ask again later. */
export type LookUpAnswer =
  | { readonly status: 'found'; readonly order: VenueOrder }
  | { readonly status: 'absent'; readonly askedAtMs: number }
  | {
      readonly status: 'unavailable';
      readonly outcome: VenueOutcome;
      /** true: the limits that this installation keeps left no room to ask, so that it is no silence of the venue. */
      readonly isUnasked?: boolean;
    };
