import type { PositionBook } from './book';

/**
 * A run's clock never goes back, but the next run's may: after the server's clock was set back. What lies ahead of it then
 * would be waited for as long as the clock was wrong.
 */
export function rebasedBook(book: PositionBook, nowMs: number): PositionBook {
  const { episode, missing, flat, proof, ended, question, cancelling } = book;
  const past = (atMs: number): number => Math.min(atMs, nowMs);
  const maybe = (atMs: number | undefined): number | undefined => (atMs === undefined ? undefined : past(atMs));
  if (book.heardAtMs <= nowMs && book.beganAtMs <= nowMs) return book;
  return {
    ...book,
    beganAtMs: past(book.beganAtMs),
    heardAtMs: past(book.heardAtMs),
    trueAtMs: past(book.trueAtMs),
    movedAtMs: past(book.movedAtMs),
    retryAtMs: past(book.retryAtMs),
    nextRoundAtMs: past(book.nextRoundAtMs),
    excessSinceMs: maybe(book.excessSinceMs),
    unprotectedSinceMs: maybe(book.unprotectedSinceMs),
    askAtMs: maybe(book.askAtMs),
    answeredAtMs: maybe(book.answeredAtMs),
    episode: episode && { ...episode, seenAtMs: past(episode.seenAtMs) },
    missing: missing && { ...missing, sinceMs: past(missing.sinceMs) },
    flat: flat && { ...flat, sinceMs: past(flat.sinceMs) },
    proof: proof && { ...proof, sinceMs: past(proof.sinceMs) },
    ended: ended && { ...ended, atMs: past(ended.atMs) },
    cancelling: cancelling && { sinceMs: past(cancelling.sinceMs) },
    question: question && { sinceMs: past(question.sinceMs) },
  };
}
