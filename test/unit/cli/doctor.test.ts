import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Check, type DoctorContext, mend, runChecks, skipped, well } from '../../../src/cli/doctor/check';
import { ALERTS_CHECK, FOLDER_CHECK, LOGS_CHECK, MODEL_CHECK } from '../../../src/cli/doctor/file-checks';
import { INSTALLATION_CHECK, judgeDisk, judgeNode, PORTS_CHECK } from '../../../src/cli/doctor/machine-checks';
import { configCheck, judgeConfigFault } from '../../../src/cli/doctor/config-check';
import { renderDoctor } from '../../../src/cli/doctor/render-doctor';
import { judgeRetention, NAMESPACE_CHECK, REACH_CHECK } from '../../../src/cli/doctor/server-checks';
import { judgeBalance, judgeVenueClock } from '../../../src/cli/doctor/venue-checks';
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
  const env = {
    DATA_DIR: join(folder, 'data'),
    API_PORT: '1',
    PAPER_VENUE_PORT: '2',
    TEMPORAL_PORT: '3',
    TEMPORAL_UI_PORT: '4',
    ...settings,
  };
  return { config: loadConfig({ env, cwd: folder, flags: [] }), cwd: folder, env, server };
}

async function verdictOf(check: Check, context = contextOf()): Promise<string | undefined> {
  const [checked] = await runChecks([check], context);
  return checked?.verdict;
}

test('a check that throws has found something to mend', async () => {
  const broken: Check = { name: 'broken', run: () => Promise.reject(new Error('No.')) };
  expect(await runChecks([broken], contextOf())).toMatchObject([{ name: 'broken', verdict: 'mend', found: 'No' }]);
});

test('a check that never answers holds up no other', async () => {
  const hung: Check = { name: 'hung', run: () => new Promise(() => undefined) };
  const quick: Check = { name: 'quick', run: () => well('here') };
  const checked = await runChecks([hung, quick], contextOf(), 20);
  expect(checked.map(({ verdict }) => verdict)).toEqual(['mend', 'well']);
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
