/** What a venue's whole milliseconds hide on average: it took the order somewhere within the one that it names. */
const HALF_MILLISECOND = 0.5;

/**
 * A reading of the machine's wall clock with fractions of a millisecond, for some seconds: the venue writes whole ones, and
 * two rounded instants would make every figure whole. Waits for the clock's next tick, at most a millisecond.
 *
 * @returns the present instant, milliseconds UTC
 */
export function fineWallClock(): () => number {
  const tickMs = Date.now();
  let nextMs = Date.now();
  while (nextMs === tickMs) nextMs = Date.now();
  const offsetMs = nextMs - performance.now();
  return () => offsetMs + performance.now();
}

/** The likeliest instant of what another program noted in whole milliseconds. */
export function middleOf(wholeMs: number): number {
  return wholeMs + HALF_MILLISECOND;
}
