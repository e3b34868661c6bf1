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

test.each([
  [{ NODE_EXTRA_CA_CERTS: '/etc/own.pem' }, [], 'NODE_EXTRA_CA_CERTS=/etc/own.pem'],
  [{}, ['--use-openssl-ca'], '--use-openssl-ca'],
  [{}, ['--use_openssl_ca'], '--use-openssl-ca'],
  [{}, ['--use-system-ca'], '--use-system-ca'],
  [{ NODE_USE_SYSTEM_CA: '1' }, [], 'NODE_USE_SYSTEM_CA=1'],
  [{ NODE_OPTIONS: '--enable-source-maps --use-system-ca' }, [], '--use-system-ca'],
  [{ NODE_OPTIONS: '"--use-openssl-ca"', SSL_CERT_FILE: '/etc/own.pem' }, [], 'SSL_CERT_FILE=/etc/own.pem'],
  [{ SSL_CERT_DIR: '/etc/own' }, ['--use-openssl-ca'], 'SSL_CERT_DIR=/etc/own'],
])('with %j and the options %j, what else is trusted is said, except in paper', (env, options, words) => {
  expect(describeExtraTrust(configFor('live'), env, options)).toContain(words);
  expect(describeExtraTrust(configFor('testnet'), env, options)).toContain(words);
  expect(describeExtraTrust(configFor('paper'), env, options)).toBeUndefined();
});

test.each([{}, { NODE_EXTRA_CA_CERTS: '' }, { SSL_CERT_FILE: '/etc/own.pem' }, { NODE_OPTIONS: '--no-warnings' }])(
  'with %j nothing else is trusted',
  (env) => {
    expect(describeExtraTrust(configFor('live'), env, [])).toBeUndefined();
  },
);
