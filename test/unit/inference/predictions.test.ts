import * as fc from 'fast-check';
import { signalStrength, toSignals } from '../../../src/inference/predictions';
import type { Prediction } from '../../../src/inference/types';

const RULE = { minimumReturn: '0.0003', strategy: 'ml_strategy' };

function prediction(returns15m: number, symbol = 'BTCUSDT'): Prediction {
  return { symbol, returns15m, closeTimeMs: 1_700_000_040_000 };
}

test('a prediction beyond the threshold becomes a signal with the time of its candle and no amount', () => {
  expect(toSignals([prediction(0.0009), prediction(-0.0009, 'ETHUSDT')], RULE)).toEqual([
    {
      symbol: 'BTCUSDT',
      direction: 'BUY',
      strategy: 'ml_strategy',
      timestampMs: 1_700_000_040_000,
      intent: 'entry',
      signalStrength: 0.75,
    },
    {
      symbol: 'ETHUSDT',
      direction: 'SELL',
      strategy: 'ml_strategy',
      timestampMs: 1_700_000_040_000,
      intent: 'entry',
      signalStrength: 0.75,
    },
  ]);
});

test.each([0, 0.0003, -0.0003, 0.0001, Number.NaN, Number.POSITIVE_INFINITY])('%d gives no signal', (returns15m) => {
  expect(toSignals([prediction(returns15m)], RULE)).toEqual([]);
});

test('the direction is the sign, and a signal exists exactly beyond the threshold', () => {
  const returns = fc.double({ min: -0.5, max: 0.5, noNaN: true });
  const thresholds = fc.integer({ min: 1, max: 100_000 }).map((millionths) => (millionths / 1_000_000).toFixed(6));
  fc.assert(
    fc.property(returns, thresholds, (returns15m, minimumReturn) => {
      const signals = toSignals([prediction(returns15m)], { ...RULE, minimumReturn });
      const expected =
        returns15m > Number(minimumReturn) ? ['BUY'] : returns15m < -Number(minimumReturn) ? ['SELL'] : [];
      expect(signals.map((signal) => signal.direction)).toEqual(expected);
    }),
  );
});

test('strength lies in 0 to 1, never falls as the prediction grows, and is the same for both directions', () => {
  const sizes = fc.double({ min: 0, max: 10, noNaN: true });
  fc.assert(
    fc.property(sizes, sizes, (one, other) => {
      const [weaker, stronger] = [Math.min(one, other), Math.max(one, other)].map((size) =>
        signalStrength(size, 0.0003),
      );
      expect(weaker).toBeLessThanOrEqual(stronger!);
      expect(weaker).toBeGreaterThanOrEqual(0);
      expect(stronger).toBeLessThanOrEqual(1);
      expect(signalStrength(-one, 0.0003)).toBe(signalStrength(one, 0.0003));
    }),
  );
});

test.each(['0', '-0.1', 'many', '', 'Infinity'])('the threshold "%s" is refused', (minimumReturn) => {
  expect(() => toSignals([], { ...RULE, minimumReturn })).toThrow(RangeError);
});
