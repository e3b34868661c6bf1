import { z } from 'zod';
import { GOOD_FOR_SECONDS_MAX, TIMES_IN_FORCE } from '../domain/order-options';

const TIME_IN_FORCE = `it must be one of ${TIMES_IN_FORCE.join(', ')}`;
const GOOD_FOR_SECONDS = `it must be a whole number of seconds from 1 to ${GOOD_FOR_SECONDS_MAX} (30 days)`;

/** `PostOnly`, as venues write it, is POST_ONLY. */
export const timeInForce = z.string(TIME_IN_FORCE).transform((text, context) => {
  const plain = text.toUpperCase().replace('POSTONLY', 'POST_ONLY');
  const known = TIMES_IN_FORCE.find((candidate) => candidate === plain);
  if (known) return known;
  context.addIssue({ code: 'custom', message: TIME_IN_FORCE });
  return z.NEVER;
});

/** A number, or its digits: the command line has only text. */
export const goodForSeconds = z.union([z.string(), z.number()], GOOD_FOR_SECONDS).transform((value, context) => {
  const seconds = typeof value === 'number' || /^[1-9]\d{0,9}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= GOOD_FOR_SECONDS_MAX) return seconds;
  context.addIssue({ code: 'custom', message: GOOD_FOR_SECONDS });
  return z.NEVER;
});
