/** How the delays between look-ups of one order grow. */
export interface LookUpDelays {
  readonly firstMs: number;
  /** 1 or more. */
  readonly growth: number;
  readonly maxMs: number;
}

/**
 * The delay before look-up number `attempt`, whole milliseconds: the first, multiplied by the growth each time, up to the
 * largest.
 *
 * @param attempt 0 for the first look-up
 */
export function lookUpDelayMs(attempt: number, { firstMs, growth, maxMs }: LookUpDelays): number {
  return Math.round(Math.min(maxMs, firstMs * growth ** Math.max(0, attempt)));
}
