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
  'HTTP_PROXY',
  'SSL_CERT_FILE',
  'PIP_INDEX_URL',
  'ONCEFILL_CRASH_POINT',
  'ONCEFILL_ANYTHING',
  'ONCEFILL_API_KEY',
  'TEMPORAL_API_SECRET',
])('%s is refused by its name and line, without its value', (name) => {
  write(`API_PORT=9000\n# ${name}=a comment\nexport ${name}=the-value\n`);
  const { message } = refusal();
  expect(message).toContain(`${file}:3: ${name} is not a variable that .env may set`);
  expect(message).not.toContain('the-value');
});

test.each([
  'PATH',
  'https_proxy',
  'npm_config_registry',
  'api_port',
  'c2VjcmV0LWtleS1wYXN0ZWQtaGVyZQ',
  'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  'A_'.repeat(40),
])('%s, which is not surely a name, is refused by its line alone', (name) => {
  write(`API_PORT=9000\n${name}=\n`);
  const { message } = refusal();
  expect(message).toContain(`${file}:2: what stands before the equals sign is not a variable that .env may set`);
  expect(message).not.toContain(name);
});

test('a line that sets nothing is refused by its number, and not shown', () => {
  write('# a comment\n\n  \nAPI_PORT=9000\nTHE-KEY-ALONE\n  # another\n');
  const { problems, message } = refusal();
  expect(problems).toMatchObject([{ source: `${file}:5` }]);
  expect(message).not.toContain('THE-KEY-ALONE');
});

test('lines of a value in quotes are no lines of their own', () => {
  const pem = '-----BEGIN KEY-----\nabc\n-----END KEY-----';
  write(`TEMPORAL_TLS_CLIENT_KEY_DATA="${pem}"\nLOG_LEVEL='debug'\n`);
  expect(readDotEnv(cwd)?.lines).toMatchObject([
    { value: pem, source: `${file}:1` },
    { value: 'debug', source: `${file}:4` },
  ]);
});

test('a mark of the byte order before the first name is no part of it', () => {
  write('\uFEFFAPI_PORT=9000\n');
  expect(readDotEnv(cwd)?.lines).toMatchObject([{ name: 'API_PORT', value: '9000' }]);
});

test('of thousands of lines that are refused the first ten and the number are told', () => {
  write(Array.from({ length: 6_000 }, (_, index) => `V_${index}=1`).join('\n'));
  const { problems, message } = refusal();
  expect(problems).toHaveLength(6_000);
  expect(problems[0]?.source).toBe(`${file}:1`);
  expect(problems.at(-1)?.source).toBe(`${file}:6000`);
  expect(message.split('\n')).toHaveLength(12);
  expect(message).toContain('and 5990 more');
});

describe('a file from another system', () => {
  const TEXT = 'API_PORT=9000\nLOG_LEVEL=debug\n';

  function readBytes(bytes: Uint8Array): unknown {
    writeFileSync(file, bytes, { mode: 0o600 });
    return readDotEnv(cwd)?.lines.map(({ name, value }) => `${name}=${value}`);
  }

  test.each([
    ['plain', TEXT],
    ['with a mark of the byte order', `\uFEFF${TEXT}`],
    ['of Windows', TEXT.replaceAll('\n', '\r\n')],
    ['of Windows with a mark', `\uFEFF${TEXT.replaceAll('\n', '\r\n')}`],
    ['of an old Mac', TEXT.replaceAll('\n', '\r')],
    ['without an end of its last line', TEXT.trimEnd()],
    ['with letters of everywhere', `# données 数据 👨‍💻\n${TEXT}`],
    ['with spaces and export', 'export API_PORT = 9000  \n  LOG_LEVEL= debug # all of it\n'],
    ['with quotes', 'API_PORT="9000"\nLOG_LEVEL=\'debug\' # all of it\n'],
  ])('is read: %s', (_what, text) => {
    expect(readBytes(Buffer.from(text))).toEqual(['API_PORT=9000', 'LOG_LEVEL=debug']);
  });

  const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

  test.each([
    ['UTF-16 (little-endian)', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
    ['UTF-16 (little-endian)', Buffer.from(TEXT, 'utf16le')],
    ['UTF-16 (big-endian)', swapped(`\uFEFF${TEXT}`)],
    ['UTF-16 (big-endian)', swapped(TEXT)],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0])],
  ])('is refused with the name of its encoding: %s', (name, bytes) => {
    expect(() => readBytes(bytes)).toThrow(`${file}: is written in ${name}; save it as UTF-8.`);
  });

  test.each([
    ['bytes in line 2 that are no UTF-8', Buffer.from('API_PORT=9000\nDATA_DIR=donn\u00e9es\n', 'latin1')],
    ['a NUL character in line 1', Buffer.from('API_PORT=90\u000000\n')],
    ['bytes in line 2 that are no UTF-8', Buffer.from([...Buffer.from('API_PORT=9000\n#'), 0xe4, 0xbd])],
  ])('is refused with the line: %s', (words, bytes) => {
    expect(() => readBytes(bytes)).toThrow(`${file}: holds ${words}`);
  });
});

test.each([
  ['API_PORT=9000\n\nexport API_PORT=9001\n', 3, 'sets what line 1 sets already'],
  ['=9000\n', 1, 'sets nothing'],
  ['API_PORT: 9000\n', 1, 'sets nothing'],
  ['LOG_LEVEL="debug\nAPI_PORT=9000\n', 1, 'begins a value with " and does not end it'],
  ["LOG_LEVEL='debug\n", 1, "begins a value with ' and does not end it"],
  ['LOG_LEVEL="debug" info\n', 1, 'has something behind the value in "'],
  ['DATA_DIR="a"b"\n', 1, 'has something behind the value in "'],
])('%j is refused by its line', (text, line, words) => {
  write(text);
  const { message } = refusal();
  expect(message).toContain(`${file}:${line}: ${words}`);
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

test('in paper others may not read what opens an alert channel either', () => {
  write('API_PORT=9000\nTELEGRAM_BOT_TOKEN=123456789:AAcanaryTOKENcanaryTOKENcanary\n');
  chmodSync(file, 0o644);
  const check = (): void => checkDotEnv(readDotEnv(cwd), configFor('paper'));
  expect(check).toThrow(`${file}:2: TELEGRAM_BOT_TOKEN opens an alert channel`);
  chmodSync(file, 0o600);
  expect(check).not.toThrow();
  write('TELEGRAM_BOT_TOKEN_FILE=/run/token\n');
  chmodSync(file, 0o644);
  expect(check).not.toThrow();
});

test('in paper others may read it: nothing in it is worth anything', () => {
  write('API_PORT=9000\n');
  chmodSync(file, 0o644);
  expect(() => checkDotEnv(readDotEnv(cwd), configFor('paper'))).not.toThrow();
});

test('the address of a service is refused with its line, where nobody but the user writes', () => {
  write('API_PORT=9000\nTEMPORAL_PORT=tcp://10.96.0.1:7233\n');
  expect(refusal().problems).toMatchObject([
    { source: `${file}:2`, message: expect.stringMatching(/^TEMPORAL_PORT holds an address/) as string },
  ]);
});

function refusal(): ConfigError {
  try {
    readDotEnv(cwd);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The file was accepted.');
}
