import { ewmaQuantiles, ewmaScale } from '../../../../src/domain/live-score/ewma';
import { scoreOutcome } from '../../../../src/domain/live-score/outcome';
import { scaled, stretched } from '../../../../src/domain/live-score/online-scale';
import { QUANTILES } from '../model-gate/fixtures';

const COSTS = 0.0013;
const passed = (seen: number, mean = 0.0001) => ({ mean, seen, quantiles: QUANTILES, ewmaScale: 0.0005, candles: 15 });

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
  const levels = [0.05, 0.25, 0.5, 0.75, 0.95];
  const values = ewmaQuantiles(0.001, 15, levels).map(({ value }) => value);
  const unit = 0.001 * Math.sqrt(15);
  expect(values.map((value) => Number((value / unit).toFixed(4)))).toEqual([-1.5645, -0.507, 0, 0.507, 1.5645]);
  expect(ewmaQuantiles(1, 16, [0.05])[0]!.value).toBeCloseTo(-1.5645 * 4, 12);
  expect(ewmaQuantiles(1, 1, [0.001, 0.85]).map(({ value }) => value)).toEqual([
    expect.closeTo(-1.5521, 10),
    expect.closeTo(1.0516, 10),
  ]);
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
