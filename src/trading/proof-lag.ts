/** However late lists are, an order that was told of is asked about after this. */
const WAIT_MAX_MS = 1_500;
/** Each time that the first request shows the order, the next one is this part of the wait earlier, and more each time. */
const SHORTENING = 1 / 400;
const SHORTENING_MAX = 0.25;

/** By how much the venue's lists are behind its stream: what is told of shows in them so long afterwards. */
export interface ProofLag {
  /** How long to wait before the request, milliseconds. */
  readonly waitMs: number;
  /** Requests in a row that showed what was told at the first try. */
  readonly hits: number;
}

export const NO_LAG: ProofLag = { waitMs: 0, hits: 0 };

/** Whether any order has shown how far lists are behind. */
export function isTaught({ waitMs, hits }: ProofLag): boolean {
  return waitMs > 0 || hits > 0;
}

/**
 * Learns from one order that was told of and shown. A wait that was too short becomes as long as it took; one that was long
 * enough becomes a little shorter: lists that catch up are noticed, and one request in some ten is in vain.
 *
 * @param misses requests that did not show it yet
 * @param shownAfterMs from the hint to the request that showed it
 */
export function learnLag({ waitMs, hits }: ProofLag, misses: number, shownAfterMs: number): ProofLag {
  if (misses > 0) return { waitMs: Math.min(WAIT_MAX_MS, Math.max(waitMs, shownAfterMs)), hits: 0 };
  const shorter = Math.floor(waitMs * (1 - Math.min(SHORTENING_MAX, (hits + 1) * SHORTENING)));
  return { waitMs: shorter, hits: hits + 1 };
}
