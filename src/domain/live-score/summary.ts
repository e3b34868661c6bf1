import { recentCoverage } from './live-score';
import { sumAll } from './sums';
import type { HorizonScore, LiveScore } from './types';

/** How one horizon did, for people. Shares are 0 to 1; absent: there is nothing to tell it from yet. */
export interface HorizonSummary {
  readonly minutes: number;
  /** All outcomes since the model was loaded first, and those of late, which the rest is about. */
  readonly outcomes: number;
  readonly recentOutcomes: number;
  /** Of the intervals of 50 and 90 %, those that held. */
  readonly coverage50?: number;
  readonly coverage90?: number;
  /** Of the moves, those in the direction of the mean. */
  readonly hitRate?: number;
  /** 1 - loss / loss of EWMA: 0.02 is 2 % better. */
  readonly skill?: number;
  /** 1 - Brier score / that of the share of outcomes beyond the costs. */
  readonly brierSkill?: number;
  /** What intervals are multiplied by now. */
  readonly scale: number;
  readonly isCalibrated: boolean;
  /** Whether there are enough outcomes of late to say so. */
  readonly isJudged: boolean;
}

export function summaryOf(score: LiveScore | undefined): readonly HorizonSummary[] {
  return (score?.horizons ?? []).map(summaryOfHorizon).toSorted((one, other) => one.minutes - other.minutes);
}

function summaryOfHorizon(horizon: HorizonScore): HorizonSummary {
  const { minutes, total, recent, logScale, isCalibrated } = horizon;
  const { outcomes, inside50, inside90, directed, hits, loss, ewmaLoss, beyond, brier } = sumAll(recent);
  const base = outcomes === 0 ? 0 : beyond * (1 - beyond / outcomes);
  return {
    minutes,
    outcomes: total.outcomes,
    recentOutcomes: outcomes,
    coverage50: ratio(inside50, outcomes),
    coverage90: ratio(inside90, outcomes),
    hitRate: ratio(hits, directed),
    skill: skill(loss, ewmaLoss),
    brierSkill: skill(brier, base),
    scale: rounded(Math.exp(logScale)),
    isCalibrated,
    isJudged: recentCoverage(horizon) !== undefined,
  };
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : rounded(part / whole);
}

function skill(loss: number, reference: number): number | undefined {
  return reference === 0 ? undefined : rounded(1 - loss / reference);
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
