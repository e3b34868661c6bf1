import type { RateUsage } from '../../../src/domain/limiter/types';
import { FullWindows, usageWords } from '../../../src/trading/full-windows';

const USAGE: RateUsage = {
  global: { used: 60, limit: 120, windowMs: 60_000 },
  endpoints: { order: { used: 72, limit: 72, windowMs: 60_000 } },
  blockedUntilMs: 0,
};

test('the fuller window is named', () => {
  expect(usageWords(USAGE)).toBe('The order window has 72 of 72 used in 60 s.');
  const global = { ...USAGE.global, used: 120 };
  const order = { ...USAGE.endpoints['order']!, used: 10 };
  expect(usageWords({ ...USAGE, global, endpoints: { order } })).toBe('The global window has 120 of 120 used in 60 s.');
});

test('a ban outweighs every window', () => {
  expect(usageWords({ ...USAGE, blockedUntilMs: 1_000 })).toBe(
    'The venue takes no requests until 1970-01-01T00:00:01.000Z.',
  );
});

test('many who wait at once cost one question', async () => {
  let asked = 0;
  const windows = new FullWindows(async () => ((asked += 1), USAGE));
  await Promise.all(Array.from({ length: 50 }, () => windows.words()));
  expect(asked).toBe(1);
});

test('an account that does not answer leaves the wait without words', async () => {
  expect(await new FullWindows(() => Promise.reject(new Error('gone'))).words()).toBeUndefined();
  expect(await new FullWindows(() => new Promise<never>(() => undefined)).words()).toBeUndefined();
});
