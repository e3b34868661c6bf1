import { loadConfig } from '../../../src/config/load-config';
import type { Config, VenueConfig } from '../../../src/config/schema';
import { resolveAnyTarget, resolveTarget } from '../../../src/temporal/connection';

const DEFAULTS = loadConfig({ env: {}, cwd: process.cwd() });

function configOf(environment: VenueConfig['environment'], change: Partial<Config['temporal']> = {}): Config {
  const venue = DEFAULTS.venues[DEFAULTS.venue]!;
  const temporal = { ...DEFAULTS.temporal, ...change };
  return { ...DEFAULTS, temporal, venues: { [DEFAULTS.venue]: { ...venue, environment } } };
}

const ADDRESS = { TEMPORAL_ADDRESS: 'temporal.example:7233' };
const CERTIFICATE = { TEMPORAL_TLS_CLIENT_CERT_DATA: 'certificate' };
const KEY = { TEMPORAL_TLS_CLIENT_KEY_DATA: 'key' };

describe('live trading', () => {
  test.each<[string, NodeJS.ProcessEnv]>([
    ['the embedded server', {}],
    ['an address alone', ADDRESS],
    ['a server on this machine', { TEMPORAL_ADDRESS: '127.0.0.1:7233' }],
    ['TLS without a certificate of ours', { ...ADDRESS, TEMPORAL_TLS: 'true' }],
    ['a CA alone', { ...ADDRESS, TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'ca' }],
    ['a certificate without its key', { ...ADDRESS, ...CERTIFICATE }],
    ['a certificate and TLS switched off', { ...ADDRESS, ...CERTIFICATE, ...KEY, TEMPORAL_TLS: 'false' }],
    ['an API key and TLS switched off', { ...ADDRESS, TEMPORAL_API_KEY: 'key', TEMPORAL_TLS: 'false' }],
    ['an empty API key', { ...ADDRESS, TEMPORAL_API_KEY: '' }],
    ['a header in the clear', { ...ADDRESS, TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer a' }],
    ['another header over TLS', { ...ADDRESS, TEMPORAL_GRPC_META_TRACE: 'a', TEMPORAL_TLS: 'true' }],
  ])('is refused on %s, with both ways out', (_what, env) => {
    expect(() => resolveTarget(configOf('live'), env)).toThrow(
      /asks who is there.*TEMPORAL_API_KEY.*allowUnauthenticatedServer: true/s,
    );
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ['an API key over TLS', { ...ADDRESS, TEMPORAL_API_KEY: 'key' }],
    ['a client certificate', { ...ADDRESS, ...CERTIFICATE, ...KEY }],
    [
      'an authorization header over TLS',
      { ...ADDRESS, TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer a', TEMPORAL_TLS: 'true' },
    ],
  ])('goes on with %s', (_what, env) => {
    expect(resolveTarget(configOf('live'), env).address).toBe(ADDRESS.TEMPORAL_ADDRESS);
  });

  test('goes on with any server on a machine for which that is allowed', () => {
    expect(resolveTarget(configOf('live', { allowUnauthenticatedServer: true }), {}).address).toBe('127.0.0.1:7233');
  });

  test('may be looked at and halted on any server', () => {
    expect(resolveAnyTarget(configOf('live'), {}).address).toBe('127.0.0.1:7233');
  });
});

test.each(['paper', 'testnet'] as const)('%s trading needs no such server', (environment) => {
  expect(resolveTarget(configOf(environment), {}).address).toBe('127.0.0.1:7233');
});
