import Decimal from 'decimal.js';
import { quoteValue } from '../domain/quote-value';

/** A binary number holds any decimal of 15 digits exactly; longer ones may have changed on their way. */
const NUMBER_DIGITS_MAX = 15;
const INTEGER_DIGITS_MAX = 18;
const FRACTION_DIGITS_MAX = 18;
/** Longer texts are not worth a proposal. */
const REPAIRED_CHARACTERS_MAX = 100;

const DECIMAL_TEXT = /^(0|[1-9]\d*)(\.\d+)?$/;
/** With an exponent, a sign, a bare point or leading zeros: still one number and no other. */
const LOOSE_NUMBER = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i;

/** For JSON; the words of a command line are texts already. */
export const QUOTES_ADVICE = ', best in quotes, such as "0.01"';

/** What `readPositiveDecimal` accepts. */
export const POSITIVE_DECIMAL = `must be a positive decimal number of at most 18 digits before and after the point${QUOTES_ADVICE}`;

export type DecimalText = { readonly text: string } | { readonly fault: string };

/**
 * Reads an amount or a price as a sender wrote it. One amount has one spelling, so that a repeated signal with "1.0" for "1"
 * does not count as conflicting.
 *
 * @param value a text, or a JSON number of at most 15 digits
 * @returns the number in plain notation, or what is wrong with it in the words that follow "amount is …; "; a spelling that
 *   the fault names would be accepted
 */
export function readPositiveDecimal(value: unknown): DecimalText {
  if (typeof value === 'number') return readNumber(value);
  if (typeof value === 'string') return readText(value);
  return { fault: `it ${POSITIVE_DECIMAL}` };
}

/**
 * The spelling in plain notation of what can only mean one positive number, for messages.
 *
 * @returns undefined: there is none, or it would be a guess
 */
export function proposeDecimal(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? repair(String(value)) : undefined;
}

function readNumber(value: number): DecimalText {
  if (Number.isNaN(value)) return { fault: `it ${POSITIVE_DECIMAL}` };
  if (!Number.isFinite(value)) return { fault: `that is more than a number of JSON can hold; it ${POSITIVE_DECIMAL}` };
  const exact = new Decimal(value);
  const digits = exact.precision();
  if (exact.isPositive() && digits > NUMBER_DIGITS_MAX && fitsAround(exact)) {
    // No number is proposed: which one was meant cannot be told from the one that arrived.
    return {
      fault: `a number of JSON keeps ${NUMBER_DIGITS_MAX} digits exactly and this one has ${digits}, so that it may be another than was sent. Send it as text in quotes that is a positive decimal, such as "0.01"`,
    };
  }
  return readText(exact.toFixed());
}

function readText(text: string): DecimalText {
  if (text.trim() === '') return { fault: `it is empty and ${POSITIVE_DECIMAL}` };
  if (!DECIMAL_TEXT.test(text)) return { fault: faultOfSpelling(text) };
  const [integer = '', fraction = ''] = text.split('.');
  if (integer.length > INTEGER_DIGITS_MAX) {
    return { fault: `it has ${integer.length} digits before the point and ${POSITIVE_DECIMAL}` };
  }
  if (fraction.length > FRACTION_DIGITS_MAX) {
    const repaired = repair(text);
    const remedy = repaired === undefined ? 'that is too little to trade' : `cut it to ${quoteValue(repaired)}`;
    return { fault: `it has ${fraction.length} digits after the point and ${POSITIVE_DECIMAL}: ${remedy}` };
  }
  const value = new Decimal(text);
  if (value.isZero()) return { fault: `it ${POSITIVE_DECIMAL}: zero asks for nothing` };
  return { text: value.toFixed() };
}

function faultOfSpelling(text: string): string {
  if (/^\s*-/.test(text)) {
    return `it ${POSITIVE_DECIMAL}: direction says whether it is bought or sold, no minus does`;
  }
  const repaired = repair(text);
  return repaired === undefined ? `it ${POSITIVE_DECIMAL}` : `it ${POSITIVE_DECIMAL}: write ${quoteValue(repaired)}`;
}

/** @returns the spelling that is accepted of what can only mean one number; undefined: there is none, or it would be a guess */
function repair(text: string): string | undefined {
  if (text.length > REPAIRED_CHARACTERS_MAX) return undefined;
  // Full-width digits become those of ASCII. A comma followed by three digits may stand between thousands.
  const plainDigits = text.normalize('NFKC').trim();
  const ungrouped = plainDigits.replaceAll(/(?<=\d)[_'’ ](?=\d)/g, '').replace(/^([+\d]*),(\d{1,2}|\d{4,})$/, '$1.$2');
  if (!LOOSE_NUMBER.test(ungrouped)) return undefined;
  const value = new Decimal(ungrouped);
  if (!fitsAround(value)) return undefined;
  const cut = value.toDecimalPlaces(FRACTION_DIGITS_MAX, Decimal.ROUND_DOWN);
  return cut.isZero() ? undefined : cut.toFixed();
}

/** Looked at before it is written out: a large exponent would make millions of digits. */
function fitsAround(value: Decimal): boolean {
  return !value.isZero() && value.e < INTEGER_DIGITS_MAX && value.e >= -FRACTION_DIGITS_MAX;
}
