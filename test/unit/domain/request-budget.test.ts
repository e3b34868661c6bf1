import type { RateLimits } from '../../../src/domain/limiter/types';
import { candlePace, narrowWindows, reportIntervalMinMs } from '../../../src/domain/request-budget';

const MINUTE_MS = 60_000;
const DEFAULTS: RateLimits = {
  global: { limit: 120, windowMs: MINUTE_MS, weight: 1 },
  endpoints: {
    market_data: { limit: 100, windowMs: MINUTE_MS, weight: 1 },
    order: { limit: 80, windowMs: MINUTE_MS, weight: 2 },
    account: { limit: 60, windowMs: MINUTE_MS, weight: 1 },
  },
  safetyMargin: 0.9,
  exitSafetyMargin: 0.95,
  permitValidityMs: 2_000,
};

function withEndpoint(name: string, change: object): RateLimits {
  const { endpoints } = DEFAULTS;
  return { ...DEFAULTS, endpoints: { ...endpoints, [name]: { ...endpoints[name]!, ...change } } };
}

test.each([
  ['every minute', DEFAULTS, MINUTE_MS, { atOnce: 33, symbolsMax: 48 }],
  ['every five minutes', DEFAULTS, 5 * MINUTE_MS, { atOnce: 67, symbolsMax: 243 }],
  ['of a weight of their own', withEndpoint('market_data', { weight: 10 }), MINUTE_MS, { atOnce: 3, symbolsMax: 4 }],
  [
    'with a short window',
    withEndpoint('market_data', { limit: 10, windowMs: 1_000 }),
    MINUTE_MS,
    { atOnce: 6, symbolsMax: 58 },
  ],
  ['without room', withEndpoint('market_data', { limit: 1 }), MINUTE_MS, { atOnce: 0, symbolsMax: 0 }],
])('candles %s leave a quarter of the tightest window', (_what, limits, intervalMs, expected) => {
  expect(candlePace(limits, intervalMs)).toMatchObject(expected);
});

test('balances leave a fifth of the tightest window', () => {
  expect(reportIntervalMinMs(DEFAULTS)).toBe(Math.ceil((2 * 62_000) / 43));
  expect(reportIntervalMinMs(withEndpoint('account', { limit: 1 }))).toBe(Infinity);
});

test('the usual limits let everything through that trading needs', () => {
  expect(narrowWindows(DEFAULTS)).toEqual([]);
});

test.each([
  ['order', { limit: 2 }, { what: 'an order', weight: 2, capacity: 1, limitMin: 3 }],
  ['market_data', { limit: 1 }, { what: 'a question for prices', weight: 1, capacity: 0, limitMin: 2 }],
  ['account', { limit: 3 }, { what: 'the look-up of an order', weight: 3, capacity: 2, limitMin: 4 }],
  ['account', { limit: 10, weight: 4 }, { what: 'the look-up of an order', weight: 12, capacity: 9, limitMin: 13 }],
])('a limit of %s that is %j is too narrow, and what would do is said', (name, change, expected) => {
  const found = narrowWindows(withEndpoint(name, change));
  expect(found).toMatchObject([{ scope: `endpoints.${name}`, isFurther: false, ...expected }]);
  expect(narrowWindows(withEndpoint(name, { ...change, limit: found[0]!.limitMin }))).toEqual([]);
});

test('the limit of all requests must let the heaviest of them through', () => {
  const limits = { ...DEFAULTS, global: { limit: 3, windowMs: 1_000, weight: 1 } };
  expect(narrowWindows(limits)).toMatchObject([{ scope: 'global', weight: 3, capacity: 2 }]);
});

test('a further window must let them through as well', () => {
  const limits = withEndpoint('order', { also: [{ limit: 2, windowMs: 1_000 }] });
  expect(narrowWindows(limits)).toMatchObject([{ scope: 'endpoints.order', isFurther: true, weight: 2, capacity: 1 }]);
});

test('a further window slows candles and balances down as any other', () => {
  const also = [{ limit: 10, windowMs: 1_000 }];
  expect(candlePace(withEndpoint('market_data', { also }), MINUTE_MS)).toMatchObject({ atOnce: 6, symbolsMax: 48 });
  expect(reportIntervalMinMs(withEndpoint('account', { also: [{ limit: 3, windowMs: 60_000 }] }))).toBe(124_000);
});
