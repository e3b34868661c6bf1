import { chanceBelow } from '../model-gate/chance';
import type { Quantile } from '../model-gate/types';
import { ewmaQuantiles } from './ewma';
import type { ScoreSums } from './types';

/** A prediction whose horizon has passed, and what came. */
export interface PassedForecast {
  /** Log returns: expected, and seen. */
  readonly mean: number;
  readonly seen: number;
  readonly quantiles: readonly Quantile[];
  /** Of one candle, as EWMA had it when the prediction was made. */
  readonly ewmaScale: number;
  /** Of the horizon. */
  readonly candles: number;
}

/**
 * One outcome as sums.
 *
 * @param costs that are assumed of a round trip, a fraction
 * @returns undefined where prediction or outcome are no numbers: there is nothing to count
 */
export function scoreOutcome(passed: PassedForecast, costs: number): ScoreSums | undefined {
  const { mean, seen, quantiles, ewmaScale, candles } = passed;
  const below = chanceBelow(quantiles, seen);
  const [down, up] = [chanceBelow(quantiles, -costs), chanceBelow(quantiles, costs)];
  if (below === undefined || down === undefined || up === undefined) return undefined;
  const levels = quantiles.map(({ level }) => level);
  const isDirected = mean !== 0 && seen !== 0;
  const isBeyond = Math.abs(seen) > costs;
  const missed = down + 1 - up - (isBeyond ? 1 : 0);
  return {
    outcomes: 1,
    inside50: isInside(below, 0.5),
    inside90: isInside(below, 0.9),
    directed: isDirected ? 1 : 0,
    hits: isDirected && mean > 0 === seen > 0 ? 1 : 0,
    loss: pinball(quantiles, seen),
    ewmaLoss: pinball(ewmaQuantiles(ewmaScale, candles, levels), seen),
    beyond: isBeyond ? 1 : 0,
    brier: missed * missed,
  };
}

/** Levels are sums of binary fractions: an outcome on the edge of an interval is inside. */
function isInside(below: number, share: number): number {
  return Math.abs(below - 0.5) <= share / 2 + 1e-12 ? 1 : 0;
}

/** The mean over the levels. */
function pinball(quantiles: readonly Quantile[], seen: number): number {
  const losses = quantiles.map(({ level, value }) =>
    seen >= value ? level * (seen - value) : (1 - level) * (value - seen),
  );
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
