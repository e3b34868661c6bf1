import Decimal from 'decimal.js';
import { quoteValue } from '../domain/quote-value';

/** Below it a number means seconds (until the year 5138), from it on milliseconds (since 1973). */
const SECONDS_BELOW = 1e11;
/** A time further away than this is in another unit or from a broken clock; a stale one is refused later, by its age. */
const DISTANCE_YEARS_MAX = 10;
const YEAR_MS = 31_557_600_000;
const DISTANT = `that is more than ${DISTANCE_YEARS_MAX} years from now`;
const MINUTE_MS = 60_000;
/** Longer texts are no times. */
const TIME_CHARACTERS_MAX = 64;

const EPOCH_TEXT = /^(0|[1-9]\d{0,21})(\.\d+)?$/;
const ISO_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$/;
/** Units that are none of ours, by how many of them a millisecond has. */
const FINER_UNITS = [
  ['microseconds', 1e3],
  ['nanoseconds', 1e6],
] as const;

export type TimeText = { readonly timestampMs: number } | { readonly fault: string };

/**
 * Reads when a signal was made: an ISO 8601 time with its zone (seconds and their fraction may be left out, `T` may be a
 * space), or seconds or milliseconds since 1970 as a number or as the text of one. Fractions of a millisecond are cut, never
 * rounded: that could move the signal into the next minute.
 *
 * @param nowMs our time, milliseconds UTC
 * @returns milliseconds UTC, or what is wrong in the words that follow "timestamp is …; "; a spelling that the fault names
 *   would be accepted
 */
export function readTime(value: unknown, nowMs: number): TimeText {
  if (typeof value === 'number') return readEpoch(value, nowMs);
  if (typeof value !== 'string' || value.length > TIME_CHARACTERS_MAX) return { fault: `it ${rule(nowMs)}` };
  if (EPOCH_TEXT.test(value)) return readEpoch(new Decimal(value), nowMs);
  return readIso(value, nowMs);
}

/** The example is the present, so that whoever copies it is not refused as late. */
function rule(nowMs: number): string {
  return `must be an ISO 8601 time with Z or an offset, such as ${quoteValue(new Date(nowMs).toISOString())}, or seconds or milliseconds since 1970, such as ${nowMs}`;
}

function readEpoch(given: number | Decimal, nowMs: number): TimeText {
  const value = new Decimal(given);
  if (!value.isFinite()) return { fault: `it ${rule(nowMs)}` };
  const timestampMs = value
    .times(value.lt(SECONDS_BELOW) ? 1_000 : 1)
    .floor()
    .toNumber();
  if (!isDistant(timestampMs, nowMs)) return { timestampMs };
  for (const [unit, perMillisecond] of FINER_UNITS) {
    const ms = value.div(perMillisecond).floor().toNumber();
    if (!isDistant(ms, nowMs)) return { fault: `those are ${unit}; send milliseconds: ${ms}` };
  }
  return { fault: `that is years from now; it ${rule(nowMs)} (numbers below 1e11 are seconds, others milliseconds)` };
}

function readIso(text: string, nowMs: number): TimeText {
  const match = ISO_TIME.exec(text);
  if (!match) return { fault: faultOfSpelling(text, nowMs) };
  const [, year, month, day, hour, minute, second = '00', fraction = '', zulu, sign, offsetHour, offsetMinute] = match;
  if (zulu === undefined && sign === undefined) {
    const remedy = `${quoteValue(`${text}Z`)} if it is UTC, otherwise the offset in place of Z, such as +02:00`;
    return { fault: `it has no time zone: write ${remedy}` };
  }
  // Date.UTC takes the years before 100 for those of the last century.
  if (Number(year) < 100) return { fault: DISTANT };
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const isDay = new Date(atMs).toISOString().startsWith(`${year}-${month}-${day}`);
  if (!isDay) return { fault: 'there is no such day in the calendar' };
  if (hour === '24' && /^0*$/.test(`${minute}${second}${fraction}`)) return midnightFault(text, atMs);
  if (Number(second) === 60) {
    return { fault: `a minute ends with second 59: write ${quoteValue(text.replace(':60', ':59'))} for a leap second` };
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return { fault: 'there is no such time of day' };
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return { fault: 'there is no such time zone' };
  const offsetMs = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * MINUTE_MS * (sign === '-' ? -1 : 1);
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const timeOfDayMs = (Number(hour) * 60 + Number(minute)) * MINUTE_MS + Number(second) * 1_000 + milliseconds;
  const timestampMs = atMs + timeOfDayMs - offsetMs;
  return isDistant(timestampMs, nowMs) ? { fault: DISTANT } : { timestampMs };
}

function midnightFault(text: string, dayMs: number): TimeText {
  const nextDay = new Date(dayMs + 24 * 60 * MINUTE_MS).toISOString().slice(0, 10);
  const written = text.replace(/^.{10}(.)24/, `${nextDay}$100`);
  return { fault: `a day ends before 24:00: write ${quoteValue(written)}` };
}

/** What can only mean one time is said in the spelling that is accepted. */
function faultOfSpelling(text: string, nowMs: number): string {
  const plain = text.normalize('NFKC').trim().replaceAll('−', '-');
  const repaired = /^[+]?\d+(\.\d*)?e[+]?\d{1,2}$/i.test(plain) ? new Decimal(plain).toFixed() : plain;
  const isRepaired = repaired !== text && 'timestampMs' in readTime(repaired, nowMs);
  return isRepaired ? `write ${quoteValue(repaired)}` : `it ${rule(nowMs)}`;
}

function isDistant(timestampMs: number, nowMs: number): boolean {
  return !(Math.abs(timestampMs - nowMs) <= DISTANCE_YEARS_MAX * YEAR_MS);
}
