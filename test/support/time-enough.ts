const TRIES_MAX = 4;

/**
 * Tries what has to happen within a time that a test sets, such as the life of a signal that must be sent before it ends.
 * Where a machine was too slow for it nothing is proved, so it is tried once more, with twice the time.
 *
 * @param firstMs of the first try; each further one gets twice as much
 * @param attempt undefined: the time was too short for what the test needs
 * @param triesMax fewer where a much longer time would hide what is tested
 * @throws Error when even the longest was, which no machine is slow enough for: what is tested is broken
 */
export async function withTimeEnough<Value>(
  firstMs: number,
  attempt: (timeMs: number) => Promise<Value | undefined>,
  triesMax = TRIES_MAX,
): Promise<Value> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const value = await attempt(firstMs * 2 ** tries);
    if (value !== undefined) return value;
  }
  throw new Error(`It did not happen in time, though it had ${firstMs} ms and then longer, ${triesMax} times.`);
}
