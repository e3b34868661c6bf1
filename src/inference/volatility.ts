/** How much weight a return keeps per candle: half of it is gone after 23. Longer memories were no better on recorded prices. */
const DECAY = 0.97;
/** Fewer returns tell nothing. */
const RETURNS_MIN = 20;
/** Two machines agree on these digits. */
const SIGNIFICANT_DIGITS = 6;

/**
 * The usual return of one candle now, a fraction: the square root of the exponentially weighted mean of squared returns. Made of
 * sums, products, quotients and a square root alone, which every machine computes alike.
 *
 * @param closes above zero, the oldest first
 * @returns undefined for fewer than RETURNS_MIN returns, and where prices stood still
 */
export function returnDeviation(closes: ArrayLike<number>): number | undefined {
  if (closes.length <= RETURNS_MIN) return undefined;
  let sum = 0;
  let weights = 0;
  for (let index = 1; index < closes.length; index += 1) {
    const change = closes[index]! / closes[index - 1]! - 1;
    sum = sum * DECAY + change * change;
    weights = weights * DECAY + 1;
  }
  const deviation = Number(Math.sqrt(sum / weights).toPrecision(SIGNIFICANT_DIGITS));
  return Number.isFinite(deviation) && deviation > 0 ? deviation : undefined;
}
