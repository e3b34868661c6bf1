import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal } from '../decimal';

/** Decimals of money in sentences. */
const SHOWN_DECIMALS = 2;

/** `1234.5`: money for people, cut to two decimals. */
export function moneyWords(value: Decimal | string): string {
  return formatDecimal(new ExactDecimal(value).toDecimalPlaces(SHOWN_DECIMALS, ExactDecimal.ROUND_DOWN));
}

/** `3 %` of `0.03`. */
export function percentWords(fraction: string | Decimal): string {
  return `${formatDecimal(new ExactDecimal(fraction).times(100).toDecimalPlaces(SHOWN_DECIMALS))} %`;
}

/** `2025-01-14T12:34:56Z`; where it is no instant of the calendar, its milliseconds. */
export function instantWords(atMs: number): string {
  const at = new Date(atMs);
  return Number.isNaN(at.getTime()) ? `${atMs}` : `${at.toISOString().slice(0, 19)}Z`;
}

/** `1 minute`, `30 minutes`. */
export function minutesWords(minutes: number): string {
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

/** `00:00 UTC`, or where a person resumed trading on that day `14:13 UTC, resumed`. */
export function sinceWords(resumedAtMs: number | undefined): string {
  if (resumedAtMs === undefined) return '00:00 UTC';
  return `${instantWords(resumedAtMs).slice(11, 16)} UTC, resumed`;
}
