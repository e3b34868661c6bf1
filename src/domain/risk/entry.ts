import type { Decimal } from 'decimal.js';
import type { Reservation } from '../ledger/types';
import type { RiskBook } from './book';
import type { RiskTerms } from './types';

/** An entry that asks. */
export interface Entry {
  readonly symbol: string;
  readonly direction: 'BUY' | 'SELL';
  /** In the settle asset. */
  readonly value: Decimal;
  readonly asset: string;
  readonly stopLoss?: string;
  /** Absent: a market order. */
  readonly limitPrice?: string;
}

/** What the gate looks at. */
export interface Circumstances {
  readonly book: RiskBook;
  readonly terms: RiskTerms;
  /** All reservations that are pending; this one is not among them. */
  readonly pending: readonly Reservation[];
  /** The balances, and so the equity, are too old to lend from. */
  readonly areBalancesOutdated: boolean;
  readonly nowMs: number;
}
