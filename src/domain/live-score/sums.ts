import type { ScoreSums } from './types';

export const NO_OUTCOMES: ScoreSums = {
  outcomes: 0,
  inside50: 0,
  inside90: 0,
  directed: 0,
  hits: 0,
  loss: 0,
  ewmaLoss: 0,
  beyond: 0,
  brier: 0,
};
const COUNTS = ['outcomes', 'inside50', 'inside90', 'directed', 'hits', 'beyond'] as const;
const LOSSES = ['loss', 'ewmaLoss', 'brier'] as const;

export function addSums(one: ScoreSums, other: ScoreSums): ScoreSums {
  return {
    outcomes: one.outcomes + other.outcomes,
    inside50: one.inside50 + other.inside50,
    inside90: one.inside90 + other.inside90,
    directed: one.directed + other.directed,
    hits: one.hits + other.hits,
    loss: one.loss + other.loss,
    ewmaLoss: one.ewmaLoss + other.ewmaLoss,
    beyond: one.beyond + other.beyond,
    brier: one.brier + other.brier,
  };
}

export function sumAll(all: readonly ScoreSums[]): ScoreSums {
  return all.reduce(addSums, NO_OUTCOMES);
}

/** Whether sums can be of outcomes at all: one bad report must not spoil what was counted for days. */
export function arePossible(sums: ScoreSums): boolean {
  const { outcomes, inside50, inside90, directed, hits, beyond } = sums;
  return (
    COUNTS.every((name) => Number.isSafeInteger(sums[name]) && sums[name] >= 0) &&
    LOSSES.every((name) => Number.isFinite(sums[name]) && sums[name] >= 0) &&
    inside50 <= inside90 &&
    hits <= directed &&
    Math.max(inside90, directed, beyond) <= outcomes
  );
}
