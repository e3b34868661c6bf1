import type { VenueSettings } from '../../../src/venues/create-venue';

// Whoever loads ccxt in this file, whole or one exchange of it, hears of it.
jest.mock('ccxt', () => {
  throw new Error('ccxt was loaded');
});
jest.mock('../../../src/venues/ccxt/load-exchange', () => {
  throw new Error('ccxt was loaded');
});

it('an exchange library is loaded by making an adapter, and by nothing before', async () => {
  const { loadConfig } = await import('../../../src/config/load-config');
  const { createVenue } = await import('../../../src/venues/create-venue');
  const { resolveCredentials } = await import('../../../src/venues/ccxt/credentials');
  const config = loadConfig({ env: {}, cwd: process.cwd() }).venues['bybit'] as VenueSettings;
  const credentials = resolveCredentials({ venue: 'bybit', environment: 'paper' });
  expect(() =>
    createVenue({ name: 'bybit', config, baseUrl: 'http://127.0.0.1:1', credentials, permits: 'not needed' }),
  ).toThrow('ccxt was loaded');
});

test('the proxy of the environment leads to a venue that is elsewhere, and never to the paper venue', async () => {
  const { venueProxyOf } = await import('../../../src/venues/create-venue');
  const env = { HTTPS_PROXY: 'http://anna:hush-hush@proxy:3128' };
  expect(venueProxyOf({ adapter: 'bybit', environment: 'live' }, env)?.origin).toBe('http://proxy:3128');
  expect(venueProxyOf({ adapter: 'bybit', environment: 'testnet' }, env)?.origin).toBe('http://proxy:3128');
  expect(venueProxyOf({ adapter: 'bybit', environment: 'paper' }, env)).toBeUndefined();
  expect(() => venueProxyOf({ adapter: 'bybit', environment: 'live' }, { ALL_PROXY: 'socks5://proxy:1080' })).toThrow(
    /^ALL_PROXY names a proxy of the kind socks5/,
  );
});
