/**
 * What the model is held against: the exponentially weighted volatility of closing prices, times quantiles that fitted it. The
 * same as `ewma_quantiles` of training/baselines.py.
 */
const DECAY = 0.97;
/** Prices that stood still have this variance. */
const VARIANCE_FLOOR = 1e-12;
/** Of a distribution that is as wide up as down. */
const MIDDLE = 0.5;

/** Returns over so many candles, in units of that volatility times the root of the candles, up and down as one distribution. */
export interface FittedQuantiles {
  readonly candles: number;
  /** Above 0.5, ascending; those below mirror them. At least one. */
  readonly levels: readonly number[];
  /** By level: 0 or above, never falling. */
  readonly values: readonly number[];
}

/** Of models that do not tell theirs: returns of BTCUSDT by the minute, 1 to 14 March 2023, which the first model was made from. */
const FITTED: readonly FittedQuantiles[] = [
  { candles: 5, levels: [0.75, 0.95], values: [0.5511, 1.5521] },
  { candles: 15, levels: [0.75, 0.95], values: [0.507, 1.5645] },
  { candles: 60, levels: [0.75, 0.95], values: [0.4873, 1.7298] },
];

/**
 * The expected deviation of one candle's log return.
 *
 * @param returns log returns by candle, the oldest first, at least one
 * @param at where they are among other numbers: the first, and how far the next one is
 */
export function ewmaScale(returns: ArrayLike<number>, { from, each } = { from: 0, each: 1 }): number {
  let [sum, weights] = [0, 0];
  for (let at = from; at < returns.length; at += each) {
    const change = returns[at]!;
    sum = sum * DECAY + change * change;
    weights = weights * DECAY + 1;
  }
  return Math.sqrt(sum / weights + VARIANCE_FLOOR);
}

/**
 * The reference's quantiles in units of the volatility over the horizon, by level.
 *
 * @param candles of the horizon
 * @param levels between 0 and 1; beyond the outermost that were fitted, those count
 * @param fitted at least one
 */
export function ewmaShape(
  candles: number,
  levels: readonly number[],
  fitted: readonly FittedQuantiles[] = FITTED,
): readonly number[] {
  const nearest = fittedFor(candles, fitted);
  return levels.map((level) => Math.sign(level - MIDDLE) * valueOf(nearest, level));
}

/** Of the horizon that is nearest by ratio. */
function fittedFor(candles: number, fitted: readonly FittedQuantiles[]): FittedQuantiles {
  const ratio = (one: FittedQuantiles): number => Math.max(one.candles / candles, candles / one.candles);
  return fitted.reduce((best, other) => (ratio(other) < ratio(best) ? other : best));
}

function valueOf({ levels: above, values: fitted }: FittedQuantiles, level: number): number {
  const [levels, values] = [
    [MIDDLE, ...above],
    [0, ...fitted],
  ];
  const wanted = Math.min(levels.at(-1)!, Math.max(level, 1 - level));
  const upper = Math.max(
    1,
    levels.findIndex((one) => one >= wanted),
  );
  const [from, to] = [levels[upper - 1]!, levels[upper]!];
  return values[upper - 1]! + ((wanted - from) / (to - from)) * (values[upper]! - values[upper - 1]!);
}
