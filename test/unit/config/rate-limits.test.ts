import { rateLimitsOf } from '../../../src/config/rate-limits';
import { loadConfig } from '../../../src/config/load-config';
import { TRADING_ENVIRONMENTS } from '../../../src/domain/trading-venue';
import { BYBIT_LIMITS } from '../../../src/venues/bybit/limits';

const config = loadConfig({ env: {}, cwd: __dirname });
const venue = config.venues[config.venue]!;
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

test('only the paper venue can be told to have no more than what is configured', () => {
  const without = { ...config, paperVenue: { ...config.paperVenue, documentedLimits: false } };
  expect(rateLimitsOf(without, { ...venue, environment: 'paper' }).endpoints['order']?.also).toEqual([]);
  expect(rateLimitsOf(without, { ...venue, environment: 'live' }).endpoints['order']?.also).toEqual([ORDERS_A_SECOND]);
});
