import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config';
import type { KeyFacts } from '../../../src/domain/preflight/facts';
import { accountFile, keepAccount } from '../../../src/temporal/kept-account';
import { EntryGate } from '../../../src/trading/preflight/entry-gate';
import { Problems } from '../../../src/trading/problems';
import { VenueError, type AccountInspector } from '../../../src/venues/venue';
import type { Engine } from '../../../workers/engine';
import { beginPreflight, VenuePreflightError } from '../../../workers/venue-preflight';
import { KEY } from '../domain/preflight/fixtures';

// Its timers are not among those that Jest replaces.
jest.mock('node:timers/promises', () => ({
  setTimeout: (delayMs: number) => new Promise((resolve) => globalThis.setTimeout(resolve, delayMs)),
}));

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const NOW_MS = Date.UTC(2026, 10, 29, 12);

let dataDir: string;
let marks: Record<string, string>;
let alerts: string[];
let key: KeyFacts;
let isSilent: boolean;
let end: () => void;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW_MS });
  dataDir = mkdtempSync(join(tmpdir(), 'preflight-'));
  marks = {};
  alerts = [];
  key = KEY;
  isSilent = false;
  end = () => undefined;
});

afterEach(() => {
  end();
  jest.useRealTimers();
  rmSync(dataDir, { recursive: true, force: true });
});

const INSPECTOR: AccountInspector = {
  takerFee: '0.0006',
  key: async () => {
    if (isSilent) throw new VenueError({ kind: 'UNKNOWN', message: 'no answer' });
    return key;
  },
  account: async () => ({ kind: 'unified', marginMode: 'cross' }),
  habits: async () => undefined,
  fees: async () => undefined,
  tradable: async () => undefined,
  maintenance: async () => [],
  symbol: async () => ({
    positionMode: 'one_way',
    positions: [{ leverage: '1', size: '0', isReduceOnly: false, isTakenOver: false }],
  }),
  setLeverage: async () => undefined,
};

function fakeEngine(environment: 'paper' | 'testnet'): Engine {
  const flags = [
    { flag: '--test', path: 'dataDir', value: dataDir },
    { flag: '--test', path: 'venues.bybit.environment', value: environment },
    { flag: '--test', path: 'temporal.namespace', value: `oncefill-${environment}` },
  ];
  const config = loadConfig({ env: {}, cwd: tmpdir(), flags });
  const client = {
    options: { namespace: config.temporal.namespace },
    workflowService: {
      describeNamespace: async () => ({ namespaceInfo: { data: marks } }),
      updateNamespace: async ({ updateInfo }: { updateInfo: { data: Record<string, string> } }) =>
        Object.assign(marks, updateInfo.data),
    },
  };
  return {
    config,
    venueConfig: config.venues['bybit'],
    venue: { name: 'bybit', inspector: INSPECTOR, clockMs: () => Date.now() },
    permits: { forRead: async () => undefined },
    client,
    logger: { info: () => undefined, warn: () => undefined },
    problems: new Problems((sentence) => alerts.push(sentence)),
    entryGate: new EntryGate(),
  } as unknown as Engine;
}

async function begin(engine: Engine): Promise<void> {
  const beginning = beginPreflight(engine);
  // It is looked at what it came to; until then it is no unhandled rejection.
  beginning.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(MINUTE_MS);
  end = await beginning;
}

test('a good account is kept, in the data folder and in the namespace, and stops nothing', async () => {
  const engine = fakeEngine('testnet');
  await begin(engine);
  expect(readFileSync(accountFile(dataDir, 'bybit'), 'utf8')).toBe('100\n');
  expect(marks).toEqual({ 'oncefill.account-id.bybit': '100' });
  expect(engine.entryGate.faultFor('BTCUSDT')).toBeUndefined();
  expect(engine.problems.list()).toEqual([]);
});

test('an account that is not fit refuses the start, and is not kept', async () => {
  key = { ...KEY, mayWithdraw: true };
  await expect(begin(fakeEngine('testnet'))).rejects.toThrow(VenuePreflightError);
  expect(marks).toEqual({});
});

test.each(['folder', 'namespace'])("another account's key than the %s's refuses the start", async (where) => {
  const engine = fakeEngine('testnet');
  await keepAccount(where === 'folder' ? dataDir : join(dataDir, 'other'), 'bybit', '200', engine.client);
  if (where === 'folder') marks = {};
  await expect(begin(engine)).rejects.toThrow(/belongs to the account 100, .* to the account 200/);
});

test('on paper what would refuse a start stops entries', async () => {
  key = { ...KEY, mayWithdraw: true };
  const engine = fakeEngine('paper');
  await begin(engine);
  expect(engine.entryGate.faultFor('BTCUSDT')).toContain('may withdraw');
  expect(engine.problems.codes()).toEqual(['ENTRIES_STOPPED']);
});

test('what changes for the worse while it runs stops entries within a day, tells a person, and ends when it is mended', async () => {
  const engine = fakeEngine('testnet');
  await begin(engine);
  key = { ...KEY, mayWithdraw: true };
  await jest.advanceTimersByTimeAsync(DAY_MS);
  expect(engine.entryGate.faultFor('BTCUSDT')).toContain('may withdraw');
  expect(alerts).toEqual([expect.stringMatching(/^No entry is sent to bybit, exits are: .*may withdraw/)]);
  key = KEY;
  await jest.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(engine.entryGate.faultFor('BTCUSDT')).toBeUndefined();
  expect(engine.problems.codes()).toEqual([]);
});

test('what could not be read at the start stops entries, and is asked for until it is', async () => {
  isSilent = true;
  const engine = fakeEngine('testnet');
  await begin(engine);
  expect(engine.entryGate.faultFor('BTCUSDT')).toContain('did not tell what the key may do (no answer)');
  isSilent = false;
  await jest.advanceTimersByTimeAsync(3 * MINUTE_MS);
  expect(engine.entryGate.faultFor('BTCUSDT')).toBeUndefined();
});

test('a key that comes within seven days of its end is a problem, until another one is there', async () => {
  key = { ...KEY, endsAtMs: NOW_MS + 8 * DAY_MS };
  const engine = fakeEngine('testnet');
  await begin(engine);
  expect(engine.problems.codes()).toEqual([]);
  await jest.advanceTimersByTimeAsync(DAY_MS + MINUTE_MS);
  expect(engine.problems.codes()).toEqual(['KEY_ENDS_SOON']);
  expect(engine.entryGate.faultFor('BTCUSDT')).toBeUndefined();
  key = KEY;
  await jest.advanceTimersByTimeAsync(DAY_MS + MINUTE_MS);
  expect(engine.problems.codes()).toEqual([]);
});
