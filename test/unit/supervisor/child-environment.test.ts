import { loadConfig } from '../../../src/config/load-config';
import type { Config, VenueConfig } from '../../../src/config/schema';
import { childEnvironment } from '../../../src/supervisor/child-environment';
import { planProcesses, type ProcessName } from '../../../src/supervisor/plan';

const DEFAULTS = loadConfig({ env: {}, cwd: process.cwd() });
const PROCESSES: readonly ProcessName[] = ['paper_venue', 'trading_engine', 'ml_manager', 'api', 'system_monitor'];
const KEYS = ['BYBIT_API_KEY', 'BYBIT_API_SECRET', 'BYBIT_API_KEY_FILE', 'BYBIT_API_SECRET_FILE'];
const CODE = [
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'PYTHONPATH',
];
const CRASHES = ['ONCEFILL_CRASH_POINT', 'ONCEFILL_CRASH_FILE'];
const OTHERS = ['BYBIT_EU_API_KEY', 'AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'PGPASSWORD', 'npm_lifecycle_event'];

function configFor(environment: VenueConfig['environment'], address?: string): Config {
  const venue = DEFAULTS.venues[DEFAULTS.venue];
  if (!venue) throw new Error('The default configuration has no venue.');
  return {
    ...DEFAULTS,
    venues: { [DEFAULTS.venue]: { ...venue, environment } },
    temporal: { ...DEFAULTS.temporal, address },
  };
}

/** Which of some variables a process gets, all of them being set. */
function given(name: ProcessName, variables: readonly string[], config: Config): readonly string[] {
  return Object.keys(childEnvironment(name, config, Object.fromEntries(variables.map((each) => [each, 'x']))));
}

test.each(['testnet', 'live'] as const)('in %s the keys of the venue reach the trading engine alone', (environment) => {
  const config = configFor(environment);
  expect(given('trading_engine', KEYS, config)).toEqual(KEYS);
  for (const name of PROCESSES) {
    if (name !== 'trading_engine') expect(given(name, KEYS, config)).toEqual([]);
  }
});

test('in paper the keys reach nobody', () => {
  for (const name of PROCESSES) expect(given(name, KEYS, configFor('paper'))).toEqual([]);
});

test('what opens alert channels reaches who tells people, and nobody who trades, answers or computes', () => {
  const openers = ['SMTP_USER', 'SMTP_PASSWORD', 'TELEGRAM_BOT_TOKEN', 'ALERT_WEBHOOK_OPS_URL', 'ALERT_HEARTBEAT_URL'];
  const variables = openers.flatMap((name) => [name, `${name}_FILE`]);
  for (const name of PROCESSES) {
    for (const environment of ['paper', 'live'] as const)
      expect(given(name, variables, configFor(environment))).toEqual(name === 'system_monitor' ? variables : []);
  }
});

test('secrets of those who send alerts reach the API, and nobody else', () => {
  const variables = ['HOOK_TRADINGVIEW_SECRETS', 'HOOK_MY_BOT_SECRETS_FILE'];
  for (const name of PROCESSES)
    expect(given(name, variables, configFor('live'))).toEqual(name === 'api' ? variables : []);
});

test.each(['paper', 'live'] as const)(
  'in %s nothing that runs code in a process, or belongs to others, is passed on',
  (environment) => {
    for (const name of PROCESSES) expect(given(name, [...CODE, ...OTHERS], configFor(environment))).toEqual([]);
  },
);

test('crash points are for paper only', () => {
  for (const name of PROCESSES) {
    expect(given(name, CRASHES, configFor('paper'))).toEqual(CRASHES);
    expect(given(name, CRASHES, configFor('live'))).toEqual([]);
  }
});

test('what opens the Temporal server goes to all, who register there, and so do the settings', () => {
  const access = ['TEMPORAL_API_KEY', 'TEMPORAL_TLS', 'TEMPORAL_GRPC_META_TENANT', 'ONCEFILL_HISTORY_KEYS_FILE'];
  const settings = ['PATH', 'TZ', 'DATA_DIR', 'API_PORT', 'TEMPORAL_NAMESPACE', 'ONCEFILL_CONFIG'];
  for (const name of PROCESSES) {
    expect(given(name, settings, configFor('live'))).toEqual(settings);
    expect(given(name, access, configFor('live'))).toEqual(access);
  }
});

describe('proxies', () => {
  const OF_VENUES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'];
  const OF_SERVERS = ['grpc_proxy', 'https_proxy', 'http_proxy', 'no_grpc_proxy', 'no_proxy'];
  const ALL = [
    ...new Set([...OF_VENUES, ...OF_SERVERS, 'HTTP_PROXY', 'FTP_PROXY', 'npm_config_proxy', 'NODE_USE_ENV_PROXY']),
  ];

  test.each(['testnet', 'live'] as const)(
    'that lead to the venue are given to the trading engine alone in %s',
    (environment) => {
      for (const name of PROCESSES) {
        expect(given(name, ALL, configFor(environment))).toEqual(name === 'trading_engine' ? OF_VENUES : []);
      }
    },
  );

  test('that lead outside are given to who tells people, where something opens a channel', () => {
    const channel = 'ALERT_WEBHOOK_OPS_URL';
    for (const name of PROCESSES) {
      const expected = name === 'system_monitor' ? [channel, ...OF_VENUES] : [];
      expect(given(name, [channel, ...ALL], configFor('paper'))).toEqual(expected);
    }
  });

  test('that lead to a Temporal server on another machine are given to all, who speak to it', () => {
    const config = configFor('paper', 'temporal.example:7233');
    for (const name of PROCESSES) {
      expect([...given(name, ALL, config)].sort()).toEqual([...OF_SERVERS].sort());
    }
  });

  test.each(['127.0.0.1:7233', 'localhost:7233', '[::1]:7233', '127.0.0.2'])(
    'are given to nobody in paper with a Temporal server at %s',
    (address) => {
      for (const name of PROCESSES) expect(given(name, ALL, configFor('paper', address))).toEqual([]);
    },
  );
});

test('certificates are for those that speak to other machines', () => {
  for (const name of PROCESSES) {
    expect(given(name, ['NODE_EXTRA_CA_CERTS'], configFor('live'))).toEqual(['NODE_EXTRA_CA_CERTS']);
  }
});

test('every process that is planned is one of these', () => {
  const planned = planProcesses('all', configFor('paper')).map(({ name }) => name);
  expect(PROCESSES).toEqual(expect.arrayContaining([...planned]));
});
