import { checkVerification, describeExtraTrust } from '../../../src/cli/verification';
import { loadConfig } from '../../../src/config/load-config';
import type { Config, VenueConfig } from '../../../src/config/schema';

const DEFAULTS = loadConfig({ env: {}, cwd: process.cwd() });

function configFor(environment: VenueConfig['environment']): Config {
  const venue = DEFAULTS.venues[DEFAULTS.venue];
  if (!venue) throw new Error('The default configuration has no venue.');
  return { ...DEFAULTS, venues: { [DEFAULTS.venue]: { ...venue, environment } } };
}

const SWITCHED_OFF: readonly NodeJS.ProcessEnv[] = [
  { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' },
  { TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: '1' },
];

describe.each(SWITCHED_OFF)('with %j', (env) => {
  test.each(['testnet', 'live'] as const)('%s refuses', (environment) => {
    expect(() => checkVerification(configFor(environment), env)).toThrow(Object.keys(env)[0]);
  });

  test('paper does not care', () => {
    expect(() => checkVerification(configFor('paper'), env)).not.toThrow();
  });
});

test.each([{}, { NODE_TLS_REJECT_UNAUTHORIZED: '1' }, { NODE_TLS_REJECT_UNAUTHORIZED: '' }])(
  'with %j nothing is refused',
  (env) => {
    expect(() => checkVerification(configFor('live'), env)).not.toThrow();
  },
);

test('certificates that are trusted beside the system’s are said', () => {
  expect(describeExtraTrust({ NODE_EXTRA_CA_CERTS: '/etc/own.pem' })).toContain('/etc/own.pem');
  expect(describeExtraTrust({})).toBeUndefined();
});
