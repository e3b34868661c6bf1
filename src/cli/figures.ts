import { ExactDecimal, formatDecimal } from '../domain/decimal';

/** Digits of a price or a quantity that people are shown; whole ones are never cut. */
const DIGITS_MAX = 8;
const MONEY_DECIMALS = 2;
/** Of money below 1. */
const SMALL_MONEY_DECIMALS = 4;

/** A product of two figures has more digits than any of them may have. */
const NUMBER = /^-?\d{1,60}(\.\d{1,60})?$/;

function numberOf(text: string): InstanceType<typeof ExactDecimal> | undefined {
  return NUMBER.test(text) ? new ExactDecimal(text) : undefined;
}

/** A price or a quantity for people, at most eight digits: `0.33333333`, `61200.5`. Takes any text: what is no number stays. */
export function figure(text: string): string {
  const value = numberOf(text);
  if (value === undefined) return text;
  const whole = value.abs().lt(1) ? 0 : value.abs().trunc().toFixed().length;
  return formatDecimal(
    whole === 0 ? value.toSignificantDigits(DIGITS_MAX) : value.toDecimalPlaces(Math.max(0, DIGITS_MAX - whole)),
  );
}

/** Money for people, in cents, below 1 finer: `16.31`, `-1204.50`, `0.0042`. Takes any text: what is no number stays. */
export function money(text: string): string {
  const value = numberOf(text);
  if (value === undefined) return text;
  if (value.isZero()) return '0';
  if (value.abs().gte(1)) return value.toFixed(MONEY_DECIMALS);
  const small = value.toDecimalPlaces(SMALL_MONEY_DECIMALS);
  return formatDecimal(small.isZero() ? value.toSignificantDigits(1) : small);
}

/** What a position would gain between two prices, before fees: negative for a loss. */
export function gainBetween(side: 'LONG' | 'SHORT', size: string, from: string, to: string): string {
  const move = new ExactDecimal(to).minus(from);
  return formatDecimal((side === 'LONG' ? move : move.neg()).mul(size));
}
