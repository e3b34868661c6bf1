import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { chanceBelow, netGainChance, roundedChance, valueAt } from '../../../../src/domain/model-gate/chance';
import { QUANTILES } from './fixtures';

const VECTORS = join(__dirname, '../../../../src/inference/test_data/quantiles-60m-vectors.json');
const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Any quantiles, some of them equal. */
const quantiles = fc
  .tuple(
    fc.double({ min: -0.05, max: 0.05, noNaN: true }),
    fc.array(fc.double({ min: 0, max: 0.02, noNaN: true }), { minLength: 4, maxLength: 4 }),
  )
  .map(([first, gaps]) =>
    LEVELS.map((level, index) => ({ level, value: gaps.slice(0, index).reduce((sum, gap) => sum + gap, first) })),
  );
const costs = fc.double({ min: 0, max: 0.1, noNaN: true });
/** Sums of binary fractions. */
const DUST = 1e-12;

test('between the quantiles the chance follows straight lines, at them it is their level', () => {
  for (const { level, value } of QUANTILES) expect(chanceBelow(QUANTILES, value)).toBeCloseTo(level, 12);
  expect(chanceBelow(QUANTILES, 0.001)).toBeCloseTo(0.75, 12);
  expect(chanceBelow(QUANTILES, 0.0005)).toBeCloseTo(0.625, 12);
});

test('beyond the outer quantiles the chance falls exponentially', () => {
  // From 5 to 25 % in 0.0015: as far again, a fifth of the rest is left.
  expect(chanceBelow(QUANTILES, -0.004)).toBeCloseTo(0.01, 12);
  expect(netGainChance(QUANTILES, 'BUY', 0.004)).toBeCloseTo(0.01, 12);
  expect(netGainChance(QUANTILES, 'SELL', 0.004)).toBeCloseTo(0.01, 12);
});

test('a gain is a chance, never more likely at higher costs, and not of both sides at once', () => {
  fc.assert(
    fc.property(quantiles, costs, costs, (given, one, other) => {
      const [lower, higher] = [Math.min(one, other), Math.max(one, other)];
      const [buy, sell] = [netGainChance(given, 'BUY', lower)!, netGainChance(given, 'SELL', lower)!];
      for (const chance of [buy, sell]) {
        expect(chance).toBeGreaterThanOrEqual(0);
        expect(chance).toBeLessThanOrEqual(1);
      }
      expect(buy + sell).toBeLessThanOrEqual(1 + DUST);
      expect(netGainChance(given, 'BUY', higher)).toBeLessThanOrEqual(buy + DUST);
      expect(netGainChance(given, 'SELL', higher)).toBeLessThanOrEqual(sell + DUST);
    }),
  );
});

test('a market upside down has the chances of the other side', () => {
  fc.assert(
    fc.property(quantiles, costs, (bare, cost) => {
      // A step has no side: apart, no value lies on one.
      const given = bare.map(({ level, value }, index) => ({ level, value: value + index * 1e-6 }));
      const mirrored = given.toReversed().map(({ level, value }) => ({ level: 1 - level, value: -value }));
      expect(netGainChance(mirrored, 'SELL', cost)).toBeCloseTo(netGainChance(given, 'BUY', cost)!, 9);
    }),
  );
});

test.each([
  ['none', undefined],
  ['one alone', QUANTILES.slice(0, 1)],
  ['values that cross', [...QUANTILES.slice(0, 4), { level: 0.95, value: -1 }]],
  ['levels out of order', QUANTILES.toReversed()],
  ['a level beyond 1', [...QUANTILES, { level: 1.5, value: 1 }]],
  ['no numbers', QUANTILES.map(({ level }) => ({ level, value: Number.NaN }))],
])('quantiles that say nothing give no chance: %s', (_name, given) => {
  expect(netGainChance(given, 'BUY', 0.001)).toBeUndefined();
});

test('a level between two has a value between theirs, one outside has none', () => {
  expect(valueAt(QUANTILES, 0.75)).toBe(0.001);
  expect(valueAt(QUANTILES, 0.625)).toBeCloseTo(0.0005, 12);
  expect(valueAt(QUANTILES, 0.99)).toBeUndefined();
});

test('two machines agree on a chance', () => {
  expect(roundedChance(0.123_456)).toBe(0.1235);
  expect(roundedChance(0.123_456 + 1e-9)).toBe(0.1235);
});

interface Vectors {
  readonly cost: number;
  readonly vectors: readonly {
    readonly outputs: Readonly<Record<string, readonly number[]>>;
    readonly netGain: Readonly<Record<string, Readonly<Record<'BUY' | 'SELL', number>>>>;
  }[];
}

test('training computes the same chances', () => {
  const { cost, vectors } = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vectors;
  const pairs = vectors.flatMap(({ outputs, netGain }) =>
    Object.entries(netGain).flatMap(([horizon, chances]) => {
      const given = LEVELS.map((level, index) => ({ level, value: outputs[`quantiles_${horizon}`]![index]! }));
      return (['BUY', 'SELL'] as const).map((side) => [netGainChance(given, side, cost)!, chances[side]] as const);
    }),
  );
  expect(pairs.length).toBeGreaterThan(0);
  for (const [ours, theirs] of pairs) expect(ours).toBeCloseTo(theirs, 6);
});
