import { tokensAreRequired } from '../../../src/config/api-access';
import { loadConfig } from '../../../src/config/load-config';
import type { Config, VenueConfig } from '../../../src/config/schema';

const DEFAULTS = loadConfig({ env: {}, cwd: process.cwd() });

function configOf(environment: VenueConfig['environment'], api: Partial<Config['api']> = {}): Config {
  const venue = DEFAULTS.venues[DEFAULTS.venue]!;
  return { ...DEFAULTS, api: { ...DEFAULTS.api, ...api }, venues: { [DEFAULTS.venue]: { ...venue, environment } } };
}

test.each(['127.0.0.1', '::1', 'localhost'])('paper on %s asks for no token before there is one', (host) => {
  expect(tokensAreRequired(configOf('paper', { host }))).toBe(false);
});

test.each<[string, Config]>([
  ['testnet', configOf('testnet')],
  ['live', configOf('live')],
  ['an address that others reach', configOf('paper', { host: '0.0.0.0', allowedHosts: ['a.example'] })],
  ['an address of the network', configOf('paper', { host: '192.0.2.7', allowedHosts: ['a.example'] })],
  ['every address of IPv6', configOf('paper', { host: '::', allowedHosts: ['a.example'] })],
  ['a name of its own, which something in front leads here', configOf('paper', { allowedHosts: ['a.example'] })],
  ['whoever wants it so', configOf('paper', { requireToken: 'always' })],
])('a token is always asked for: %s', (_what, config) => {
  expect(tokensAreRequired(config)).toBe(true);
});
