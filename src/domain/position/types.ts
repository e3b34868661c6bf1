import type { TriggerPrice } from '../protection/types';

export type PositionSide = 'LONG' | 'SHORT';

/** A venue's own account of one position, in one-way mode. Decimal strings; absent: the venue does not tell it, or there is none. */
export interface PositionRow {
  readonly symbol: string;
  readonly side: PositionSide;
  /** In base units, above zero. */
  readonly size: string;
  readonly entryPrice: string;
  readonly markPrice: string;
  /** An estimate where margin is shared. */
  readonly liquidationPrice?: string;
  readonly leverage?: string;
  /** At the entry's price, in the settle asset. */
  readonly value: string;
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  readonly trailingDistance?: string;
  readonly unrealisedProfit?: string;
  /** Of this episode, fees included. */
  readonly realisedProfit?: string;
  /** When this episode was opened, milliseconds UTC on the venue's clock: names the episode. */
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  /** Grows with every change of the symbol's position. */
  readonly sequence: number;
  /** venue: it is being liquidated or deleveraged by the venue. */
  readonly status: 'normal' | 'venue';
  /** 0 (none) to 5: how near automatic deleveraging is. */
  readonly deleveragingRank?: number;
}

/** All positions of the configured symbols in one answer. */
export interface PositionRowsReport {
  /** The venue's clock when it made this report, milliseconds UTC. */
  readonly asOfMs: number;
  readonly rows: readonly PositionRow[];
  /** Symbols whose row is there and cannot be read: nothing is known of them, and they are not flat. */
  readonly unreadable: readonly string[];
}

/** Why an episode ended. The first group is the venue's doing, the second ours. */
export const CLOSE_REASONS = [
  'STOP_LOSS',
  'TAKE_PROFIT',
  'TRAILING_STOP',
  'LIQUIDATION',
  'ADL',
  'SETTLED',
  'MARGIN_RATE',
  'MANUAL',
  'EXTERNAL',
  'SIGNAL',
  'TIME_LIMIT',
  'PARTIAL_TARGET',
  'DAILY_LOSS',
  'OPERATOR',
  'EMERGENCY',
  'REDUCED',
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** One fill, or a venue's own booking, in a symbol. */
export interface Execution {
  readonly executionId: string;
  readonly orderId: string;
  /** Empty: not ours. */
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  readonly kind: 'trade' | 'funding' | 'liquidation' | 'adl' | 'settlement';
  readonly quantity: string;
  readonly price: string;
  /** Paid by us: positive. */
  readonly fee: string;
  /** What of the quantity closed a position; zero: none. */
  readonly closedQuantity: string;
  /** The venue's words for what made the order: `StopLoss`, `CreateByTakeProfit`; empty: none. */
  readonly stopOrderType: string;
  readonly createType: string;
  readonly atMs: number;
  /** Grows with what happened in a symbol, also where the venue's clock is set back; absent: the venue does not tell it. */
  readonly sequence?: number;
}

/** One row of the venue's money log. Its key is execution id + order id + kind. */
export interface MoneyRow {
  readonly executionId: string;
  readonly orderId: string;
  readonly kind: 'trade' | 'funding' | 'liquidation' | 'adl' | 'transfer_in' | 'transfer_out' | 'other';
  /** Empty: of no symbol. */
  readonly symbol: string;
  /** What the wallet gained (negative: lost), fees and funding included. */
  readonly change: string;
  readonly fee: string;
  /** Received: positive. */
  readonly funding: string;
  /** The wallet after it. */
  readonly balance: string;
  readonly atMs: number;
}

/** What an entry of ours said about the position it opens; the account passes it on to the position's workflow. */
export interface PositionOpener {
  readonly fingerprint: string;
  readonly clientOrderId: string;
  readonly strategy?: string;
  /** Quantity that filled. */
  readonly quantity: string;
  readonly maxHoldingSeconds?: number;
  readonly trailingDistance?: string;
  /** The venue's clock at its last fill, milliseconds UTC; absent: not known, or it has not filled for all that is known. */
  readonly filledAtMs?: number;
}

/** What is asked of the venue: only the named legs change; null removes one. */
export interface ProtectionChange {
  readonly symbol: string;
  readonly stopLoss?: string | null;
  readonly takeProfit?: string | null;
  readonly trailingDistance?: string | null;
  readonly stopTrigger: TriggerPrice;
  readonly targetTrigger: TriggerPrice;
}

/** What the venue said to it. Whatever it says, the next report proves it. */
export interface ProtectionAnswer {
  readonly status: 'set' | 'already' | 'price_passed' | 'no_position' | 'rate_limited' | 'rejected' | 'unknown';
  readonly message: string;
}

/** A position from its first fill until it was flat, as it is booked and listed: plain, at most TRADE_BYTES_MAX as JSON. */
export interface ClosedTrade {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly openedAtMs: number;
  readonly closedAtMs: number;
  /** The largest size that it had. */
  readonly quantity: string;
  readonly entryPrice: string;
  readonly exitPrice: string;
  readonly reason: CloseReason;
  /** Before fees and funding. */
  readonly gross: string;
  /** Paid: positive. */
  readonly fees: string;
  /** Received: positive. */
  readonly funding: string;
  /** What the wallet gained by it: gross - fees + funding. */
  readonly net: string;
  /** Of the venue's money log; false: it lagged, and the figures are from its executions. */
  readonly isProven: boolean;
  readonly strategy?: string;
  /** Fingerprints of the entries, the earliest first, at most OPENERS_MAX. */
  readonly openedBy: readonly string[];
  /** Fingerprint of the signal that closed it, where one did (SIGNAL) and can be found. */
  readonly closedBy?: string;
  readonly closedByStrategy?: string;
  readonly exitRounds: number;
  /** How long it had no stop, as we saw it, milliseconds. */
  readonly unprotectedMs: number;
  readonly marks: readonly PositionMark[];
}

/** foreign: nobody here opened it. mixed: others traded in it. reduced: the venue took a part. estimated: see isProven. */
export type PositionMark = 'foreign' | 'mixed' | 'reduced' | 'estimated';

export const TRADE_BYTES_MAX = 1_500;
/** Entries of one episode that are kept by name. */
export const OPENERS_MAX = 5;
