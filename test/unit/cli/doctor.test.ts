import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Check, type DoctorContext, mend, runChecks, skipped, unknown, well } from '../../../src/cli/doctor/check';
import { ALERTS_CHECK, FOLDER_CHECK, LOGS_CHECK, MODEL_CHECK } from '../../../src/cli/doctor/file-checks';
import { INSTALLATION_CHECK, judgeDisk, judgeNode, PORTS_CHECK } from '../../../src/cli/doctor/machine-checks';
import { configCheck, judgeConfigFault } from '../../../src/cli/doctor/config-check';
import { judgeProtection } from '../../../src/cli/doctor/protection-check';
import { renderDoctor } from '../../../src/cli/doctor/render-doctor';
import { judgeRetention, NAMESPACE_CHECK, REACH_CHECK } from '../../../src/cli/doctor/server-checks';
import { judgeBalance, judgeVenueClock } from '../../../src/cli/doctor/venue-checks';
import { runsFrom } from '../../../src/cli/doctor/machine-checks';
import { judgeHealth } from '../../../src/cli/doctor/health-check';
import { START_CHECK } from '../../../src/cli/doctor/start-check';
import { statusOf } from '../../../src/cli/doctor';
import { packageRoot } from '../../../src/config/package-root';
import { runCommandLine } from '../../../src/cli/program';
import { PLAIN } from '../../../src/cli/terminal';
import { ConfigError } from '../../../src/config/config-error';
import { loadConfig } from '../../../src/config/load-config';
import { logDay } from '../../../src/observability/log-files';
import { ExitCode } from '../../../src/process/exit-codes';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-doctor-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function contextOf(
  settings: NodeJS.ProcessEnv = {},
  server: DoctorContext['server'] = () => Promise.reject(new Error('Refused.')),
): DoctorContext {
  const access: DoctorContext['access'] = () =>
    Promise.resolve({ status: 'held', why: 'silent', sentence: 'No engine answers.' });
  const env = {
    DATA_DIR: join(folder, 'data'),
    API_PORT: '1',
    PAPER_VENUE_PORT: '2',
    TEMPORAL_PORT: '3',
    TEMPORAL_UI_PORT: '4',
    ...settings,
  };
  return { config: loadConfig({ env, cwd: folder, flags: [] }), cwd: folder, env, server, access };
}

async function verdictOf(check: Check, context = contextOf()): Promise<string | undefined> {
  const [checked] = await runChecks([check], context);
  return checked?.verdict;
}

test.each([
  [{ required: true, stopLossFraction: '0.02' }, 'well', 'gets one at 0.02 of its price'],
  [{ required: true, stopLossFraction: null, trailingFraction: '0.01' }, 'well', 'gets one that follows the price'],
  [{ required: true, stopLossFraction: null }, 'skipped', 'is refused (NO_STOP)'],
  [{ required: false, stopLossFraction: null }, 'skipped', 'has none'],
])('of the rules %j it is said what an entry without a stop gets', (rules, verdict, words) => {
  const { protection } = contextOf().config;
  const finding = judgeProtection({ ...protection, ...rules });
  expect(finding).toMatchObject({ verdict, found: expect.stringContaining(words) });
});

test('a check that throws has found something to mend', async () => {
  const broken: Check = { name: 'broken', run: () => Promise.reject(new Error('No.')) };
  expect(await runChecks([broken], contextOf())).toMatchObject([{ name: 'broken', verdict: 'mend' }]);
});

test('a check that never answers holds up no other', async () => {
  const hung: Check = { name: 'hung', run: () => new Promise(() => undefined) };
  const quick: Check = { name: 'quick', run: () => well('here') };
  const checked = await runChecks([hung, quick], contextOf(), 20);
  expect(checked.map(({ verdict }) => verdict)).toEqual(['unknown', 'well']);
});

test.each([
  ['22.1.0', 'well'],
  ['20.19.0', 'well'],
  ['20.9.0', 'mend'],
  ['18.20.0', 'mend'],
])('Node.js %s is judged %s', (version, verdict) => {
  expect(judgeNode(version, '>=20.19.0').verdict).toBe(verdict);
});

test.each([
  [600 * 1_048_576, 512, 'well'],
  [100 * 1_048_576, 512, 'mend'],
  [0, 0, 'well'],
])('%i bytes free with a mark of %i MB are judged %s', (freeBytes, markMb, verdict) => {
  expect(judgeDisk(freeBytes, markMb).verdict).toBe(verdict);
});

test.each([
  [259_200, 'well'],
  [300, 'mend'],
  [0, 'mend'],
])('a retention of %i s against a window of 300 s is judged %s', (retentionSeconds, verdict) => {
  expect(judgeRetention(retentionSeconds, 300).verdict).toBe(verdict);
});

test.each([
  [999, 'well'],
  [-999, 'well'],
  [1_001, 'mend'],
  [-1_001, 'mend'],
])("a venue's clock %i ms off is judged %s", (offsetMs, verdict) => {
  expect(judgeVenueClock(offsetMs, 1_000, 5_000).verdict).toBe(verdict);
});

test.each<[string, object, object]>([
  ['some', { total: '0.01' }, { verdict: 'well', found: 'bybit (live) knows the keys and tells a balance of USDT' }],
  [
    'none',
    { total: '0' },
    {
      verdict: 'mend',
      found: 'bybit (live) knows the keys and tells 0 USDT in the unified account',
      mend: 'transfer from Funding',
    },
  ],
])('an account that holds %s of the settle asset', (_name, figures, finding) => {
  const asset = { total: '0', available: '0', locked: '0', ...figures };
  expect(judgeBalance('bybit (live)', { USDT: asset }, 'USDT')).toEqual(finding);
});

test('the data folder is judged by who may look into it, and not made', async () => {
  const context = contextOf();
  expect(await verdictOf(FOLDER_CHECK, context)).toBe('skipped');
  mkdirSync(context.config.dataDir);
  chmodSync(context.config.dataDir, 0o755);
  expect(await verdictOf(FOLDER_CHECK, context)).toBe('mend');
  chmodSync(context.config.dataDir, 0o700);
  expect(await verdictOf(FOLDER_CHECK, context)).toBe('well');
});

test('a log of today that is full is told', async () => {
  const file = writeConfig('logging: { bytesPerDayMax: 100000 }');
  const context = {
    ...contextOf(),
    config: loadConfig({ env: { DATA_DIR: join(folder, 'data') }, cwd: folder, file, flags: [] }),
  };
  mkdirSync(join(folder, 'data', 'logs'), { recursive: true });
  writeFileSync(join(folder, 'data', 'logs', `api_${logDay(Date.now())}.log`), 'x'.repeat(99_950));
  expect(await verdictOf(LOGS_CHECK, context)).toBe('mend');
});

function writeConfig(text: string): string {
  const file = join(folder, 'mine.yaml');
  writeFileSync(file, text);
  return file;
}

test('the model that comes with the program is the one that its metadata describe', async () => {
  expect(await verdictOf(MODEL_CHECK)).toBe('well');
});

test('a model without its file is to be mended', async () => {
  const file = writeConfig('ml: { model: nowhere.onnx }');
  const config = loadConfig({ env: {}, cwd: folder, file, flags: [] });
  expect(await verdictOf(MODEL_CHECK, { ...contextOf(), config })).toBe('mend');
});

test('alerts nobody would get are no fault for paper, and one elsewhere', async () => {
  const paper = contextOf();
  expect(await verdictOf(ALERTS_CHECK, paper)).toBe('skipped');
  const venue = { ...paper.config.venues[paper.config.venue]!, environment: 'live' as const };
  const config = { ...paper.config, venues: { [paper.config.venue]: venue } };
  expect(await verdictOf(ALERTS_CHECK, { ...paper, config })).toBe('mend');
});

test('the channels that alerts go to are named, and a fault in their file is to be mended', async () => {
  const file = join(folder, 'channels.yaml');
  writeFileSync(file, 'webhooks: {room: {enabled: true}}\n');
  const open = { ONCEFILL_ALERTS: file, ALERT_WEBHOOK_ROOM_URL: 'https://example.com/hook' };
  const [checked] = await runChecks([ALERTS_CHECK], contextOf(open));
  expect(checked).toMatchObject({ verdict: 'well', found: 'alerts go to room' });
  expect(await verdictOf(ALERTS_CHECK, contextOf({ ONCEFILL_ALERTS: file }))).toBe('mend');
});

test('an embedded server that nobody started is no fault', async () => {
  expect(await verdictOf(REACH_CHECK)).toBe('skipped');
});

test("a user's own server that does not answer is one, and is told once", async () => {
  const context = contextOf({ TEMPORAL_ADDRESS: 'temporal.example:7233' });
  expect(await verdictOf(REACH_CHECK, context)).toBe('mend');
  expect(await verdictOf(NAMESPACE_CHECK, context)).toBe('skipped');
});

test('free ports and an idle folder are nothing to mend', async () => {
  expect([await verdictOf(PORTS_CHECK), await verdictOf(INSTALLATION_CHECK)]).toEqual(['well', 'skipped']);
});

test.each([
  ['its script by a path of its folder', ['node', 'jest.config.js', 'start'], packageRoot(), true],
  ['its script by a whole path', ['node', join(packageRoot(), 'jest.config.js')], '/', true],
  ['a script of another folder', ['node', 'jest.config.js', 'start'], tmpdir(), false],
  ['a word of a folder that is no file', ['node', 'src'], packageRoot(), false],
])('whose program a process runs is known by %s', (_what, words, cwd, expected) => {
  expect(runsFrom(packageRoot(), words, cwd)).toBe(expected);
});

test.each<[string, NodeJS.ProcessEnv]>([
  ['history keys that are none', { ONCEFILL_HISTORY_KEYS: 'abc' }],
  ['a file of history keys that is not there', { ONCEFILL_HISTORY_KEYS_FILE: '/nowhere/keys' }],
  ['a cache that is no folder', { ONCEFILL_CACHE_DIR: '/dev/null' }],
  ['a cache inside of what is no folder', { ONCEFILL_CACHE_DIR: '/dev/null/cache' }],
])('what a start refuses is to be mended: %s', async (_what, settings) => {
  expect(await verdictOf(START_CHECK, contextOf(settings))).toBe('mend');
});

test('real money on a server that trusts everybody is to be mended, as a start refuses it', async () => {
  const file = writeConfig(
    'venues: { bybit: { environment: live } }\ntemporal: { namespace: oncefill-live }\nsignals: { strategies: [] }\nrisk: {}\n',
  );
  const keys = { BYBIT_API_KEY: 'k'.repeat(18), BYBIT_API_SECRET: 's'.repeat(36) };
  const before = process.env;
  process.env = { ...before, ...keys };
  try {
    const config = loadConfig({ env: { DATA_DIR: join(folder, 'data') }, cwd: folder, file, flags: [] });
    const [checked] = await runChecks([START_CHECK], { ...contextOf(keys), config });
    expect(checked).toMatchObject({
      verdict: 'mend',
      found: expect.stringContaining('allowUnauthenticatedServer') as string,
    });
  } finally {
    process.env = before;
  }
});

test('what a default of a release is, and what a start takes, is well', async () => {
  expect(await verdictOf(START_CHECK)).toBe('well');
});

const UP = { name: 'trading_engine', status: 'healthy', text: 'runs' } as const;

test.each<[string, Parameters<typeof judgeHealth>, string]>([
  ['all parts and the API', [{ status: 'healthy', parts: [UP] }, { status: 200 }], 'well'],
  ['parts that are up, and an API that is slow', [{ status: 'healthy', parts: [UP] }, 'silent'], 'unknown'],
  ['parts that are up, and an API that says otherwise', [{ status: 'healthy', parts: [UP] }, { status: 503 }], 'mend'],
  ['a part that is down', [{ status: 'unhealthy', parts: [{ ...UP, status: 'unhealthy' }] }, { status: 503 }], 'mend'],
  ['a part that is starting', [{ status: 'degraded', parts: [{ ...UP, status: 'starting' }] }, 'absent'], 'unknown'],
])('the health of %s is judged', (_what, heard, verdict) => {
  expect(judgeHealth(...heard).verdict).toBe(verdict);
});

test('what several parts say is told once', () => {
  const parts = ['signals', 'predictions'].map((name) => ({ name, status: 'unhealthy', text: 'No server.' }) as const);
  expect(judgeHealth({ status: 'unhealthy', parts }, 'absent').found).toBe(
    'the whole is unhealthy. signals, predictions: No server',
  );
});

test.each([
  [[well(''), skipped('')], 'well'],
  [[well(''), unknown('')], 'unknown'],
  [[unknown(''), unknown('')], 'mend'],
  [[skipped(''), unknown('')], 'mend'],
  [[well(''), mend('')], 'mend'],
])('what is not known is forgiven where the whole is known to be healthy: %j', (findings, status) => {
  expect(statusOf(findings.map((finding, index) => ({ name: index === 0 ? 'health' : 'other', ...finding })))).toBe(
    status,
  );
});

test('the report never calls well what could not be found out, and keeps a line for each check', () => {
  const lines = renderDoctor([{ name: 'server', ...unknown('not known\n  (busy?)') }], PLAIN).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toBe('?  server  not known (busy?)');
  expect(lines[2]).not.toContain('well');
});

test("a refusal of the system's is told in words", async () => {
  const blocked = writeConfig('');
  const [checked] = await runChecks([FOLDER_CHECK], contextOf({ DATA_DIR: join(blocked, 'data') }));
  expect(checked?.verdict).toBe('mend');
  expect(checked?.found).toContain('a file stands where a folder is needed');
});

test('the report has a line for each check, and says how to mend what it found', () => {
  const checked = [
    { name: 'node', ...well('Node.js 22.1.0') },
    { name: 'disk', ...mend('100 MB free', 'free some') },
    { name: 'server', ...skipped('it does not\u001B run') },
  ];
  expect(renderDoctor(checked, PLAIN).split('\n')).toEqual([
    '   CHECK   FOUND',
    '●  node    Node.js 22.1.0',
    '✕  disk    100 MB free. To mend it: free some.',
    '·  server  it does not\uFFFD run',
    'There is 1 thing to mend.',
  ]);
});

describe('with a configuration that cannot be used', () => {
  const { env } = process;
  let printed: string;

  beforeEach(() => {
    printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });

  afterEach(() => {
    process.env = env;
    jest.restoreAllMocks();
  });

  test.each([
    ['a file with a wrong value', () => ({ ONCEFILL_CONFIG: writeConfig('api: { port: 99999999 }') }), 'api.port'],
    ['a file that is not there', () => ({ ONCEFILL_CONFIG: join(folder, 'none.yaml') }), 'none.yaml'],
    ['a file that is no YAML', () => ({ ONCEFILL_CONFIG: writeConfig('a: [') }), 'mine.yaml'],
    ['a variable with a wrong value', () => ({ API_PORT: 'eighty' }), 'API_PORT'],
  ])('%s is one thing to mend, and what needs no configuration is checked', async (_what, settings, named) => {
    process.env = { PATH: env['PATH'], ...settings() };
    expect(await runCommandLine(['doctor', '--json'])).toBe(ExitCode.FAILURE);
    const { status, checks } = JSON.parse(printed) as { status: string; checks: Record<string, string>[] };
    const verdicts = Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
    expect(status).toBe('mend');
    expect(checks.filter(({ verdict }) => verdict === 'mend')).toMatchObject([{ name: 'configuration' }]);
    expect(checks.find(({ name }) => name === 'configuration')?.['found']).toContain(named);
    expect(verdicts).toMatchObject({ node: 'well', alerts: 'skipped', ports: 'skipped', reachable: 'skipped' });
  });

  test('a command line that makes no sense is refused as ever', async () => {
    const refused = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
    expect(await runCommandLine(['doctor', '--config', ''])).toBe(ExitCode.USAGE);
    expect(refused).toHaveBeenCalled();
    expect(printed).toBe('');
  });

  test('what is no fault of a configuration is thrown on', () => {
    expect(() => judgeConfigFault(new TypeError('a fault of ours'))).toThrow('a fault of ours');
  });

  test('of many problems the first are told, and how many more there are', () => {
    const problems = Array.from({ length: 14 }, (_, index) => ({
      source: `S${index}`,
      path: '',
      message: 'Is wrong.',
    }));
    const { found } = judgeConfigFault(new ConfigError(problems));
    expect(found).toMatch(/^S0: Is wrong\. .*S9: Is wrong\. And 4 more$/);
  });
});

test('with a configuration it is said where it comes from', async () => {
  const [fromFile] = await runChecks([configCheck('mine.yaml')], contextOf());
  const [defaults] = await runChecks([configCheck(undefined)], contextOf());
  expect([fromFile?.verdict, defaults?.verdict]).toEqual(['well', 'well']);
  expect(fromFile?.found).toContain('mine.yaml');
});
