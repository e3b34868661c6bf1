import { movedScale, withIssued } from './online-scale';
import { addSums, arePossible, NO_OUTCOMES, sumAll } from './sums';
import type { HorizonOutcomes, HorizonScore, LiveScore, ScoreBucket } from './types';

/** Horizons that are kept of a model. */
const HORIZONS_MAX = 8;
/**
 * The newest outcomes are kept in so many buckets. Each spans a horizon at least: outcomes of one horizon overlap, and symbols
 * move together, so that many outcomes of one moment say little more than one.
 */
export const BUCKETS = 16;
const MINUTE_MS = 60_000;
/** Of the way from the bound to 1: signals begin again a little later than they stopped. */
const RECOVERY_SHARE = 0.25;

/** By what the score decides. */
export interface ScoreTerms {
  /** The least share of 90 % intervals that have to hold of late, 0 to 1; absent: any will do. */
  readonly coverageMin?: number;
  /** How many outcomes "of late" are at least. */
  readonly coverageOutcomes: number;
}

/** What a tick tells of the predictions whose horizon has passed. */
export interface TickOutcomes {
  readonly model: string;
  /** Milliseconds UTC. */
  readonly tickMs: number;
  readonly horizons: readonly HorizonOutcomes[];
}

/** The score after a tick's outcomes. A tick counts once, and another model starts anew. */
export function withOutcomes(
  before: LiveScore | undefined,
  { model, tickMs, horizons: told }: TickOutcomes,
  terms: ScoreTerms,
): LiveScore {
  const score = before?.model === model ? before : undefined;
  if (score?.atMs === tickMs) return score;
  const known = score?.horizons ?? [];
  const fresh = told.filter(({ minutes }) => !known.some((one) => one.minutes === minutes)).map(newHorizon);
  const horizons = [...known, ...fresh].slice(0, HORIZONS_MAX);
  return {
    model,
    atMs: tickMs,
    horizons: horizons.map((horizon) => {
      const outcomes = told.find(({ minutes }) => minutes === horizon.minutes);
      return outcomes === undefined ? horizon : withHorizon(horizon, outcomes, tickMs, terms);
    }),
    issued: withIssued(score?.issued ?? [], horizons, tickMs),
  };
}

/** The share of 90 % intervals that held of late. @returns undefined before enough outcomes */
export function recentCoverage({ recent }: HorizonScore): number | undefined {
  if (recent.length < BUCKETS) return undefined;
  const { outcomes, inside90 } = sumAll(recent);
  return inside90 / outcomes;
}

function newHorizon({ minutes }: HorizonOutcomes): HorizonScore {
  return { minutes, total: NO_OUTCOMES, recent: [], logScale: 0, isCalibrated: true };
}

function withHorizon(before: HorizonScore, outcomes: HorizonOutcomes, tickMs: number, terms: ScoreTerms): HorizonScore {
  if (outcomes.outcomes === 0 || !arePossible(outcomes)) return before;
  const recent = withRecent(before, outcomes, tickMs, terms);
  const after = {
    ...before,
    total: addSums(before.total, outcomes),
    recent,
    logScale: movedScale(before.logScale, outcomes.inside90 / outcomes.outcomes),
  };
  return { ...after, isCalibrated: isCalibrated(after, terms) };
}

function withRecent(
  { minutes, recent }: HorizonScore,
  outcomes: HorizonOutcomes,
  tickMs: number,
  { coverageOutcomes }: ScoreTerms,
): readonly ScoreBucket[] {
  const open = recent.at(-1);
  // The open one is left out: with it empty, the others still hold as many as are wanted.
  const isFull =
    open === undefined ||
    tickMs < open.fromMs ||
    (open.outcomes >= coverageOutcomes / (BUCKETS - 1) && tickMs - open.fromMs >= minutes * MINUTE_MS);
  if (isFull) return [...recent, { fromMs: tickMs, ...addSums(NO_OUTCOMES, outcomes) }].slice(-BUCKETS);
  return [...recent.slice(0, -1), { fromMs: open.fromMs, ...addSums(open, outcomes) }];
}

function isCalibrated(horizon: HorizonScore, { coverageMin }: ScoreTerms): boolean {
  const coverage = recentCoverage(horizon);
  if (coverageMin === undefined || coverage === undefined) return horizon.isCalibrated || coverageMin === undefined;
  const needed = horizon.isCalibrated ? coverageMin : coverageMin + (1 - coverageMin) * RECOVERY_SHARE;
  return coverage >= needed;
}
