import { Decimal } from 'decimal.js';

/** Largest number of digits before the point that an amount, a price or a balance may have. */
const DECIMAL_INTEGER_DIGITS_MAX = 20;
/** Largest number of digits after the point; ether's smallest unit has 18. */
const DECIMAL_FRACTION_DIGITS_MAX = 18;

/**
 * Decimal arithmetic that does not round: 160 digits hold a product of four of the longest accepted numbers, and every
 * sum that the ledger can build. Only a division rounds, at the 160th digit.
 */
export const ExactDecimal = Decimal.clone({ defaults: true, precision: 160 });

export const ZERO = new ExactDecimal(0);

/** Reserved and spent amounts are rounded up to this many decimals. */
export const AMOUNT_DECIMALS = 8;

const UNSIGNED = new RegExp(`^\\d{1,${DECIMAL_INTEGER_DIGITS_MAX}}(\\.\\d{1,${DECIMAL_FRACTION_DIGITS_MAX}})?$`);
const SIGNED = new RegExp(`^-?\\d{1,${DECIMAL_INTEGER_DIGITS_MAX}}(\\.\\d{1,${DECIMAL_FRACTION_DIGITS_MAX}})?$`);

/** What `parseDecimal` accepts, for messages. */
export const DECIMAL_FORM = `a decimal string such as "12.5", zero or more, without exponent, with at most ${DECIMAL_INTEGER_DIGITS_MAX} digits before and ${DECIMAL_FRACTION_DIGITS_MAX} after the point`;

/**
 * Reads an amount, a price or a balance.
 *
 * @returns undefined for anything but a plain decimal string of zero or more: a sign, an exponent, a number, NaN
 */
export function parseDecimal(text: unknown): Decimal | undefined {
  return typeof text === 'string' && UNSIGNED.test(text) ? new ExactDecimal(text) : undefined;
}

/** The same as parseDecimal, but a minus is accepted: a maker's fee may be a rebate. */
export function parseSignedDecimal(text: unknown): Decimal | undefined {
  return typeof text === 'string' && SIGNED.test(text) ? new ExactDecimal(text) : undefined;
}

/** Plain notation without exponent or trailing zeros, so that equal numbers have equal texts. */
export function formatDecimal(value: Decimal): string {
  return value.isZero() ? '0' : value.toFixed();
}

/** What is held or taken is never rounded down. */
export function roundAmountUp(value: Decimal): Decimal {
  return value.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_UP);
}
