import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli/program';
import { presentJudgement, renderJudgement } from '../../../src/cli/render-judgement';
import { renderExplanation } from '../../../src/cli/render-explanation';
import { styleFor } from '../../../src/cli/terminal';
import { packageRoot } from '../../../src/config/package-root';
import { DoorTrace } from '../../../src/intake/door-trace';
import type { PredictionsReport } from '../../../src/observability/predictions-report';
import { explained, PERMIT_WAIT, RESERVED, sent, viewOf } from '../domain/explain/fixtures';

const HISTORY = join(packageRoot(), 'test', 'replay', 'histories', 'signal-rejected-environment-travels.json');
const PLAIN = styleFor({ isTTY: false } as never);

const { env } = process;
let dataDir: string;
let printed: string;
let told: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-explain-'));
  // Nothing listens there.
  process.env = { ...env, DATA_DIR: dataDir, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  [printed, told] = ['', ''];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((told += String(text)), true));
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = env;
  rmSync(dataDir, { recursive: true, force: true });
});

test('a history that was kept is explained without a server', async () => {
  expect(await runCommandLine(['explain', '--history', HISTORY])).toBe(0);
  expect(printed).toMatch(/^REJECTED/);
  expect(printed).toMatch(/✕ confirmed +failed .*110017/);
  expect(printed).toMatch(/○ settled +not reached/);
  expect(printed).toMatch(/REJECTED \(110017, HTTP 200\)/);
});

test.each<[string, (text: string) => Buffer]>([
  ['UTF-16, as some shells write it', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-8 with a mark before it', (text) => Buffer.from(`\ufeff${text}`)],
])('a history that was kept as %s is read', async (_name, written) => {
  const file = join(dataDir, 'kept.json');
  writeFileSync(file, written(readFileSync(HISTORY, 'utf8')));
  expect(await runCommandLine(['explain', '--history', file])).toBe(0);
  expect(printed).toMatch(/^REJECTED/);
});

test('a part of a history is called one', async () => {
  const file = join(dataDir, 'part.json');
  const { events } = JSON.parse(readFileSync(HISTORY, 'utf8')) as { readonly events: readonly object[] };
  writeFileSync(file, JSON.stringify({ events: events.slice(2) }));
  expect(await runCommandLine(['explain', '--history', file])).toBe(2);
  expect(told).toContain('or a part of one');
});

test('as JSON it is what the API answers', async () => {
  expect(await runCommandLine(['explain', '--history', HISTORY, '--json'])).toBe(0);
  expect(JSON.parse(printed)).toMatchObject({
    outcome: 'REJECTED',
    decided_by: 'confirmed',
    attempts: [{ venue_code: '110017' }],
  });
});

test.each([
  [['explain'], 'Name one thing to explain'],
  [['explain', '0123456789abcdef', '--order', 'x'], 'Name one thing to explain'],
  [['explain', '--history', '/nowhere/at/all.json'], 'does not exist'],
  [['explain', '--history', join(packageRoot(), 'README.md')], 'is no JSON'],
  [['explain', '--history', join(packageRoot(), 'package.json')], 'It holds no events'],
  [['explain', '--order', ''], 'It must not be empty.'],
  [['explain', '--order', ' '], 'It must not be empty.'],
  [['explain', '--history', ''], 'It must not be empty.'],
  [['explain', '--symbol', ''], 'It must not be empty.'],
  [['explain', '--strategy', ''], 'It must not be empty.'],
  [['explain', 'x'], 'A fingerprint has 16 hexadecimal digits'],
])('%j is refused in one sentence', async (words, sentence) => {
  expect(await runCommandLine(words)).toBe(2);
  expect(told).toContain(sentence);
});

test('what was refused at the door is told by symbol, with what to do, while no server runs', async () => {
  const trace = new DoorTrace({ dataDir, redact: (text) => text });
  trace.note({
    kind: 'refused',
    code: 'STALE_SIGNAL',
    message: 'It is old.',
    symbol: 'BTCUSDT',
    strategy: 's\u001b[2J',
  });
  trace.flush();
  expect(await runCommandLine(['explain', '--symbol', 'BTCUSDT'])).toBe(0);
  expect(printed).toContain('refused STALE_SIGNAL');
  expect(printed).toContain("→ Send signals sooner, or correct the sender's clock");
  expect(printed).not.toContain('\u001b');
  expect(await runCommandLine(['explain', '--symbol', 'ETHUSDT'])).toBe(6);
});

test('an explanation on a terminal names waits with their end and requests with their codes', () => {
  const view = viewOf({ state: 'WAITING_FOR_PERMIT', waitUntilMs: 1_795_000_007_000, sendAttempts: 1 });
  const text = renderExplanation(explained(view, [RESERVED, PERMIT_WAIT, sent('RATE_LIMITED')]), PLAIN);
  expect(text).toMatch(/◐ sent +waits +What there is to say\.; until 2026-11-18 11:06:47/);
  expect(text).toContain('until 2026-11-18 11:06:47.000Z  The order window has 72 of 72 used in 60 s.');
  expect(text).toContain('RATE_LIMITED (1): Words of the venue.');
});

describe('ml why', () => {
  const report = {
    state: { status: 'running', model: 'm 1', gate: 'costs', nextTickMs: 1 },
    stats: {},
  } as unknown as PredictionsReport;
  const judgement = { atMs: 0, outcome: 'BELOW_COSTS', expected: 0.0004, needed: 0.0014, costs: 0.0013 } as const;

  test('holds the last prediction against what it needed', () => {
    const text = renderJudgement(report, 'BTCUSDT', judgement, PLAIN);
    expect(text).toContain(
      'BTCUSDT: BELOW_COSTS, it expected less than the trade would cost, or a gain was too unlikely.',
    );
    expect(text).toContain('expected 0.040 %; needed more than 0.140 %, up or down; a trade costs 0.130 %.');
    expect(presentJudgement(report, 'BTCUSDT', judgement)).toMatchObject({
      judgement: { outcome: 'BELOW_COSTS', expected_return: 0.0004, needed_return: 0.0014 },
    });
  });

  test('tells an amount by risk with the figures that made it', () => {
    const size = { riskPerTrade: '25', stopDistance: '50', amountMax: '0.5' };
    const small = { ...judgement, outcome: 'BELOW_SMALLEST_ORDER', size, why: 'The smallest is 1.' } as const;
    const text = renderJudgement(report, 'BTCUSDT', small, PLAIN);
    expect(text).toContain('amount at most 0.5: 25 may be lost at a stop 50 away; The smallest is 1.');
    expect(presentJudgement(report, 'BTCUSDT', small)).toMatchObject({
      judgement: { size: { risk_per_trade: '25', stop_distance: '50', amount_max: '0.5' } },
    });
  });

  test('says what intake said', () => {
    const text = renderJudgement(
      report,
      'BTCUSDT',
      { ...judgement, outcome: 'OPENED', answer: 'refused (DISK_LOW): Full.' },
      PLAIN,
    );
    expect(text).toContain('Intake: refused (DISK_LOW): Full..');
  });

  test('says that nothing was judged, and why the loop stands still', () => {
    const state = { ...report.state, status: 'paused', lastError: 'No candles.' } as const;
    const text = renderJudgement({ ...report, state }, 'BTCUSDT', undefined, PLAIN);
    expect(text).toContain('nothing was judged');
    expect(text).toContain('Predictions are paused.');
    expect(text).toContain('The last tick failed: No candles.');
  });
});

test('a file that is written once is not written over', async () => {
  const out = join(dataDir, 'kept.json');
  writeFileSync(out, 'mine');
  // No server answers: nothing is written either way.
  expect(await runCommandLine(['signal', 'export', '0123456789abcdef', '--out', out])).toBe(4);
});

test('of the bounds of a gate that failed, the one that refused is marked', () => {
  const bounds = [
    ['TOO_MANY_POSITIONS', '5 symbols', '1'],
    ['TOO_MANY_ENTRIES', '2 a minute', '2', 'a minute'],
    ['TOO_MANY_ENTRIES', '9 a day', '2', 'a day'],
  ] as const;
  const gate = {
    gate: 'risk',
    verdict: 'failed',
    code: 'TOO_MANY_ENTRIES',
    actual: 'the limit is 2 a minute',
    bounds,
  } as const;
  const explanation = explained(viewOf({ state: 'WORKING', sendAttempts: 1 }), []);
  const lines = renderExplanation({ ...explanation, gates: [gate] }, PLAIN).split('\n');
  expect(lines.filter((line) => line.includes('at most')).map((line) => line.trim())).toEqual([
    'open positions: 1 of at most 5 symbols',
    '✕ entries: 2 of at most 2 a minute, when the order was planned',
    'entries: 2 of at most 9 a day',
  ]);
});

test('what the bounds allowed and found, and what the venue said of its limits, are lines for people', () => {
  const bounds = [['POSITION_TOO_LARGE', '25 % of equity', '0', 'BTCUSDT']] as const;
  const limits = { limit: 10, remaining: 9, resetAfterMs: 400 };
  const placed = { atMs: 0, kind: 'PLACED', message: 'Taken.', limits } as const;
  const steps = [
    { ...RESERVED, facts: { bounds } },
    { atMs: 0, kind: 'sent', attempt: placed },
  ] as const;
  const text = renderExplanation(explained(viewOf({ state: 'WORKING', sendAttempts: 1 }), steps), PLAIN);
  expect(text).toMatch(/^ +position \(BTCUSDT\): 0 of at most 25 % of equity$/m);
  expect(text).toMatch(/PLACED: Taken\. \(9 of 10 requests left, more room in 0\.4 s\)$/m);
});
