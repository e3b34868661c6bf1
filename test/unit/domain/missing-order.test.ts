import { isMissing, isWithinMemory } from '../../../src/domain/missing-order';
import { BYBIT_PROMISES } from '../../../src/venues/bybit/promises';

const PATIENCE_MS = 60_000;
const HOUR_MS = 3_600_000;

test.each([
  [2, PATIENCE_MS, false],
  [3, PATIENCE_MS - 1, false],
  [3, PATIENCE_MS, true],
  [1_000, PATIENCE_MS - 1, false],
  [2, 365 * 24 * HOUR_MS, false],
  [4, 2 * PATIENCE_MS, true],
])('%d look-ups that did not find it, and %d ms unseen: missing is %s', (lookUps, unseenForMs, expected) => {
  expect(isMissing({ lookUps, unseenForMs }, PATIENCE_MS)).toBe(expected);
});

test.each([
  [23 * HOUR_MS, true],
  [24 * HOUR_MS, true],
  [24 * HOUR_MS + 1, false],
  // What filled would be remembered, but nobody knows that it filled.
  [6 * 24 * HOUR_MS, false],
  [8 * 24 * HOUR_MS, false],
])('of an order of %d ms ago Bybit’s memory tells how it ended: %s', (ageMs, expected) => {
  expect(isWithinMemory(ageMs, BYBIT_PROMISES.orderMemory)).toBe(expected);
});

test('the shorter memory counts, whichever it is', () => {
  expect(isWithinMemory(2, { filledMs: 1, unfilledMs: 3 })).toBe(false);
  expect(isWithinMemory(2, { filledMs: 3, unfilledMs: 1 })).toBe(false);
});
