import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal } from '../domain/decimal';

/** Digits after the point of every booked amount, as Bybit shows USDT. */
const AMOUNT_DECIMALS = 8;

/** Digits after the point of an average price. */
const AVERAGE_PRICE_DECIMALS = 10;

/** Rounds a profit or a released entry value to what the wallet can hold, half away from zero. */
export function roundAmount(value: Decimal): Decimal {
  return value.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_HALF_UP);
}

/** Rounds a fee or a margin against the trader, so that no sum of small orders is ever free. */
export function roundAmountUp(value: Decimal): Decimal {
  return value.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_UP);
}

/** value / quantity as an average price; empty while nothing filled, as the venue writes it. */
export function averagePriceText(value: Decimal, quantity: Decimal): string {
  if (quantity.isZero()) return '';
  return formatDecimal(value.div(quantity).toDecimalPlaces(AVERAGE_PRICE_DECIMALS, ExactDecimal.ROUND_HALF_UP));
}
