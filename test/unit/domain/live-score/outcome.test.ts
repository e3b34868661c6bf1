import { ewmaScale, ewmaShape } from '../../../../src/domain/live-score/ewma';
import { scoreOutcome } from '../../../../src/domain/live-score/outcome';
import { scaled, stretched } from '../../../../src/domain/live-score/online-scale';
import { QUANTILES } from '../model-gate/fixtures';

const COSTS = 0.0013;
const LEVELS = QUANTILES.map(({ level }) => level);
const EWMA = { ewmaUnit: 0.001, ewmaShape: ewmaShape(15, LEVELS) };
const passed = (seen: number, mean = 0.0001) => ({ mean, seen, quantiles: QUANTILES, ...EWMA });

test.each([
  [0.0005, { inside50: 1, inside90: 1, hits: 1, beyond: 0 }],
  [0.001, { inside50: 1, inside90: 1, hits: 1, beyond: 0 }],
  [-0.002, { inside50: 0, inside90: 1, hits: 0, beyond: 1 }],
  [0.0025, { inside50: 0, inside90: 1, hits: 1, beyond: 1 }],
  [0.0026, { inside50: 0, inside90: 0, hits: 1, beyond: 1 }],
])('a return of %d is inside or outside of the intervals, the edge included', (seen, expected) => {
  expect(scoreOutcome(passed(seen), COSTS)).toMatchObject({ outcomes: 1, directed: 1, ...expected });
});

test.each([
  ['a mean of zero', passed(0.001, 0)],
  ['a price that stood still', passed(0)],
])('%s has no direction to hit', (_name, given) => {
  expect(scoreOutcome(given, COSTS)).toMatchObject({ outcomes: 1, directed: 0, hits: 0 });
});

test('the loss is the mean pinball loss over the levels, and the squared error of the chance of a move', () => {
  const { loss, brier } = scoreOutcome(passed(0.001), COSTS)!;
  // 0.05 × 0.0035 + 0.25 × 0.002 + 0.5 × 0.001 + 0 + 0.05 × 0.0015
  expect(loss).toBeCloseTo((0.000175 + 0.0005 + 0.0005 + 0.000075) / 5, 12);
  expect(brier).toBeCloseTo((2 * 0.21) ** 2, 12);
});

test('what is no number is not counted', () => {
  expect(scoreOutcome(passed(Number.NaN), COSTS)).toBeUndefined();
  expect(scoreOutcome({ ...passed(0), quantiles: [] }, COSTS)).toBeUndefined();
});

test('the reference weighs returns by 0.97 a candle and has the quantiles that fitted it', () => {
  expect(ewmaScale([0.001, -0.001, 0.001])).toBeCloseTo(0.001, 8);
  expect(ewmaScale([0.002, 0])).toBeCloseTo(Math.sqrt((0.97 * 0.002 ** 2) / 1.97), 8);
  expect(ewmaScale([9, 0.002, 9, 0], { from: 1, each: 2 })).toBe(ewmaScale([0.002, 0]));
  expect(ewmaShape(15, LEVELS).map((value) => Number(value.toFixed(4)))).toEqual([-1.5645, -0.507, 0, 0.507, 1.5645]);
  expect(ewmaShape(16, [0.05])[0]).toBeCloseTo(-1.5645, 12);
  expect(ewmaShape(1, [0.001, 0.85])).toEqual([expect.closeTo(-1.5521, 10), expect.closeTo(1.0516, 10)]);
});

test('a model that tells what fitted the reference is held against that', () => {
  const fitted = [
    { candles: 15, levels: [0.9], values: [2] },
    { candles: 60, levels: [0.75, 0.95], values: [1, 3] },
  ];
  expect(ewmaShape(20, [0.1, 0.7, 0.99], fitted)).toEqual([-2, expect.closeTo(1, 12), 2]);
  expect(ewmaShape(60, [0.05, 0.25], fitted)).toEqual([-3, -1]);
  const narrow = scoreOutcome({ ...passed(0.001), ewmaShape: [0, 0, 0, 0, 0] }, COSTS)!;
  expect(narrow.ewmaLoss).toBeCloseTo(0.001 / 2, 12);
});

test('a scale stretches intervals around the one in the middle, and moves from zero', () => {
  const twice = Math.log(2);
  const shifted = QUANTILES.map(({ level, value }) => ({ level, value: value + 0.001 }));
  expect(stretched(shifted, twice).map(({ value }) => Number(value.toFixed(9)))).toEqual([
    -0.004, -0.001, 0.001, 0.003, 0.006,
  ]);
  expect(stretched(shifted, 0)).toBe(shifted);
  expect(scaled([{ level: 0.9, value: 0.002 }], twice)[0]!.value).toBeCloseTo(0.004, 12);
});
