import { ewmaShape } from '../../../../src/domain/live-score/ewma';
import { recentCoverage, withOutcomes } from '../../../../src/domain/live-score/live-score';
import { scalesAt, stretched } from '../../../../src/domain/live-score/online-scale';
import { scoreOutcome } from '../../../../src/domain/live-score/outcome';
import { sumAll } from '../../../../src/domain/live-score/sums';
import { summaryOf } from '../../../../src/domain/live-score/summary';
import type { HorizonScore, LiveScore } from '../../../../src/domain/live-score/types';
import { SeededStream } from '../../../../src/paper-venue/market/seeded-random';
import { QUANTILES } from '../model-gate/fixtures';

const START_MS = 1_700_000_040_000;
const MINUTE_MS = 60_000;
const MINUTES = 5;
const TERMS = { coverageMin: 0.8, coverageOutcomes: 500 };
const COSTS = 0.0013;
const SYMBOLS = 6;
/** The reference at a volatility of 0.0007 a candle. */
const EWMA = {
  ewmaUnit: 0.0007 * Math.sqrt(MINUTES),
  ewmaShape: ewmaShape(
    MINUTES,
    QUANTILES.map(({ level }) => level),
  ),
};

/** A return whose quantiles are QUANTILES, straight lines between them and the ends cut. */
function drawn(level: number): number {
  const upper = Math.max(
    1,
    QUANTILES.findIndex((quantile) => quantile.level >= level),
  );
  const [from, to] = [QUANTILES[upper - 1]!, QUANTILES.at(upper) ?? QUANTILES.at(-1)!];
  if (level < from.level) return from.value * 2;
  if (level > QUANTILES.at(-1)!.level) return QUANTILES.at(-1)!.value * 2;
  return from.value + ((level - from.level) / (to.level - from.level)) * (to.value - from.value);
}

/** Ticks of a model whose intervals are `width` times as wide as they should be, with the online scale as the product uses it. */
function simulated(ticks: number, width: number, before?: LiveScore, firstTick = 0): LiveScore {
  const random = new SeededStream(7, 'outcomes');
  let score = before;
  for (let tick = firstTick; tick < firstTick + ticks; tick += 1) {
    const tickMs = START_MS + tick * MINUTE_MS;
    const earlier = scalesAt(score, tickMs)[0]?.earlier ?? 0;
    const quantiles = stretched(
      QUANTILES.map(({ level, value }) => ({ level, value: value * width })),
      earlier,
    );
    const outcomes = Array.from({ length: SYMBOLS }, (_, symbol) => {
      const seen = drawn(random.uniform(tick * SYMBOLS + symbol));
      return scoreOutcome({ mean: 0.0001, seen, quantiles, ...EWMA }, COSTS)!;
    });
    score = withOutcomes(score, { model: 'm', tickMs, horizons: [{ minutes: MINUTES, ...sumAll(outcomes) }] }, TERMS);
  }
  return score!;
}

const horizonOf = ({ horizons }: LiveScore): HorizonScore => horizons[0]!;

test('a calibrated model stays calibrated, and its scale stays near 1', () => {
  let score: LiveScore | undefined;
  for (let hour = 0; hour < 24; hour += 1) {
    score = simulated(60, 1, score, hour * 60);
    expect(horizonOf(score).isCalibrated).toBe(true);
  }
  const [summary] = summaryOf(score);
  expect(summary).toMatchObject({ outcomes: 24 * 60 * SYMBOLS, isJudged: true, isCalibrated: true });
  expect(Math.abs(Math.log(summary!.scale))).toBeLessThan(0.1);
});

test('one with half the spread is not, and recovers as the scale widens its intervals', () => {
  const uncalibrated = simulated(5 * 60, 0.5);
  expect(horizonOf(uncalibrated).isCalibrated).toBe(false);
  expect(recentCoverage(horizonOf(uncalibrated))).toBeLessThan(0.8);
  const recovered = simulated(3 * 24 * 60, 0.5, uncalibrated, 5 * 60);
  expect(horizonOf(recovered).isCalibrated).toBe(true);
  expect(summaryOf(recovered)[0]!.scale).toBeGreaterThan(1.5);
});

test('nobody says that a model is not calibrated before there are enough outcomes over enough horizons', () => {
  const early = simulated(70, 0.5);
  expect(horizonOf(early).total.outcomes).toBeLessThan(TERMS.coverageOutcomes);
  expect(recentCoverage(horizonOf(early))).toBeUndefined();
  expect(horizonOf(early).isCalibrated).toBe(true);
  expect(summaryOf(early)[0]).toMatchObject({ isJudged: false });
});

test('signals that stopped begin again only a little above the bound', () => {
  const at = (inside90: number, before?: LiveScore, tick = 0): LiveScore => {
    let score = before;
    for (let minute = 0; minute < 200; minute += 1) {
      const sums = { ...sumAll([]), outcomes: 100, inside90 };
      const tickMs = START_MS + (tick + minute) * MINUTE_MS;
      score = withOutcomes(score, { model: 'm', tickMs, horizons: [{ minutes: MINUTES, ...sums }] }, TERMS);
    }
    return score!;
  };
  const stopped = at(79);
  expect(horizonOf(stopped).isCalibrated).toBe(false);
  const between = at(82, stopped, 200);
  expect(horizonOf(between).isCalibrated).toBe(false);
  expect(horizonOf(at(82)).isCalibrated).toBe(true);
  expect(horizonOf(at(86, between, 400)).isCalibrated).toBe(true);
});

test('a tick counts once, and another model starts anew', () => {
  const first = simulated(1, 1);
  const told = { model: 'm', tickMs: START_MS, horizons: [{ minutes: MINUTES, ...horizonOf(first).total }] };
  expect(withOutcomes(first, told, TERMS)).toBe(first);
  const other = withOutcomes(first, { ...told, model: 'n' }, TERMS);
  expect(horizonOf(other).total.outcomes).toBe(SYMBOLS);
  expect(horizonOf(other).recent).toHaveLength(1);
});

test('predictions of one horizon ago are held against the scale that they were given', () => {
  const score = simulated(90, 0.5);
  const [pair] = scalesAt(score, START_MS + 90 * MINUTE_MS);
  const atThen = scalesAt(simulated(90 - MINUTES, 0.5), START_MS + (90 - MINUTES) * MINUTE_MS)[0];
  expect(pair).toEqual({ minutes: MINUTES, now: horizonOf(score).logScale, earlier: atThen!.now });
  expect(pair!.now).toBeGreaterThan(pair!.earlier);
});
