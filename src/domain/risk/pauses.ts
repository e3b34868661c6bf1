import type { Denial } from '../denial';
import { BOOKING_WAIT_MAX_MS, DAY_MS, dayOf, symbolBook } from './book';
import type { Closing, EntryCounts, RiskBook } from './book';
import type { Circumstances, Entry } from './entry';
import { entriesAt } from './take-fill';
import type { RiskSettings } from './types';
import { instantWords, minutesWords, moneyWords, percentWords, sinceWords } from './words';

const MINUTE_MS = 60_000;

/** Denials that the book alone decides: what was lost, what was closed lately, and how much was entered. */
export function pauseDenial(entry: Entry, { book, terms: { risk }, nowMs }: Circumstances): Denial | undefined {
  return (
    lossDenial(book, risk, nowMs) ??
    fallDenial(book, risk) ??
    streakDenial(entry, book, risk, nowMs) ??
    coolDownDenial(entry, book, risk, nowMs) ??
    countDenial(book, risk, nowMs)
  );
}

function lossDenial(
  { money: { dayLoss, day } }: RiskBook,
  { dailyLossFraction }: RiskSettings,
  nowMs: number,
): Denial | undefined {
  if (dayLoss === undefined || dailyLossFraction === null || dayLoss.dayMs !== dayOf(nowMs)) return undefined;
  return {
    code: 'DAILY_LOSS_LIMIT',
    message:
      `${moneyWords(dayLoss.loss)} of ${moneyWords(dayLoss.of)} were lost since ${sinceWords(day?.resumed?.atMs)}; the limit is ${percentWords(dailyLossFraction)}. ` +
      `No entry is taken until ${instantWords(dayLoss.dayMs + DAY_MS)}, or until a person resumes trading.`,
  };
}

function fallDenial({ money: { fall } }: RiskBook, { drawdownFraction }: RiskSettings): Denial | undefined {
  if (fall === undefined || drawdownFraction === null) return undefined;
  return {
    code: 'DRAWDOWN_LIMIT',
    message:
      `The equity fell by ${moneyWords(fall.fall)} from its highest, ${moneyWords(fall.of)}; the limit is ${percentWords(drawdownFraction)}. ` +
      'No entry is taken until a person resumes trading.',
  };
}

function streakDenial(
  { symbol }: Entry,
  book: RiskBook,
  { lossStreak, lossStreakMinutes }: RiskSettings,
  nowMs: number,
): Denial | undefined {
  if (lossStreak === null) return undefined;
  const ofSymbolMs = symbolBook(book, symbol).pausedUntilMs ?? 0;
  const untilMs = bounded(Math.max(book.pausedUntilMs, ofSymbolMs), lossStreakMinutes, nowMs);
  if (untilMs <= nowMs) return undefined;
  const where = ofSymbolMs > book.pausedUntilMs ? `in ${symbol} ` : '';
  return {
    code: 'LOSS_STREAK',
    message:
      `${lossStreak} positions ${where}in a row ended with a loss; the limit is ${lossStreak}. ` +
      `No entry is taken until ${instantWords(untilMs)}.`,
  };
}

function coolDownDenial({ symbol }: Entry, book: RiskBook, risk: RiskSettings, nowMs: number): Denial | undefined {
  const closing = symbolBook(book, symbol).closing ?? book.forgotten;
  if (closing === undefined) return undefined;
  const minutes = closing.isStop ? Math.max(risk.coolDownAfterStopMinutes, risk.coolDownMinutes) : risk.coolDownMinutes;
  const untilMs = bounded(closing.atMs + minutes * MINUTE_MS, minutes, nowMs);
  if (untilMs > nowMs) {
    const how = closing.isStop ? 'by a stop ' : '';
    return {
      code: 'COOLING_DOWN',
      message:
        `The last position in ${symbol} was closed ${how}at ${instantWords(closing.atMs)}, less than ${minutesWords(minutes)} ago. ` +
        `No entry is taken in it until ${instantWords(untilMs)}.`,
    };
  }
  return awaitsBooking(closing, risk, nowMs) ? { code: 'RISK_UNKNOWN', message: bookingMessage(symbol) } : undefined;
}

/** Whether it depends on how a position ended, which is not known yet, if an entry may be taken. */
function awaitsBooking(closing: Closing, risk: RiskSettings, nowMs: number): boolean {
  if (closing.isBooked || Math.abs(nowMs - closing.atMs) > BOOKING_WAIT_MAX_MS) return false;
  return risk.lossStreak !== null || risk.coolDownAfterStopMinutes > risk.coolDownMinutes;
}

function bookingMessage(symbol: string): string {
  return `The position in ${symbol} was just closed, and how is not known yet. The signal waits until it is booked.`;
}

/** When a pause ends: a clock that was set back must not make it longer than it was meant. */
export function bounded(untilMs: number, minutes: number, nowMs: number): number {
  return Math.min(untilMs, nowMs + minutes * MINUTE_MS);
}

function countDenial(
  book: RiskBook,
  { entriesPerMinute, entriesPerDay }: RiskSettings,
  nowMs: number,
): Denial | undefined {
  if (entriesPerMinute === null && entriesPerDay === null) return undefined;
  const { dayMs, ofDay, seconds } = entriesAt(book, nowMs);
  if (entriesPerDay !== null && ofDay >= entriesPerDay) {
    return {
      code: 'TOO_MANY_ENTRIES',
      message: `${ofDay} entries were taken since 00:00 UTC; the limit is ${entriesPerDay} a day. No entry is taken until ${instantWords(dayMs + DAY_MS)}.`,
    };
  }
  const ofMinute = seconds.reduce((sum, [, count]) => sum + count, 0);
  if (entriesPerMinute === null || ofMinute < entriesPerMinute) return undefined;
  const untilMs = entriesFreeAtMs(seconds, entriesPerMinute);
  return {
    code: 'TOO_MANY_ENTRIES',
    message: `${ofMinute} entries were taken in the last minute; the limit is ${entriesPerMinute} a minute. No entry is taken until ${instantWords(untilMs + 999)}.`,
  };
}

/** When one entry fewer than the limit was taken in the last minute. @param seconds of entries, at least as many as the limit */
export function entriesFreeAtMs(seconds: EntryCounts['seconds'], limit: number): number {
  const ofMinute = seconds.reduce((sum, [, count]) => sum + count, 0);
  return freeFrom(seconds, ofMinute - limit + 1) + MINUTE_MS;
}

/** The second after which so many of the earliest entries are over. */
function freeFrom(seconds: readonly (readonly [secondMs: number, count: number])[], count: number): number {
  let left = count;
  for (const [secondMs, taken] of seconds) {
    left -= taken;
    if (left <= 0) return secondMs;
  }
  return seconds.at(-1)?.[0] ?? 0;
}
