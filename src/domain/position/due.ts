import type { PositionBook } from './book';
import { EXIT_SLOW_MS, nextMoveAtMs } from './guard';
import { nextQuestionAtMs } from './news';
import { BOOKING_AWAITS_EXIT_MS } from './reduce';
import { ENTRIES_WAIT_MAX_MS } from './resting-entries';
import { closesAtMs, FOREIGN_AFTER_MS } from './standing';
import { PROOF_WAIT_MS } from './take-answer';

/**
 * When time alone may change something: `tick` is due then.
 *
 * @returns milliseconds UTC, later than `nowMs`; undefined: never
 */
export function nextDueAtMs(book: PositionBook, nowMs: number): number | undefined {
  if (book.isBooked) return undefined;
  const later = [...instants(book)].filter((atMs): atMs is number => atMs !== undefined && atMs > nowMs);
  return later.length === 0 ? undefined : Math.min(...later);
}

function* instants(book: PositionBook): Generator<number | undefined> {
  const { episode, flat, round, unprotectedSinceMs, proof, terms, exit, cancelling } = book;
  const { unprotectedMaxSeconds, closeUnprotectedAfterSeconds } = terms.protection;
  if (book.question === undefined) yield nextQuestionAtMs(book);
  if (flat !== undefined) return yield round && flat.sinceMs + BOOKING_AWAITS_EXIT_MS;
  yield book.retryAtMs;
  yield book.nextRoundAtMs;
  yield cancelling && cancelling.sinceMs + ENTRIES_WAIT_MAX_MS;
  yield nextMoveAtMs(book);
  yield episode && episode.seenAtMs + FOREIGN_AFTER_MS;
  yield book.excessSinceMs && book.excessSinceMs + FOREIGN_AFTER_MS;
  yield round && round.timestampMs + EXIT_SLOW_MS;
  yield proof && proof.sinceMs + PROOF_WAIT_MS;
  if (unprotectedSinceMs !== undefined) {
    yield unprotectedSinceMs + unprotectedMaxSeconds * 1_000;
    yield unprotectedSinceMs + closeUnprotectedAfterSeconds * 1_000;
  }
  if (exit === undefined) yield closesAtMs(book);
}
