import { Decimal } from 'decimal.js';
import type { TriggerPrice } from '../../domain/protection/types';

/** The index of a position in one-way mode. */
export const ONE_WAY = 0;

export const TRIGGER_WORDS: Readonly<Record<TriggerPrice, string>> = { mark: 'MarkPrice', last: 'LastPrice' };
/** A wick of one market's trades must not close a position: liquidation goes by the mark price, too. */
export const STOP_TRIGGER_DEFAULT: TriggerPrice = 'mark';
export const TARGET_TRIGGER_DEFAULT: TriggerPrice = 'last';

export function isPositiveDecimal(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text) && new Decimal(text).gt(0);
}
