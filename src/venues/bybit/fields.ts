import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { DECIMAL_FORM, parseDecimal, parseSignedDecimal } from '../../domain/decimal';

/* What the fields of Bybit V5 answers are made of, each with its bound. */

/** Bybit's ids have 36 characters. */
const ID_CHARACTERS_MAX = 64;
/** Symbols, coins, types and states are words. */
const WORD_CHARACTERS_MAX = 40;
/** The mark of a page names an order and a time, percent-encoded. */
const CURSOR_CHARACTERS_MAX = 1_000;

export const id = z.string().max(ID_CHARACTERS_MAX);
export const word = z.string().max(WORD_CHARACTERS_MAX);
/** Without one a list has ended; null is none, because a mark that is too long to be kept becomes that. */
export const cursor = z
  .string()
  .max(CURSOR_CHARACTERS_MAX)
  .optional()
  .transform((text) => text || undefined);
export const SIGNED_FORM = DECIMAL_FORM.replace(', zero or more,', ',');
/** Venues write very small figures as "1E-7". */
const EXPONENT_FORM = /^-?\d{1,20}(\.\d{1,18})?[eE][+-]?\d{1,2}$/;
export const decimal = z
  .string()
  .transform((text) => (EXPONENT_FORM.test(text) ? new Decimal(text).toFixed() : text))
  .refine((text) => parseSignedDecimal(text) !== undefined, `needed is ${SIGNED_FORM}`);
/** A step, a size: zero of it, or less, would make nonsense of whatever is computed with it. */
export const positiveDecimal = decimal.refine(
  (text) => parseDecimal(text)?.greaterThan(0) === true,
  'needed is a figure above zero',
);
/** What is held, or filled: no less than nothing. */
export const countedDecimal = decimal.refine((text) => parseDecimal(text) !== undefined, `needed is ${DECIMAL_FORM}`);
/** Times in seconds have fewer digits, and would be of 1970. */
const TIME_MIN_MS = 1_000_000_000_000;
const TIME_MAX_MS = 9_999_999_999_999;
/** Bybit leaves a figure that it does not compute empty, or writes null: unknown, never zero. */
export const optionalDecimal = z
  .union([decimal, z.literal('')], `needed is ${SIGNED_FORM}, or nothing`)
  .nullish()
  .transform((figure) => figure || undefined);
export const timeMs = z.union([
  z.int().min(TIME_MIN_MS).max(TIME_MAX_MS),
  z
    .string()
    .regex(/^\d{13}$/, 'a time in milliseconds')
    .transform(Number),
]);

export function envelope<Result extends z.ZodType>(result: Result) {
  return z.object({ result, time: timeMs });
}
