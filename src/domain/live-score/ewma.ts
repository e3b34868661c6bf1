/**
 * What the model is held against: the exponentially weighted volatility of closing prices, times quantiles that fitted it. The
 * same as `ewma_quantiles` of training/baselines.py.
 */
import type { Quantile } from '../model-gate/types';

const DECAY = 0.97;
/** Prices that stood still have this variance. */
const VARIANCE_FLOOR = 1e-12;
/** Positive levels of the symmetric distribution below, the ends included. */
const LEVELS = [0.5, 0.75, 0.95] as const;
/**
 * Returns of BTCUSDT by the minute, 1 to 14 March 2023, over so many candles, in units of that volatility times the root of the
 * candles, up and down as one distribution: what training finds on the candles of the model that is shipped.
 */
const FITTED: readonly (readonly [candles: number, values: readonly [number, number, number]])[] = [
  [5, [0, 0.5511, 1.5521]],
  [15, [0, 0.507, 1.5645]],
  [60, [0, 0.4873, 1.7298]],
];

/** The expected deviation of one candle's log return. @param returns log returns by candle, the oldest first, at least one */
export function ewmaScale(returns: readonly number[]): number {
  let [sum, weights] = [0, 0];
  for (const change of returns) {
    sum = sum * DECAY + change * change;
    weights = weights * DECAY + 1;
  }
  return Math.sqrt(sum / weights + VARIANCE_FLOOR);
}

/**
 * @param scale of one candle
 * @param candles of the horizon
 * @param levels between 0 and 1; beyond the outermost that were fitted, those count
 */
export function ewmaQuantiles(scale: number, candles: number, levels: readonly number[]): readonly Quantile[] {
  const values = fittedFor(candles);
  const unit = scale * Math.sqrt(candles);
  return levels.map((level) => ({ level, value: Math.sign(level - 0.5) * unit * valueOf(values, level) }));
}

/** Of the horizon that is nearest by ratio. */
function fittedFor(candles: number): (typeof FITTED)[number][1] {
  const ratio = (fitted: number): number => Math.max(fitted / candles, candles / fitted);
  return FITTED.reduce((best, other) => (ratio(other[0]) < ratio(best[0]) ? other : best))[1];
}

function valueOf(values: readonly number[], level: number): number {
  const wanted = Math.min(LEVELS.at(-1)!, Math.max(level, 1 - level));
  const upper = Math.max(
    1,
    LEVELS.findIndex((one) => one >= wanted),
  );
  const [from, to] = [LEVELS[upper - 1]!, LEVELS[upper]!];
  return values[upper - 1]! + ((wanted - from) / (to - from)) * (values[upper]! - values[upper - 1]!);
}
