import { z } from 'zod';
import { GOOD_FOR_SECONDS_MAX, TIMES_IN_FORCE } from '../domain/order-options';
import { MAX_HOLDING_SECONDS_MAX } from '../domain/protection/signal-fault';

const TIME_IN_FORCE = `it must be one of ${TIMES_IN_FORCE.join(', ')}`;

/** `PostOnly`, as venues write it, is POST_ONLY. */
export const timeInForce = z.string(TIME_IN_FORCE).transform((text, context) => {
  const plain = text.toUpperCase().replace('POSTONLY', 'POST_ONLY');
  const known = TIMES_IN_FORCE.find((candidate) => candidate === plain);
  if (known) return known;
  context.addIssue({ code: 'custom', message: TIME_IN_FORCE });
  return z.NEVER;
});

/** A number, or its digits: the command line has only text. */
function wholeSeconds(secondsMax: number, inWords: string) {
  const fault = `it must be a whole number of seconds from 1 to ${secondsMax} (${inWords})`;
  return z.union([z.string(), z.number()], fault).transform((value, context) => {
    const seconds = typeof value === 'number' || /^[1-9]\d{0,9}$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isInteger(seconds) && seconds >= 1 && seconds <= secondsMax) return seconds;
    context.addIssue({ code: 'custom', message: fault });
    return z.NEVER;
  });
}

export const goodForSeconds = wholeSeconds(GOOD_FOR_SECONDS_MAX, '30 days');
export const maxHoldingSeconds = wholeSeconds(MAX_HOLDING_SECONDS_MAX, '365 days');
