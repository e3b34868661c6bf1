import type { Direction } from '../signal';
import type { Quantile, QuantilePair } from './types';

/** Closer quantiles count as so far apart: nothing is divided by zero. A log return. */
const GAP_MIN = 1e-15;
/** Decimal places of a chance: fewer than the differences between two machines' floating-point results. */
const CHANCE_DECIMALS = 4;
/** Levels that differ by less are the same: they travel as binary fractions. */
const LEVEL_TOLERANCE = 1e-9;

/**
 * The chance that a value is no more than `value`. Straight lines between the quantiles; outside, exponential tails through the
 * outer two on each side, so that it never falls and lies between 0 and 1. training/predictions.py computes the same.
 *
 * @returns undefined where quantiles are fewer than two, not in the order of their levels, or no numbers
 */
export function chanceBelow(quantiles: readonly Quantile[] | undefined, value: number): number | undefined {
  if (quantiles === undefined || !areUsable(quantiles) || Number.isNaN(value)) return undefined;
  const [first, last] = [quantiles[0]!, quantiles.at(-1)!];
  if (value < first.value) return first.level * tail(first.value - value, quantiles[1]!, first);
  if (value > last.value) {
    const left = { level: 1 - last.level, value: last.value };
    const before = quantiles.at(-2)!;
    return 1 - left.level * tail(value - last.value, { level: 1 - before.level, value: before.value }, left);
  }
  let sum = first.level;
  for (let index = 1; index < quantiles.length; index += 1) {
    const [lower, upper] = [quantiles[index - 1]!, quantiles[index]!];
    const share = (value - lower.value) / Math.max(upper.value - lower.value, GAP_MIN);
    sum += Math.min(1, Math.max(0, share)) * (upper.level - lower.level);
  }
  return sum;
}

/**
 * The chance that a trade held for the horizon gains more than it costs.
 *
 * @param costs of the round trip, zero or more: a fraction of the value, taken as a log return
 * @returns undefined where the quantiles say nothing; BUY and SELL together are 1 at most
 */
export function netGainChance(
  quantiles: readonly Quantile[] | undefined,
  direction: Direction,
  costs: number,
): number | undefined {
  if (direction === 'SELL') return chanceBelow(quantiles, -costs);
  const below = chanceBelow(quantiles, costs);
  return below === undefined ? undefined : 1 - below;
}

/** A chance as it is shown and decided by. */
export function roundedChance(chance: number): number {
  return Number(chance.toFixed(CHANCE_DECIMALS));
}

/** As they were before they travelled. */
export function quantilesOf(pairs: readonly QuantilePair[] | undefined): readonly Quantile[] | undefined {
  return pairs?.map(([level, value]) => ({ level, value }));
}

/** The value at a level, on straight lines between the quantiles. @returns undefined outside of their levels */
export function valueAt(quantiles: readonly Quantile[] | undefined, level: number): number | undefined {
  if (quantiles === undefined) return undefined;
  const same = quantiles.find((quantile) => Math.abs(quantile.level - level) < LEVEL_TOLERANCE);
  if (same !== undefined) return same.value;
  const above = quantiles.findIndex((quantile) => quantile.level > level);
  const [lower, upper] = [quantiles[above - 1], quantiles[above]];
  if (lower === undefined || upper === undefined) return undefined;
  return lower.value + ((level - lower.level) / (upper.level - lower.level)) * (upper.value - lower.value);
}

/** How much of the chance beyond the outer quantile lies farther than `distance` from it. */
function tail(distance: number, inner: Quantile, outer: Quantile): number {
  const gap = Math.max(Math.abs(inner.value - outer.value), GAP_MIN);
  return Math.exp((-distance / gap) * Math.log(inner.level / outer.level));
}

function areUsable(quantiles: readonly Quantile[]): boolean {
  let [levelBefore, valueBefore] = [0, -Infinity];
  for (const { level, value } of quantiles) {
    if (!(level > levelBefore && level < 1 && Number.isFinite(value) && value >= valueBefore)) return false;
    [levelBefore, valueBefore] = [level, value];
  }
  return quantiles.length > 1;
}
