import type { ClosingRecord, MoneyRecord } from '../money-log/records';
import type { PriceJump } from '../market/price-jumps';
import type { PositionLife } from './position-life';

export type Side = 'Buy' | 'Sell';

/** Rejected: acknowledged, and refused afterwards. Untriggered: a stop that waits. Deactivated: a stop that was removed. */
type OrderStatus = 'New' | 'PartiallyFilled' | 'Filled' | 'Cancelled' | 'Rejected' | 'Untriggered' | 'Deactivated';

export type StopKind = 'StopLoss' | 'TakeProfit' | 'TrailingStop';

/** Which price sets a stop off. */
export type TriggerBy = 'LastPrice' | 'MarkPrice' | 'IndexPrice';

/** The stop and the target that an order brings for the position it opens. Prices are decimal strings. */
export interface AttachedStops {
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  readonly stopTriggerBy: TriggerBy;
  readonly targetTriggerBy: TriggerBy;
  /** Those that a fault loses: the order says it has them, and they never come. */
  readonly lost?: readonly StopKind[];
  /** What a fault does to them. */
  readonly trouble?: StopTrouble;
}

/** What is wrong with a stop when it is set off. */
export interface StopTrouble {
  /** It finds only this share of its quantity, 0 to 1. */
  readonly fillShare?: number;
  /** It is carried out so much later. */
  readonly lateMs?: number;
}

/** What makes an order one of the stops of a position: it waits for a price, and then closes all of it. */
export interface StopTerms {
  readonly kind: StopKind;
  /** Of a trailing stop: the price from which on it follows; absent: it did so at once. */
  readonly triggerPrice?: string;
  readonly triggerBy: TriggerBy;
  /** How far behind the best price a trailing stop follows. */
  readonly distance?: string;
  /** Whether a trailing stop follows already. */
  readonly isFollowing?: boolean;
  /** Prices count from this second on, on the machine's clock; a trailing stop follows from it. */
  readonly sinceMs: number;
  readonly lastPriceOnCreated: string;
  /** The client id of the order that brought it; empty: it was set on the position. */
  readonly parentClientOrderId: string;
  /** Stops with the same text came together: when one is set off or cancelled, the other goes as well. */
  readonly pair?: string;
  /** The worst price that it took when it was set off; absent: not set off, or no such bound. */
  readonly orderPrice?: string;
  readonly trouble?: StopTrouble;
}

/** One order. Records are never changed: every step makes another one. Amounts are decimal strings. */
export interface OrderRecord {
  /** Counts accepted orders from 1; also the cursor of pages. */
  readonly sequence: number;
  readonly orderId: string;
  /** Empty when the client gave none. */
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'Market' | 'Limit';
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK' | 'PostOnly';
  readonly quantity: string;
  /** Absent: a market order. */
  readonly limitPrice?: string;
  readonly reduceOnly: boolean;
  readonly status: OrderStatus;
  readonly filledQuantity: string;
  /** Sum of price times quantity over the fills. */
  readonly filledValue: string;
  /** In the settle asset. */
  readonly fee: string;
  /** What was paid in MNT instead; absent: nothing. */
  readonly mntFee?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly rejectReason?: string;
  /** A fault lets the rest fill only from here on, on the machine's clock. */
  readonly heldUntilMs?: number;
  /** Placed by a fault plan, a person at the venue, or the venue itself, not by a client. */
  readonly external?: true;
  /** What it brings for the position; absent: nothing. */
  readonly attached?: AttachedStops;
  /** Absent: a plain order. */
  readonly stop?: StopTerms;
  /** In the venue's words; absent: CreateByUser. */
  readonly createType?: string;
  /** In the venue's words; absent: as the reject reason tells. */
  readonly cancelType?: string;
}

/** Why the venue books an execution. Absent of a record: a trade. */
export type ExecutionKind = 'Trade' | 'Funding' | 'BustTrade' | 'AdlTrade';

/** One fill of an order, or a payment of funding, which has no order. */
export interface ExecutionRecord {
  readonly sequence: number;
  readonly executionId: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'Market' | 'Limit';
  readonly orderQuantity: string;
  readonly orderPrice: string;
  readonly price: string;
  readonly quantity: string;
  readonly value: string;
  /** In the settle asset; zero where it was paid in MNT. */
  readonly fee: string;
  readonly mntFee?: string;
  readonly feeRate: string;
  readonly isMaker: boolean;
  /** What of the order is left after it; absent in records of former versions, as is the mark price. */
  readonly leavesQuantity?: string;
  readonly markPrice?: string;
  /** Of which stop it was; absent: of none. */
  readonly stopOrderType?: StopKind;
  /** As of its order. */
  readonly createType?: string;
  /** What part of the quantity closed a position, and the profit or loss booked for it. */
  readonly closedQuantity: string;
  readonly realisedProfit: string;
  readonly atMs: number;
  readonly kind?: ExecutionKind;
}

export interface OddExit {
  readonly symbol: string;
  readonly what: 'nothing' | 'too_large';
}

/** The position in one symbol, one-way mode. */
export interface PositionRecord {
  readonly symbol: string;
  /** Positive: long; negative: short; zero: none. */
  readonly size: string;
  /** What the open size cost: sum of entry price times quantity, zero or more. */
  readonly entryValue: string;
  readonly realisedProfit: string;
  readonly leverage: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** The fees of what is open, in the settle asset; absent: none. The book keeps it. */
  readonly openFee?: string;
  /** When the present size left zero or changed its side; absent in records of former versions. */
  readonly openedAtMs?: number;
  /** Whether the order that opened it brought a stop. */
  readonly openedWithStop?: boolean;
  /** Whether a fault has taken a stop of it, or will let it find too little. */
  readonly stopLostByFault?: boolean;
  /** Realised since it was opened, fees included. */
  readonly episodeProfit?: string;
  /** Grows with every change of it or of its stops; absent: none so far. */
  readonly sequence?: number;
}

/**
 * What one request changed, all of it or nothing: the state of every touched record afterwards. The journal holds one
 * per line, and reading them again in order gives the same book.
 */
export interface Transaction {
  /** On the machine's clock, milliseconds UTC; absent where no position changes. */
  readonly atMs?: number;
  readonly walletBalance?: string;
  readonly mntBalance?: string;
  readonly orders?: readonly OrderRecord[];
  readonly executions?: readonly ExecutionRecord[];
  readonly positions?: readonly PositionRecord[];
  /** Orders that are no longer kept, but whose client ids stay used for ever. */
  readonly retired?: { readonly clientOrderIds: readonly string[]; readonly orders: number };
  /** Client ids of orders that were acknowledged and never existed. */
  readonly vanished?: readonly string[];
  /** Order ids that no query answers for from now on. */
  readonly forgotten?: readonly string[];
  /** Order ids that queries answer for again. */
  readonly remembered?: readonly string[];
  /** What changed the wallet. The book adds it for executions. */
  readonly money?: readonly MoneyRecord[];
  /** What orders have closed so far. The book adds it. */
  readonly closings?: readonly ClosingRecord[];
  /** Until when funding is paid, milliseconds UTC of the machine's clock. */
  readonly fundedUntilMs?: number;
  /** Prices that a test moved. */
  readonly priceJumps?: readonly PriceJump[];
  /** How positions were guarded so far: at the beginning of a journal that was written anew. */
  readonly lives?: readonly PositionLife[];
  /** Reduce-only orders of a symbol that met no position, or too little of one. */
  readonly oddExits?: readonly OddExit[];
}

export function isOpen(order: OrderRecord): boolean {
  return order.status === 'New' || order.status === 'PartiallyFilled' || isWaiting(order);
}

/** Whether it is a stop that nothing has set off yet. */
export function isWaiting(order: OrderRecord): boolean {
  return order.status === 'Untriggered';
}
