import fc from 'fast-check';
import { openOrderDelayMs, restingOrderDelayMs } from '../../../src/domain/look-up-delay';

const TEN_MINUTES_MS = 600_000;

test('an order that may fill is looked up at least every ten minutes, whatever the settings', () => {
  const settings = fc.record({
    firstMs: fc.integer({ min: 50, max: 60_000 }),
    growth: fc.integer({ min: 1, max: 10 }),
    maxMs: fc.integer({ min: 1_000, max: 3_600_000 }),
  });
  fc.assert(
    fc.property(settings, fc.nat(100), fc.nat(1e10), (delays, attempt, ageMs) => {
      expect(openOrderDelayMs(attempt, delays, ageMs)).toBeLessThanOrEqual(TEN_MINUTES_MS);
      expect(restingOrderDelayMs(attempt, delays, ageMs)).toBeLessThanOrEqual(TEN_MINUTES_MS);
    }),
  );
});

test('an order that the venue has shown is looked up at a slower pace at once, within the settings', () => {
  const delays = { firstMs: 500, growth: 2, maxMs: 60_000 };
  expect(restingOrderDelayMs(0, delays, 0)).toBeGreaterThan(openOrderDelayMs(0, delays, 0));
  expect(restingOrderDelayMs(0, { ...delays, maxMs: 1_000 }, 0)).toBe(1_000);
});
