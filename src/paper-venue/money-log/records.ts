import type { ExecutionKind, Side } from '../book/records';

/** The venue's words for why the wallet changed. */
export type MoneyType = 'TRADE' | 'SETTLEMENT' | 'LIQUIDATION' | 'ADL' | 'TRANSFER_IN' | 'TRANSFER_OUT';

/** One change of the wallet in one asset. Amounts are decimal strings, and change = cashFlow + funding - fee. */
export interface MoneyRecord {
  /** Counts from 1; also the cursor of pages. */
  readonly sequence: number;
  /** Shared by all rows of one step of the book, as at the venue: no key. */
  readonly id: string;
  readonly type: MoneyType;
  readonly currency: string;
  /** Empty of a transfer, as is all else about a trade. */
  readonly symbol: string;
  readonly side: Side | 'None';
  readonly quantity: string;
  /** The position after it, negative: short. */
  readonly size: string;
  readonly price: string;
  /** Positive: received. Empty where it is none. */
  readonly funding: string;
  /** Positive: paid. */
  readonly fee: string;
  readonly cashFlow: string;
  readonly change: string;
  /** The wallet in this asset after it. */
  readonly cashBalance: string;
  readonly feeRate: string;
  readonly executionId: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly atMs: number;
}

/** What one order closed so far: sums over those of its fills that closed something. Amounts are decimal strings. */
export interface ClosingRecord {
  /** Of the first of its fills; also the cursor of pages. */
  readonly sequence: number;
  readonly orderId: string;
  readonly symbol: string;
  /** The order's. */
  readonly side: Side;
  readonly orderQuantity: string;
  readonly orderPrice: string;
  readonly orderType: 'Market' | 'Limit';
  readonly kind: ExecutionKind;
  readonly closedSize: string;
  /** What the closed part cost, and what it brought; fees are part of neither. */
  readonly entryValue: string;
  readonly exitValue: string;
  /** Before fees. */
  readonly profit: string;
  /** In the settle asset: the closed part's share of what was paid to open, and what was paid to close. */
  readonly openFee: string;
  readonly closeFee: string;
  readonly fills: number;
  readonly leverage: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}
