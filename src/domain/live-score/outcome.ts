import { chanceBelow } from '../model-gate/chance';
import type { Quantile } from '../model-gate/types';
import type { ScoreSums } from './types';

/** A prediction whose horizon has passed, and what came. */
export interface PassedForecast {
  /** Log returns: expected, and seen. */
  readonly mean: number;
  readonly seen: number;
  readonly quantiles: readonly Quantile[];
  /** EWMA's volatility over the horizon when the prediction was made, and its quantiles in units of that, by the same levels. */
  readonly ewmaUnit: number;
  readonly ewmaShape: readonly number[];
}

/**
 * One outcome as sums.
 *
 * @param costs that are assumed of a round trip, a fraction
 * @returns undefined where prediction or outcome are no numbers: there is nothing to count
 */
export function scoreOutcome(passed: PassedForecast, costs: number): ScoreSums | undefined {
  const { mean, seen, quantiles } = passed;
  const below = chanceBelow(quantiles, seen);
  const [down, up] = [chanceBelow(quantiles, -costs), chanceBelow(quantiles, costs)];
  if (below === undefined || down === undefined || up === undefined) return undefined;
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
    ewmaLoss: ewmaPinball(passed),
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
  let sum = 0;
  for (const { level, value } of quantiles) sum += lossAt(level, value, seen);
  return sum / quantiles.length;
}

function ewmaPinball({ quantiles, seen, ewmaUnit, ewmaShape }: PassedForecast): number {
  let sum = 0;
  for (const [index, { level }] of quantiles.entries()) sum += lossAt(level, ewmaUnit * ewmaShape[index]!, seen);
  return sum / quantiles.length;
}

function lossAt(level: number, value: number, seen: number): number {
  return seen >= value ? level * (seen - value) : (1 - level) * (value - seen);
}
