import Decimal from 'decimal.js';
import { z } from 'zod';
import { GOOD_FOR_SECONDS_MAX, orderOptionsFault, TIMES_IN_FORCE } from '../domain/order-options';
import type { Direction, Intent, TradingSignal } from '../domain/signal';
import { quoteValue } from '../domain/quote-value';

export type ParseSignalResult =
  | { readonly ok: true; readonly signal: TradingSignal }
  | { readonly ok: false; readonly code: 'INVALID_SIGNAL'; readonly message: string };

/** Every accepted spelling of a field and the field it means. */
const FIELD_OF_KEY: ReadonlyMap<string, string> = new Map([
  ['symbol', 'symbol'],
  ['direction', 'direction'],
  ['strategy', 'strategy'],
  ['timestamp', 'timestamp'],
  ['intent', 'intent'],
  ['amount', 'amount'],
  ['reduceOnly', 'reduceOnly'],
  ['reduce_only', 'reduceOnly'],
  ['limitPrice', 'limitPrice'],
  ['limit_price', 'limitPrice'],
  ['timeInForce', 'timeInForce'],
  ['time_in_force', 'timeInForce'],
  ['goodForSeconds', 'goodForSeconds'],
  ['good_for_seconds', 'goodForSeconds'],
  ['signalStrength', 'signalStrength'],
  ['signal_strength', 'signalStrength'],
]);

const STRATEGY_CHARACTERS_MAX = 64;
/** Below it a number of a timestamp means seconds (until the year 5138), from it on milliseconds (since 1973). */
const SECONDS_BELOW = 1e11;
/** A time further away than this is in another unit or from a broken clock; a stale one is refused later, by its age. */
const TIME_DISTANCE_YEARS_MAX = 10;
const YEAR_MS = 31_557_600_000;
/** A binary number holds any decimal of 15 digits exactly; longer ones may have changed on their way. */
const NUMBER_DIGITS_MAX = 15;

const DECIMAL_TEXT = /^(0|[1-9]\d{0,17})(\.\d{1,18})?$/;
const ISO_TIME = z.iso.datetime({ offset: true });
// Control, invisible and direction-changing characters, lone surrogates, line and paragraph separators.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const POSITIVE_DECIMAL =
  'must be a positive decimal number of at most 18 digits before and after the point, best in quotes, such as "0.01"';
const TIMESTAMP =
  'must be an ISO 8601 time with seconds and Z or an offset, such as "2026-01-31T12:00:00Z", or a number of seconds or milliseconds since 1970';
const TIME_IN_FORCE = `must be one of ${TIMES_IN_FORCE.join(', ')}`;
const GOOD_FOR_SECONDS = `must be a whole number of seconds from 1 to ${GOOD_FOR_SECONDS_MAX} (30 days)`;
const STRATEGY = `must be text of 1 to ${STRATEGY_CHARACTERS_MAX} characters without control characters`;

/** @returns undefined when the number may not be what the sender wrote */
function decimalTextOf(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const exact = new Decimal(value);
  return exact.precision() > NUMBER_DIGITS_MAX ? undefined : exact.toFixed();
}

/** One amount has one spelling, so that a repeated signal with "1.0" for "1" does not count as conflicting. */
const positiveDecimal = z.union([z.string(), z.number()], POSITIVE_DECIMAL).transform((value, context) => {
  const text = typeof value === 'number' ? decimalTextOf(value) : value;
  if (text === undefined || !DECIMAL_TEXT.test(text) || new Decimal(text).isZero()) {
    context.addIssue({ code: 'custom', message: POSITIVE_DECIMAL });
    return z.NEVER;
  }
  return new Decimal(text).toFixed();
});

/** Cuts to whole milliseconds, in decimals: a rounded one could move the signal into the next minute. */
function numberToMs(value: number): number {
  return new Decimal(value)
    .times(value < SECONDS_BELOW ? 1_000 : 1)
    .floor()
    .toNumber();
}

const timestamp = z.union([z.string(), z.number()], TIMESTAMP).transform((value, context) => {
  if (typeof value === 'number') return numberToMs(value);
  if (ISO_TIME.safeParse(value).success) return Date.parse(value);
  context.addIssue({ code: 'custom', message: TIMESTAMP });
  return z.NEVER;
});

/** `PostOnly`, as venues write it, is POST_ONLY. */
const timeInForce = z.string(TIME_IN_FORCE).transform((text, context) => {
  const plain = text.toUpperCase().replace('POSTONLY', 'POST_ONLY');
  const known = TIMES_IN_FORCE.find((candidate) => candidate === plain);
  if (known) return known;
  context.addIssue({ code: 'custom', message: TIME_IN_FORCE });
  return z.NEVER;
});

const goodForSeconds = z.union([z.string(), z.number()], GOOD_FOR_SECONDS).transform((value, context) => {
  const seconds = typeof value === 'number' || /^[1-9]\d{0,9}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= GOOD_FOR_SECONDS_MAX) return seconds;
  context.addIssue({ code: 'custom', message: GOOD_FOR_SECONDS });
  return z.NEVER;
});

const fields = z.object({
  symbol: z.string('must be text').regex(/^[A-Za-z0-9]{2,30}$/, 'must be 2 to 30 letters and digits, such as BTCUSDT'),
  direction: z.string('must be BUY or SELL').regex(/^(buy|sell)$/i, 'must be BUY or SELL'),
  strategy: z
    .string(STRATEGY)
    .max(STRATEGY_CHARACTERS_MAX, STRATEGY)
    .refine((text) => text.trim() !== '' && !UNPRINTABLE.test(text), STRATEGY),
  timestamp,
  intent: z.enum(['entry', 'exit'], 'must be entry or exit').optional(),
  reduceOnly: z.boolean('must be true or false').optional(),
  amount: positiveDecimal.optional(),
  limitPrice: positiveDecimal.optional(),
  timeInForce: timeInForce.optional(),
  goodForSeconds: goodForSeconds.optional(),
  signalStrength: z.number('must be a number from 0 to 1').min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').optional(),
});

function refuse(message: string): ParseSignalResult {
  return { ok: false, code: 'INVALID_SIGNAL', message };
}

/** The body's fields under their one name, and the spelling that the sender used for each. */
interface NamedFields {
  readonly values: Readonly<Record<string, unknown>>;
  readonly spelling: ReadonlyMap<string, string>;
}

/** @returns a sentence when a field is unknown or given in both spellings */
function nameFields(body: object): NamedFields | string {
  const values = new Map<string, unknown>();
  const spelling = new Map<string, string>();
  for (const [key, value] of Object.entries(body)) {
    const field = FIELD_OF_KEY.get(key);
    if (field === undefined) {
      return `The field ${quoteValue(key)} is not known; a signal has ${[...FIELD_OF_KEY.keys()].join(', ')}.`;
    }
    const other = spelling.get(field);
    if (other !== undefined) return `The signal has both ${other} and ${key}; give one of them.`;
    values.set(field, value);
    spelling.set(field, key);
  }
  return { values: Object.fromEntries(values), spelling };
}

function describeFault(issue: z.core.$ZodIssue, { values, spelling }: NamedFields): string {
  const field = String(issue.path[0]);
  if (!spelling.has(field)) return `The signal has no ${field}; it ${issue.message}.`;
  return `${spelling.get(field)} is ${quoteValue(values[field])}; it ${issue.message}.`;
}

/** Options of an order that make no sense together, in the sender's spelling. */
function optionsFault(signal: TradingSignal, { spelling }: NamedFields): string | undefined {
  return orderOptionsFault(signal, {
    timeInForce: spelling.get('timeInForce') ?? 'time_in_force',
    goodForSeconds: spelling.get('goodForSeconds') ?? 'good_for_seconds',
    limitPrice: spelling.get('limitPrice') ?? 'limit_price',
  });
}

function isDistant(timestampMs: number, nowMs: number): boolean {
  return !(Math.abs(timestampMs - nowMs) <= TIME_DISTANCE_YEARS_MAX * YEAR_MS);
}

/** @returns undefined when the two fields contradict each other */
function readIntent(intent: Intent | undefined, reduceOnly: boolean | undefined): Intent | undefined {
  if (reduceOnly === undefined) return intent ?? 'entry';
  const meant = reduceOnly ? 'exit' : 'entry';
  return intent === undefined || intent === meant ? meant : undefined;
}

/**
 * Turns what a sender wrote into a signal, or says in one sentence what is wrong with it. Strict, because a guess here
 * becomes an order: unknown fields, `null`, and times without an offset are refused. `symbol` and `direction` may be
 * in lower case; names may be in camelCase or snake_case.
 *
 * A `timestamp` that is a number below 1e11 is in seconds, otherwise in milliseconds. Amounts are decimal strings;
 * JSON numbers are accepted up to 15 digits, which they hold exactly.
 *
 * @param body parsed JSON or command-line options; anything at all
 * @param options.nowMs our time, milliseconds UTC: times more than ten years away are taken for a wrong unit
 */
export function parseSignal(body: unknown, { nowMs }: { readonly nowMs: number }): ParseSignalResult {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse(`A signal is a JSON object, not ${quoteValue(body)}.`);
  }
  const named = nameFields(body);
  if (typeof named === 'string') return refuse(named);
  const result = fields.safeParse(named.values);
  if (!result.success) {
    const [issue] = result.error.issues;
    return refuse(issue ? describeFault(issue, named) : 'The signal is not valid.');
  }
  const { symbol, direction, strategy, timestamp: timestampMs, amount, limitPrice, signalStrength } = result.data;
  if (isDistant(timestampMs, nowMs)) {
    const given = quoteValue(named.values['timestamp']);
    return refuse(`timestamp is ${given}, years from now; numbers below 1e11 are seconds, others milliseconds.`);
  }
  const intent = readIntent(result.data.intent, result.data.reduceOnly);
  if (intent === undefined) {
    return refuse(`intent and ${named.spelling.get('reduceOnly')} contradict each other; give one of them.`);
  }
  // Refused here and not when the order is sized: by then the fingerprint would be taken, and the corrected signal a
  // conflicting duplicate.
  if (intent === 'exit' && amount === undefined) {
    return refuse('The signal has no amount; an exit must name the quantity to close.');
  }
  const signal: TradingSignal = {
    symbol: symbol.toUpperCase(),
    direction: direction.toUpperCase() as Direction,
    strategy,
    timestampMs,
    intent,
    ...(amount !== undefined && { amount }),
    ...(limitPrice !== undefined && { limitPrice }),
    ...(result.data.timeInForce !== undefined && { timeInForce: result.data.timeInForce }),
    ...(result.data.goodForSeconds !== undefined && { goodForSeconds: result.data.goodForSeconds }),
    ...(signalStrength !== undefined && { signalStrength }),
  };
  const fault = optionsFault(signal, named);
  return fault === undefined ? { ok: true, signal } : refuse(fault);
}
