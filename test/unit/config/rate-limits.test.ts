import { mostWithin } from '../../../bench/statistics';
import { rateLimitsOf } from '../../../src/config/rate-limits';
import { loadConfig } from '../../../src/config/load-config';
import { acquire, createLimiter } from '../../../src/domain/limiter/limiter';
import type { RateLimits } from '../../../src/domain/limiter/types';
import { TRADING_ENVIRONMENTS } from '../../../src/domain/trading-venue';
import { BYBIT_LIMITS } from '../../../src/venues/bybit/limits';

const config = loadConfig({ env: {}, cwd: __dirname });
const venue = config.venues[config.venue]!;
const NOW_MS = 1_700_000_000_000;
/** More than an address may send in its window. */
const FLOOD = 700;
const ADDRESS = BYBIT_LIMITS.address[0]!;
const ORDERS_A_SECOND = { limit: 20, windowMs: 1_000 };

test.each(TRADING_ENVIRONMENTS)('what the venue documents is kept in %s, beside what is configured', (environment) => {
  const { global, endpoints } = rateLimitsOf(config, { ...venue, environment });
  expect(global).toEqual({ ...venue.limits.global, also: [{ limit: 600, windowMs: 5_000 }] });
  // Ten orders a second, each of weight 2.
  expect(endpoints['order']).toEqual({ ...venue.limits.endpoints.order, also: [ORDERS_A_SECOND] });
  expect(endpoints['account']?.also).toEqual(BYBIT_LIMITS.account.account);
});

test('a configuration adds windows, and raises none of the documented ones', () => {
  const own = { limit: 4, windowMs: 1_000 };
  const order = { limit: 1_000_000, windowMs: 1_000, weight: 2, also: [own] };
  const limits = { ...venue.limits, endpoints: { ...venue.limits.endpoints, order } };
  expect(rateLimitsOf(config, { ...venue, limits, environment: 'live' }).endpoints['order']?.also).toEqual([
    own,
    ORDERS_A_SECOND,
  ]);
});

test('a group that the configuration says nothing of has what the venue documents', () => {
  const limits = { global: venue.limits.global, endpoints: {} } as never;
  const { endpoints } = rateLimitsOf(config, { ...venue, limits, environment: 'live' });
  expect(endpoints['order']).toMatchObject({ limit: 10, windowMs: 1_000, weight: 1 });
  expect(endpoints).not.toHaveProperty('market_data');
});

describe('a burst of entries at the documented limits', () => {
  const BURST = 300;
  const SECOND_MS = 1_000;
  const ORDERS_IN_A_SECOND = 10;
  const wide = { limit: 1_000_000, windowMs: 60_000, weight: 1 };
  const limits = rateLimitsOf(config, {
    ...venue,
    limits: { global: wide, endpoints: { order: { ...wide, weight: 2 } } } as never,
    environment: 'live',
  });
  let state = createLimiter(limits);
  const times = Array.from({ length: BURST }, (_, index) => {
    const strategy = `strategy-${index}`;
    const command = { requestId: `entry-${index}`, endpoint: 'order', intent: 'entry', strategy } as const;
    const step = acquire(state, command, NOW_MS);
    state = step.state;
    return step.result.status === 'granted' ? step.result.notBeforeMs : Number.NaN;
  }).toSorted((one, other) => one - other);

  test('leaves at more than a quarter of what they allow', () => {
    const spanMs = times.at(-1)! - times[0]!;
    expect(((BURST - 1) * SECOND_MS) / spanMs).toBeGreaterThan(ORDERS_IN_A_SECOND / 4);
  });

  test('has permits that outlast three answers of the account on a machine whose cores are all taken', () => {
    // Half of them came within 460 ms there. A permit that ends on its way is never used, and takes its place all the same.
    const slowAnswerMs = 460;
    expect(config.rateLimits.permitValidityMs).toBeGreaterThan(3 * slowAnswerMs);
  });

  test('never breaks them, however late each permit is used', () => {
    const mostFrom = times.map((atMs, index) => {
      const latestMs = atMs + config.rateLimits.permitValidityMs;
      return times.slice(index).filter((laterMs) => laterMs < latestMs + SECOND_MS).length;
    });
    expect(Math.max(...mostFrom)).toBeLessThanOrEqual(ORDERS_IN_A_SECOND);
  });
});

describe('accounts that trade from one address', () => {
  /** Floods with requests of every kind; as many as the limiter takes at once. @returns when each may leave */
  function flood(limits: RateLimits): readonly number[] {
    const groups = Object.keys(limits.endpoints);
    let state = createLimiter(limits);
    return Array.from({ length: FLOOD }, (_, index) => {
      const command = {
        requestId: `request-${index}`,
        endpoint: groups[index % groups.length]!,
        intent: 'exit',
      } as const;
      const step = acquire(state, command, NOW_MS);
      state = step.state;
      return step.result.status === 'granted' ? step.result.notBeforeMs : Number.NaN;
    });
  }

  function mostOfAddress(accounts: number, limits: RateLimits): number {
    // All of them flood at the same instant.
    const times = flood(limits).flatMap((atMs) => Array.from({ length: accounts }, () => atMs));
    return mostWithin(
      times.sort((one, other) => one - other),
      ADDRESS.windowMs,
    );
  }

  function limitsWith(global: object): RateLimits {
    const wide = { limit: 1_000_000, windowMs: 60_000, weight: 1 };
    const limits = { global: { ...wide, ...global }, endpoints: { market_data: wide } } as never;
    return rateLimitsOf(config, { ...venue, limits, environment: 'live' });
  }

  test('are five with the default limits, which stay below the limit of the address together', () => {
    expect(mostOfAddress(5, rateLimitsOf(config, { ...venue, environment: 'live' }))).toBeLessThanOrEqual(
      ADDRESS.limit,
    );
  });

  test('are two with wider limits where each has a window of half of it, and break it where they have none', () => {
    const half = { also: [{ limit: ADDRESS.limit / 2, windowMs: ADDRESS.windowMs }] };
    expect(mostOfAddress(2, limitsWith(half))).toBeLessThanOrEqual(ADDRESS.limit);
    expect(mostOfAddress(2, limitsWith({}))).toBeGreaterThan(ADDRESS.limit);
  });
});

test('only the paper venue can be told to have no more than what is configured', () => {
  const without = { ...config, paperVenue: { ...config.paperVenue, documentedLimits: false } };
  expect(rateLimitsOf(without, { ...venue, environment: 'paper' }).endpoints['order']?.also).toEqual([]);
  expect(rateLimitsOf(without, { ...venue, environment: 'live' }).endpoints['order']?.also).toEqual([ORDERS_A_SECOND]);
});
