import { beyondLeastReturn, checkHorizon } from '../../../src/inference/predictions';
import { returnDeviation } from '../../../src/inference/volatility';

const CLOSE_MS = 1_700_000_040_000;
const prediction = (returns15m: number) => ({
  symbol: 'BTCUSDT',
  closeTimeMs: CLOSE_MS,
  horizons: [{ minutes: 15, mean: returns15m }],
});

test('only predictions beyond the least return, up or down, go on to the gate, to four digits', () => {
  const predictions = [0.000123456, 0.0003, -0.0003, 0.000300049, -0.00123456, Number.NaN].map(prediction);
  const gated = beyondLeastReturn(predictions, { minimumReturn: '0.0003' });
  expect(gated.map(({ expectedReturn }) => expectedReturn)).toEqual([0.0003, -0.001235]);
  expect(gated[1]).toEqual({ symbol: 'BTCUSDT', expectedReturn: -0.001235, closeTimeMs: CLOSE_MS });
});

test('nothing goes on where nobody says how much is least', () => {
  expect(beyondLeastReturn([prediction(1)], {})).toEqual([]);
});

test('a horizon that the model lacks is refused with those that it has', () => {
  const model = { name: 'm', horizonsMinutes: [5, 15, 60] };
  expect(() => checkHorizon(model, 15)).not.toThrow();
  expect(() => checkHorizon(model, 30)).toThrow(
    expect.objectContaining({
      code: 'MODEL_HORIZON_MISSING',
      message: expect.stringContaining('predicts 5, 15, 60 minutes, but ml.horizonMinutes is 30') as string,
    }) as Error,
  );
});

test('what the gate needs of the candles goes along', () => {
  const [gated] = beyondLeastReturn([{ ...prediction(0.001), close: 61_000, deviation: 0.0008 }], {
    minimumReturn: '0.0003',
  });
  expect(gated).toMatchObject({ close: 61_000, deviation: 0.0008 });
});

describe('the deviation of returns', () => {
  /** Closes whose returns alternate, up and down by the same factor. */
  const closes = (change: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, index) => 100 * (index % 2 === 0 ? 1 : 1 + change));

  test('is the size of returns that are all alike', () => {
    expect(returnDeviation(closes(0.001, 65))).toBeCloseTo(0.001, 5);
  });

  test('follows the newest returns, and does not depend on the unit of prices', () => {
    const calmThenWild = [...closes(0.0005, 33), ...closes(0.002, 32)];
    const wildThenCalm = calmThenWild.toReversed();
    expect(returnDeviation(calmThenWild)).toBeGreaterThan(returnDeviation(wildThenCalm)!);
    expect(returnDeviation(calmThenWild.map((close) => close * 1_000))).toBe(returnDeviation(calmThenWild));
  });

  test.each([
    ['too few returns', closes(0.001, 20)],
    ['prices that stand still', closes(0, 65)],
    ['prices that cannot be', [0, ...closes(0.001, 65)]],
    ['none', []],
  ])('is unknown for %s', (_name, given) => {
    expect(returnDeviation(given)).toBeUndefined();
  });
});
