/** Binary fractions: 0.95 of 60 must count as 57, not as a little more. */
const ROUNDING_ERROR = 1e-9;

/**
 * The value below which a share of the values lies: the smallest one with at least that share at or below it.
 *
 * @param share above 0, at most 1: 0.95 gives what all but one in twenty stay within
 * @throws RangeError for no values, or a share outside its range
 */
export function percentile(values: readonly number[], share: number): number {
  if (!(share > 0 && share <= 1)) throw new RangeError(`A share is above 0 and at most 1, and was ${share}.`);
  return valueAt(values, Math.ceil(share * values.length - ROUNDING_ERROR));
}

/**
 * The middle of the values, the mean of the two middle ones for an even count.
 *
 * @throws RangeError for no values
 */
export function median(values: readonly number[]): number {
  const half = values.length / 2;
  return (valueAt(values, Math.ceil(half)) + valueAt(values, Math.floor(half) + 1)) / 2;
}

/** @param position 1 is the smallest */
function valueAt(values: readonly number[], position: number): number {
  const value = values.toSorted((one, other) => one - other)[position - 1];
  if (value === undefined) throw new RangeError('There is no percentile of no values.');
  return value;
}

/**
 * How many times `part` is as large as `whole`.
 *
 * @returns undefined when nothing can be compared with `whole`: it is zero, or one of them was not measured
 */
export function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  if (part === undefined || whole === undefined || whole === 0) return undefined;
  return part / whole;
}

/** @param timesMs ascending. @returns the most of them in any span of that length */
export function mostWithin(timesMs: readonly number[], spanMs: number): number {
  let most = 0;
  for (let first = 0, last = 0; last < timesMs.length; last += 1) {
    while ((timesMs[last] ?? 0) - (timesMs[first] ?? 0) >= spanMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
