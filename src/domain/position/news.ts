import type { PositionBook } from './book';
import { knownAfterMs } from './exits';
import { isOurs, secondSightAtMs } from './standing';
import type { Step } from './step';
import { FLAT_CONFIRMED_AFTER_MS } from './take-report';

/** Without a report for so long the venue is asked by ourselves. */
export const WATCHDOG_MS = 30_000;
/** Rules that follow the price want to see it at least so often. */
const PRICE_WATCH_MS = 10_000;
/** Between two questions that have to be answered before anything goes on. */
const NEWS_PAUSE_MS = 1_000;
/** While the trade is booked, somebody may open the next position. */
const BOOKING_WATCH_MS = 10_000;
/** Pauses after questions that failed, by how many did so in a row. */
const FAILED_PAUSES_MS = [2_000, 5_000, 10_000, 30_000] as const;

/** Asks the venue, where the account has said nothing for too long or something waits for news. One question at a time. */
export function askForNews(step: Step): void {
  const { book, nowMs } = step;
  if (book.question !== undefined || book.isBooked) return;
  if (nowMs < nextQuestionAtMs(book)) return;
  step.set({ question: { sinceMs: nowMs }, askAtMs: undefined });
  step.do({ kind: 'askVenue' });
}

export function nextQuestionAtMs(book: PositionBook): number {
  const { askAtMs, heardAtMs, beganAtMs, answeredAtMs = 0, flat, failedQuestions } = book;
  if (askAtMs !== undefined) return askAtMs;
  // An answer that says nothing new is one, too: the next question waits as long.
  const lastMs = Math.max(heardAtMs, beganAtMs, answeredAtMs);
  if (flat !== undefined) return lastMs + BOOKING_WATCH_MS;
  const nextMs = lastMs + (isNewsWanted(book) && failedQuestions === 0 ? newsPauseMs(book) : watchMs(book));
  const sightAtMs = secondSightAtMs(book);
  return sightAtMs === undefined ? nextMs : Math.min(nextMs, Math.max(sightAtMs, answeredAtMs + NEWS_PAUSE_MS));
}

export function isNewsWanted({ missing, proof, awaitsReportAfterMs, ended, trueAtMs, row }: PositionBook): boolean {
  if (missing !== undefined || proof !== undefined || awaitsReportAfterMs !== undefined) return true;
  return row !== undefined && ended !== undefined && trueAtMs < knownAfterMs(ended);
}

function newsPauseMs({ missing }: PositionBook): number {
  return missing === undefined ? NEWS_PAUSE_MS : FLAT_CONFIRMED_AFTER_MS;
}

function watchMs(book: PositionBook): number {
  const { breakEvenFraction, partialTakeProfitFraction } = book.terms.protection;
  const followsPrice =
    (breakEvenFraction !== null && !book.isBreakEvenDone) || (partialTakeProfitFraction !== null && !book.isPartDone);
  return followsPrice && isOurs(book) ? PRICE_WATCH_MS : WATCHDOG_MS;
}

/** A question was not answered, or its answer says nothing of this symbol: that is not flat. */
export function questionFailed(step: Step): void {
  const { failedQuestions } = step.book;
  const pauseMs = FAILED_PAUSES_MS[Math.min(failedQuestions, FAILED_PAUSES_MS.length - 1)]!;
  step.set({ question: undefined, failedQuestions: failedQuestions + 1, askAtMs: step.nowMs + pauseMs });
}
