/** The live score in any order of ticks: what it counts, it keeps, and what it decides, it decides the same after JSON. */
import * as fc from 'fast-check';
import { BUCKETS, recentCoverage, withOutcomes } from '../../src/domain/live-score/live-score';
import { LOG_SCALE_MAX, movedScale, SCORED_CANDLES_MAX, scalesAt } from '../../src/domain/live-score/online-scale';
import { summaryOf } from '../../src/domain/live-score/summary';
import type { HorizonOutcomes, LiveScore } from '../../src/domain/live-score/types';

const START_MS = 1_700_000_040_000;
const MINUTE_MS = 60_000;
const TERMS = { coverageMin: 0.8, coverageOutcomes: 100 };

const outcomesOf = (minutes: number): fc.Arbitrary<HorizonOutcomes> =>
  fc
    .record({
      outcomes: fc.integer({ min: 0, max: 200 }),
      shares: fc.tuple(...Array.from({ length: 5 }, () => fc.double({ min: 0, max: 1, noNaN: true }))),
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
      // Some reports cannot be.
      spoilt: fc.oneof(
        { weight: 9, arbitrary: fc.constant({}) },
        {
          weight: 1,
          arbitrary: fc.constantFrom({ inside90: -1 }, { hits: 1e9 }, { loss: Number.NaN }, { outcomes: 0.5 }),
        },
      ),
    })
    .map(({ outcomes, shares, loss, spoilt }) => {
      const part = (whole: number, share: number): number => Math.floor(whole * share);
      const inside90 = part(outcomes, shares[0]!);
      const directed = part(outcomes, shares[1]!);
      const counts = { inside90, inside50: part(inside90, shares[2]!), directed, hits: part(directed, shares[3]!) };
      const losses = { loss, ewmaLoss: loss / 2, brier: loss, beyond: part(outcomes, shares[4]!) };
      return { minutes, outcomes, ...counts, ...losses, ...spoilt };
    });

const ticks = fc.array(
  fc.record({
    // Ticks are missed, come twice, and clocks are set back.
    minutes: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 90 }) },
      { weight: 1, arbitrary: fc.integer({ min: -5_000, max: -1 }) },
    ),
    model: fc.oneof({ weight: 19, arbitrary: fc.constant('one') }, { weight: 1, arbitrary: fc.constant('other') }),
    horizons: fc.tuple(outcomesOf(5), outcomesOf(15), outcomesOf(60)).chain((all) => fc.subarray(all)),
  }),
  { maxLength: 40 },
);

test('no sum is ever negative, no outcome is lost or counted twice, the scale and the size are bounded', () => {
  fc.assert(
    fc.property(ticks, (given) => {
      let score: LiveScore | undefined;
      let counted = new Map<number, number>();
      let tickMs = START_MS;
      for (const { minutes, model, horizons } of given) {
        tickMs += minutes * MINUTE_MS;
        const told = { model, tickMs, horizons };
        const before = score;
        score = withOutcomes(before, told, TERMS);
        const revived = before && (JSON.parse(JSON.stringify(before)) as LiveScore);
        expect(withOutcomes(revived, told, TERMS)).toEqual(score);
        expect(scalesAt(JSON.parse(JSON.stringify(score)) as LiveScore, tickMs)).toEqual(scalesAt(score, tickMs));
        if (before?.model !== model) counted = new Map();
        if (before?.model !== model || before.atMs !== tickMs) {
          for (const one of horizons)
            if (isCountable(one)) counted.set(one.minutes, (counted.get(one.minutes) ?? 0) + one.outcomes);
        }
        for (const horizon of score.horizons) {
          expect(horizon.total.outcomes).toBe(counted.get(horizon.minutes) ?? 0);
          for (const sums of [horizon.total, ...horizon.recent]) {
            expect(Math.min(...Object.values(sums), sums.outcomes - sums.inside90)).toBeGreaterThanOrEqual(0);
          }
          expect(horizon.recent.length).toBeLessThanOrEqual(BUCKETS);
          expect(Math.abs(horizon.logScale)).toBeLessThanOrEqual(LOG_SCALE_MAX);
          expect(horizon.isCalibrated || recentCoverage(horizon) !== undefined).toBe(true);
        }
        expect(score.issued.length).toBeLessThanOrEqual(SCORED_CANDLES_MAX + 1);
      }
      expect(() => summaryOf(score)).not.toThrow();
    }),
    { numRuns: 40 },
  );
});

test('however long intervals hold too seldom or too often, the scale stays within its bounds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 50 }),
      fc.double({ min: -2, max: 2, noNaN: true }),
      (held, start) => {
        const scale = held.reduce(movedScale, start);
        expect(Math.abs(scale)).toBeLessThanOrEqual(LOG_SCALE_MAX);
      },
    ),
  );
  expect(Array.from({ length: 5_000 }, () => 0).reduce(movedScale, 0)).toBe(LOG_SCALE_MAX);
});

function isCountable({ outcomes, inside90, hits, loss }: HorizonOutcomes): boolean {
  return Number.isInteger(outcomes) && inside90 >= 0 && hits <= outcomes && !Number.isNaN(loss);
}
