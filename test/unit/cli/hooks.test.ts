import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { runCommandLine } from '../../../src/cli/program';
import { packageRoot } from '../../../src/config/package-root';
import { alertTemplate } from '../../../src/hooks/alert-template';
import { interpretAlert } from '../../../src/hooks/interpret-alert';
import { readAlertBody } from '../../../src/hooks/read-body';
import { ExitCode } from '../../../src/process/exit-codes';
import { hooksConfig, payload, SECRET, SOURCES } from '../hooks/bench';

const PAGE = readFileSync(join(packageRoot(), 'docs', 'hooks.md'), 'utf8');
const VARIABLES = ['HOOK_TRADINGVIEW_SECRETS', 'DATA_DIR'];

let folder: string;
let printed = '';
const before = { ...process.env };

/** The first block of a language on the page, without the margin that a list gives it. */
function blockOf(language: string): string {
  const block = new RegExp(`^ *\`\`\`${language}\\n([^]*?)^ *\`\`\``, 'm').exec(PAGE)?.[1] ?? '';
  return block.replaceAll(/^ {3}/gm, '');
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function run(...words: string[]): Promise<ExitCode> {
  return runCommandLine(['--config', write('hooks.yaml', blockOf('yaml')), 'hooks', ...words]);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oncefill-hooks-cli-'));
  process.env['HOOK_TRADINGVIEW_SECRETS'] = SECRET;
  process.env['DATA_DIR'] = join(folder, 'data');
});

afterAll(() => {
  for (const name of VARIABLES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  printed = '';
  const keep = (text: unknown): boolean => {
    printed += String(text);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => jest.restoreAllMocks());

test('hooks show prints the address and the very message that the page has, and no secret', async () => {
  expect(await run('show', 'tradingview', '--json')).toBe(ExitCode.SUCCESS);
  const shown = JSON.parse(printed) as { readonly message: string };
  expect(shown).toMatchObject({
    url: 'http://127.0.0.1:8081/hooks/tradingview',
    public_urls: ['https://hooks.example/hooks/tradingview'],
    secrets: 1,
    faults: [],
  });
  expect(JSON.parse(shown.message)).toEqual(JSON.parse(blockOf('json')));
  expect(await run('show', 'tradingview')).toBe(ExitCode.SUCCESS);
  expect(printed).toContain('{{timenow}}');
  expect(printed).not.toContain(SECRET);
});

test('hooks show of a source that is not configured names those that are', async () => {
  expect(await run('show', 'nobody')).toBe(ExitCode.USAGE);
  expect(printed).toContain('tradingview');
});

test('hooks show tells what is to be mended while hooks are off', async () => {
  const file = write('off.yaml', stringify({ hooks: { sources: { mine: { fields: { symbol: '/s' } } } } }));
  expect(await runCommandLine(['--config', file, 'hooks', 'show', 'mine'])).toBe(ExitCode.FAILURE);
  for (const word of ['hooks are off', 'hooks.sources.mine.fields.direction', 'HOOK_MINE_SECRETS']) {
    expect(printed).toContain(word);
  }
});

test.each<[string, string, ExitCode, object]>([
  [
    'an alert that would be taken',
    payload('tradingview-strategy.json'),
    ExitCode.SUCCESS,
    { accepted: true, secret: 'right', wish: 'signal', signal: { symbol: 'BTCUSDT', strategy: 'tv-Long' } },
  ],
  [
    'an end of a position',
    payload('tradingview-reversal-closes.json'),
    ExitCode.SUCCESS,
    { accepted: true, wish: 'close', symbol: 'BTCUSDT' },
  ],
  [
    'a wrong secret, and all that is right beside it',
    payload('tradingview-strategy.json').replace(SECRET, 'guess'),
    ExitCode.REFUSED,
    { accepted: false, secret: 'wrong', code: 'UNAUTHENTICATED', signal: { symbol: 'BTCUSDT' } },
  ],
  [
    'a symbol that is not traded',
    payload('tradingview-strategy.json').replace('BTCUSDT.P', 'GOLD'),
    ExitCode.REFUSED,
    { accepted: false, code: 'UNKNOWN_SYMBOL' },
  ],
  ['an old one', payload('tradingview-strategy.json', 0), ExitCode.REFUSED, { accepted: false, code: 'INVALID_ALERT' }],
  [
    'a body that the hooks would not read to its end',
    JSON.stringify({ ...(JSON.parse(payload('tradingview-strategy.json')) as object), note: 'x'.repeat(1_000_000) }),
    ExitCode.REFUSED,
    { accepted: false, code: 'BODY_TOO_LARGE', secret: 'not checked' },
  ],
  ['no JSON', payload('tradingview-bare-words.txt'), ExitCode.REFUSED, { accepted: false, code: 'MALFORMED_BODY' }],
])('hooks test of %s', async (_name, body, exitCode, verdict) => {
  const file = write('body', body);
  expect(await run('test', 'tradingview', '--body', file, '--json')).toBe(exitCode);
  expect(JSON.parse(printed)).toMatchObject(verdict);
  expect(await run('test', 'tradingview', '--body', file)).toBe(exitCode);
  expect(printed).toContain('Nothing was sent.');
  expect(printed).not.toContain(SECRET);
});

test('hooks test judges an old alert as if it came in when it did', async () => {
  const firedAtMs = Date.now() - 86_400_000;
  const file = write('body', payload('tradingview-strategy.json', firedAtMs));
  expect(await run('test', 'tradingview', '--body', file)).toBe(ExitCode.REFUSED);
  const arrived = new Date(firedAtMs + 1_000).toISOString();
  expect(await run('test', 'tradingview', '--body', file, '--arrived', arrived)).toBe(ExitCode.SUCCESS);
});

test('hooks test of a file that is not there is a wrong command line', async () => {
  expect(await run('test', 'tradingview', '--body', join(folder, 'nothing'))).toBe(ExitCode.USAGE);
});

test.each(Object.keys(SOURCES))('the message for %s, filled in, is read as it was meant', (name) => {
  const source = hooksConfig().hooks.sources[name]!;
  const openedMinutesAgo = source.barMinutes ?? 0;
  const filled = alertTemplate(source)
    .replace('{{ticker}}', 'BYBIT:BTCUSDT.P'.slice(name === 'octo' ? 6 : 0, name === 'octo' ? -2 : undefined))
    .replace('{{strategy.order.action}}', 'sell')
    .replace('{{strategy.order.id}}', 'Short')
    .replace('{{strategy.order.contracts}}', '0.5')
    .replace('{{strategy.market_position}}', 'short')
    .replace('{{strategy.prev_market_position}}', 'flat')
    .replace(/\{\{time(now)?\}\}/, new Date(Date.now() - openedMinutesAgo * 60_000).toISOString());
  const read = readAlertBody(source, Buffer.from(filled));
  expect(interpretAlert(source, 'value' in read ? read.value : undefined, Date.now())).toMatchObject({
    wish: 'signal',
    signal: { symbol: 'BTCUSDT', direction: 'SELL', intent: 'entry' },
  });
});

test('the configuration of the page has what the tests of the hooks have', () => {
  const { hooks } = parse(blockOf('yaml')) as {
    readonly hooks: { readonly sources: { readonly tradingview: object } };
  };
  expect({ ...SOURCES.tradingview, ...hooks.sources.tradingview }).toEqual(SOURCES.tradingview);
});
