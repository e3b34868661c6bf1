import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../../src/config/config-error';
import { applyDotEnv, checkDotEnv, readDotEnv } from '../../../src/config/dot-env';
import { loadConfig } from '../../../src/config/load-config';
import type { Config, VenueConfig } from '../../../src/config/schema';

const DEFAULTS = loadConfig({ env: {}, cwd: process.cwd() });

let cwd: string;
let file: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'oncefill-env-'));
  file = join(cwd, '.env');
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function write(text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}

function configFor(environment: VenueConfig['environment']): Config {
  const venue = DEFAULTS.venues[DEFAULTS.venue];
  if (!venue) throw new Error('The default configuration has no venue.');
  return { ...DEFAULTS, venues: { [DEFAULTS.venue]: { ...venue, environment } } };
}

test('the real environment wins over the file', () => {
  write('API_PORT=9000\nLOG_LEVEL="debug" # all of it\n');
  const env: NodeJS.ProcessEnv = { API_PORT: '9001' };
  applyDotEnv(readDotEnv(cwd), ['settings'], env);
  expect(env).toEqual({ API_PORT: '9001', LOG_LEVEL: 'debug' });
});

test('only the groups that a command needs are taken', () => {
  write('API_PORT=9000\nTEMPORAL_API_KEY=a-key\nBYBIT_API_SECRET=a-secret\nPGHOST=somewhere\n');
  const env: NodeJS.ProcessEnv = {};
  applyDotEnv(readDotEnv(cwd), ['settings', 'server access'], env);
  expect(env).toEqual({ API_PORT: '9000', TEMPORAL_API_KEY: 'a-key' });
});

test('a folder without the file is fine', () => {
  expect(readDotEnv(cwd)).toBeUndefined();
  expect(() => checkDotEnv(undefined, DEFAULTS)).not.toThrow();
});

test.each([
  'NODE_OPTIONS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_EXTRA_CA_CERTS',
  'NODE_PATH',
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES',
  'PATH',
  'HOME',
  'HTTP_PROXY',
  'https_proxy',
  'No_Proxy',
  'grpc_proxy',
  'SSL_CERT_FILE',
  'PYTHONPATH',
  'PIP_INDEX_URL',
  'npm_config_registry',
  'ONCEFILL_CRASH_POINT',
  'ONCEFILL_ANYTHING',
  'ONCEFILL_API_KEY',
  'TEMPORAL_API_SECRET',
  'api_port',
])('%s is refused by its name and line, without its value', (name) => {
  write(`API_PORT=9000\n# ${name}=a comment\nexport ${name}=the-value\n`);
  const error: unknown = attempt(() => readDotEnv(cwd));
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigError).message).toContain(`${file}:3: ${name} is not a variable that .env may set`);
  expect((error as ConfigError).message).not.toContain('the-value');
});

test.each([
  ['a folder', () => mkdirSync(file), 'is not a regular file'],
  ['a pipe', () => execFileSync('mkfifo', [file]), 'is not a regular file'],
  ['larger than any', () => write(`#${'x'.repeat(70_000)}`), 'is larger than 65536 bytes'],
])('a file that is %s is an error', (_, make, message) => {
  make();
  expect(() => readDotEnv(cwd)).toThrow(message);
});

test('a key of no configured venue is refused by its name and line', () => {
  write('BYBIT_API_KEY=a-key\n\nBYBIT_EU_API_SECRET_FILE=/run/secret\n');
  const message = `${file}:3: BYBIT_EU_API_SECRET_FILE is no key of a configured venue (bybit)`;
  expect(() => checkDotEnv(readDotEnv(cwd), configFor('paper'))).toThrow(message);
});

test.each(['testnet', 'live'] as const)(
  'others may neither read nor write it where the environment is %s',
  (environment) => {
    for (const mode of [0o640, 0o604, 0o620]) {
      write('BYBIT_API_KEY=a-key\n');
      chmodSync(file, mode);
      expect(() => checkDotEnv(readDotEnv(cwd), configFor(environment))).toThrow(`chmod 600 ${file}`);
    }
    chmodSync(file, 0o600);
    expect(() => checkDotEnv(readDotEnv(cwd), configFor(environment))).not.toThrow();
  },
);

test('in paper others may read it: nothing in it is worth anything', () => {
  write('API_PORT=9000\n');
  chmodSync(file, 0o644);
  expect(() => checkDotEnv(readDotEnv(cwd), configFor('paper'))).not.toThrow();
});

function attempt(step: () => unknown): unknown {
  try {
    return step();
  } catch (error) {
    return error;
  }
}
