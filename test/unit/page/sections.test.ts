import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import type { SignalView } from '../../../src/domain/signal-view';
import { DoorTrace } from '../../../src/intake/door-trace';
import type { SignalSummary } from '../../../src/intake/types';
import type { BalancesReply } from '../../../src/messages/venue-account';
import { leaveEvent } from '../../../src/observability/alerts/spool';
import { TradeMetrics } from '../../../src/observability/metrics/signal-metrics';
import { parseToldMetrics, type ToldMetric } from '../../../src/observability/metrics/told-metrics';
import { balancesSection, limitsSection, tradingSection } from '../../../src/page/sections/account';
import { readAlerts } from '../../../src/page/sections/alerts';
import { readCounts } from '../../../src/page/sections/counts';
import { HooksSection } from '../../../src/page/sections/hooks';
import { LatencySection } from '../../../src/page/sections/latency';
import { ASKED_PER_READING_MAX, SignalsSection } from '../../../src/page/sections/signals';
import { TradesSection } from '../../../src/page/sections/trades';
import type { TradeList } from '../../../src/positions/position-workflows';

const NOW_MS = Date.UTC(2026, 10, 29, 12);
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-page-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** What an engine tells that has had these orders, in milliseconds each. */
async function toldBy(registry: Registry): Promise<readonly ToldMetric[]> {
  return parseToldMetrics(JSON.parse(JSON.stringify(await registry.getMetricsAsJSON()))) ?? [];
}

describe('latency', () => {
  const end = (metrics: TradeMetrics, toOrderMs: number, count: number, road: 'short' | 'durable' = 'short'): void => {
    for (let index = 0; index < count; index += 1) metrics.ended({ outcome: 'FILLED', road, toOrderMs });
  };

  function bench() {
    const engine = { registry: new Registry(), isThere: true };
    let atMs = 0;
    const section = new LatencySection({
      engine: async () => (engine.isThere ? toldBy(engine.registry) : undefined),
      wallClock: () => NOW_MS + atMs,
      clock: () => atMs,
    });
    const readAfter = (ms: number) => {
      atMs += ms;
      return section.read();
    };
    return { engine, readAfter };
  }

  test('only orders since the reading before count, of both roads together', async () => {
    const { engine, readAfter } = bench();
    const metrics = new TradeMetrics(engine.registry);
    end(metrics, 200, 1_000);
    expect(await readAfter(0)).toEqual([]);
    end(metrics, 20, 98);
    end(metrics, 4_000, 2, 'durable');

    expect(await readAfter(5_000)).toEqual([
      { time: '2026-11-29T12:00:05.000Z', count: 100, p50_ms: 17.7, p99_ms: 3_750 },
    ]);
  });

  test('a reading in which nothing was sent makes no point', async () => {
    const { engine, readAfter } = bench();
    end(new TradeMetrics(engine.registry), 20, 5);
    await readAfter(0);
    expect(await readAfter(5_000)).toEqual([]);
  });

  test('an engine that was started again counts from its start', async () => {
    const { engine, readAfter } = bench();
    end(new TradeMetrics(engine.registry), 20, 50);
    await readAfter(0);
    engine.registry = new Registry();
    end(new TradeMetrics(engine.registry), 20, 3);
    expect(await readAfter(5_000)).toMatchObject([{ count: 3 }]);
  });

  test('what was sent while nobody looked belongs to no reading', async () => {
    const { engine, readAfter } = bench();
    const metrics = new TradeMetrics(engine.registry);
    await readAfter(0);
    end(metrics, 20, 50);
    expect(await readAfter(3_600_000)).toEqual([]);
  });

  test('a time beyond the last bound is told as that bound', async () => {
    const { engine, readAfter } = bench();
    const metrics = new TradeMetrics(engine.registry);
    await readAfter(0);
    end(metrics, 1_000_000, 1);
    expect(await readAfter(5_000)).toMatchObject([{ p50_ms: 300_000, p99_ms: 300_000 }]);
  });

  test('without an engine nothing is told as if it were new', async () => {
    const { engine, readAfter } = bench();
    engine.isThere = false;
    await expect(readAfter(0)).rejects.toThrow('No trading engine of this data folder tells what it counts.');
  });
});

describe('counts', () => {
  test('ended signals are counted by the index, denials by the engine, refusals by the door', async () => {
    const engine = new Registry();
    const trades = new TradeMetrics(engine);
    trades.ended({ outcome: 'DENIED', denialCode: 'TRADING_HALTED', road: 'short' });
    const door = new Registry();
    new TradeMetrics(door).ended({ outcome: 'DENIED', denialCode: 'STALE_SIGNAL', road: 'short' });
    const asked: string[] = [];
    const counts = await readCounts({
      count: async (query) => {
        asked.push(query);
        return query.includes("'FILLED'") ? 7 : 0;
      },
      engine: async () => [
        ...(await toldBy(engine)),
        {
          name: 'process_start_time_seconds',
          help: '',
          type: 'gauge',
          values: [{ value: 1_000, labels: {} }],
        } as never,
      ],
      own: () => toldBy(door),
      wallClock: () => NOW_MS + 12_345,
    });

    expect(counts).toEqual({
      since: '2026-11-28T12:00:00.000Z',
      by_outcome: { FILLED: 7, PARTIALLY_FILLED: 0, CANCELLED: 0, REJECTED: 0, DENIED: 0, EXPIRED: 0 },
      denied_since: '1970-01-01T00:16:40.000Z',
      by_denial_code: { TRADING_HALTED: 1 },
      refused_by_code: { STALE_SIGNAL: 1 },
    });
    expect(asked.every((query) => query.includes("CloseTime >= '2026-11-28T12:00:00.000Z'"))).toBe(true);
  });
});

describe('signals', () => {
  const row = (fingerprint: string, over: Partial<SignalSummary> = {}): SignalSummary => ({
    fingerprint,
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy: 's',
    venue: 'bybit',
    status: 'ended',
    outcome: 'FILLED',
    startedAtMs: NOW_MS,
    ...over,
  });
  const view = (over: Partial<SignalView>): SignalView => over as SignalView;

  test('one that runs tells where it stands and until when, one that was denied why, and a filled one is not asked', async () => {
    const asked: string[] = [];
    const section = new SignalsSection({
      list: async () => [
        row('a', { status: 'running', outcome: undefined }),
        row('b', { outcome: 'DENIED' }),
        row('c'),
      ],
      read: async (fingerprint) => {
        asked.push(fingerprint);
        return fingerprint === 'a'
          ? view({ state: 'WAITING_FOR_PERMIT', detail: 'The window is full.', waitUntilMs: NOW_MS + 1_000 })
          : view({ state: 'ENDED', outcome: 'DENIED', denialCode: 'TRADING_HALTED', detail: 'Halted.' });
      },
    });
    const rows = await section.read();
    await section.read();

    expect(rows).toMatchObject([
      { fingerprint: 'a', state: 'WAITING_FOR_PERMIT', wait_until: '2026-11-29T12:00:01.000Z' },
      { fingerprint: 'b', denial_code: 'TRADING_HALTED', detail: 'Halted.' },
      { fingerprint: 'c', outcome: 'FILLED' },
    ]);
    // The one that runs again, the one that has said how it ended not.
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  test('of many that run a bounded number is asked in a reading, each in its turn', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => row(`s${index}`, { status: 'running', outcome: undefined }));
    const asked: string[] = [];
    const section = new SignalsSection({
      list: async () => rows,
      read: async (fingerprint) => {
        asked.push(fingerprint);
        return view({ state: 'SIZING' });
      },
    });
    await section.read();
    expect(asked).toHaveLength(ASKED_PER_READING_MAX);
    await section.read();
    await section.read();

    expect(new Set(asked).size).toBe(25);
  });

  const RUNNING = { status: 'running', outcome: undefined } as const;
  const SILENT = 'It did not answer when it was asked how it stands.';

  test('one that does not answer takes nothing from the others, and how it stands is unknown until it does', async () => {
    let isSilent = false;
    const section = new SignalsSection({
      list: async () => [row('a', RUNNING), row('c')],
      read: async () => {
        if (isSilent) throw new Error('no answer');
        return view({ state: 'SIZING', detail: 'It is sized.', waitUntilMs: NOW_MS });
      },
    });
    await section.read();
    isSilent = true;
    const [silent, other] = await section.read();
    isSilent = false;
    const [again] = await section.read();

    expect(silent).toEqual({ ...again, state: undefined, detail: undefined, wait_until: undefined, problem: SILENT });
    expect(again).toMatchObject({ state: 'SIZING', detail: 'It is sized.' });
    expect(again?.problem).toBeUndefined();
    expect(other).toMatchObject({ fingerprint: 'c', outcome: 'FILLED' });
  });

  test('what one said while it ran is not told once it has ended', async () => {
    let now = row('a', RUNNING);
    const section = new SignalsSection({
      list: async () => [now],
      read: async () => view({ state: 'SIZING', detail: 'It is sized.' }),
    });
    await section.read();
    now = row('a');
    const [filled] = await section.read();

    expect([filled?.state, filled?.detail, filled?.problem]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the account', () => {
  const asset = (total: string, reserved = '0') =>
    ({ total, reserved, free: total }) as BalancesReply['assets'][string];
  const balances = (over: Partial<BalancesReply> = {}): BalancesReply => ({
    venue: 'bybit',
    tradingState: 'halted',
    asOfMs: NOW_MS,
    assets: { BTC: asset('0.5'), ETH: asset('0'), USDT: asset('0') },
    ...over,
  });
  const usage = {
    global: { used: 3, limit: 10, windowMs: 1_000 },
    endpoints: { order: { used: 1, limit: 5, windowMs: 60_000 } },
    blockedUntilMs: 0,
  };
  const health = { tradingState: 'halted', tradingStateReason: 'news', tradingStateSetAtMs: NOW_MS } as never;

  test('the reason for a trading state is told only while it is the reason for this one', () => {
    expect(tradingSection({ balances: balances(), usage, health })).toEqual({
      state: 'halted',
      reason: 'news',
      since: '2026-11-29T12:00:00.000Z',
    });
    expect(tradingSection({ balances: balances({ tradingState: 'active' }), usage, health })).toEqual({
      state: 'active',
    });
  });

  test('before the first report no balance is told, and zeros only of the settle asset', () => {
    expect(balancesSection({ balances: balances({ asOfMs: 0 }) }, 'USDT')).toEqual([]);
    expect(balancesSection({ balances: balances() }, 'USDT').map((row) => row.asset)).toEqual(['USDT', 'BTC']);
  });

  test('windows are told with what is used of them, and a ban with its end', () => {
    const blocked = { ...usage, blockedUntilMs: NOW_MS + 60_000 };
    const reading = { balances: balances(), usage: blocked, health: { blockedBy: 'banned' } as never };
    expect(limitsSection(reading, NOW_MS)).toEqual({
      windows: [
        { scope: 'all', interval_ms: 1_000, used: 3, limit: 10 },
        { scope: 'order', interval_ms: 60_000, used: 1, limit: 5 },
      ],
      ban: { until: '2026-11-29T12:01:00.000Z', reason: 'The venue has banned us.' },
    });
    expect(limitsSection(reading, NOW_MS + 60_000)).not.toHaveProperty('ban');
  });
});

test('what doors refused is told newest first, and read again only where something was written', async () => {
  const hooks = { enabled: true, sources: { tradingview: {} } } as never;
  const section = new HooksSection({ dataDir, hooks });
  expect(await section.read()).toEqual({ is_on: true, sources: ['tradingview'], recent: [] });
  const trace = new DoorTrace({ dataDir, redact: (text) => text });
  for (const code of ['STALE_SIGNAL', 'INVALID_SIGNAL']) {
    trace.note({ kind: 'refused', source: 'hook tradingview', code, message: `It is ${code}.` });
    trace.flush();
  }

  expect((await section.read()).recent).toMatchObject([
    { source: 'hook tradingview', verdict: 'refused', code: 'INVALID_SIGNAL', message: 'It is INVALID_SIGNAL.' },
    { code: 'STALE_SIGNAL' },
  ]);
});

test('a silence that the keeper of the book has not seen yet is told', async () => {
  const silence = { rule: 'crash_loop' as const, reason: 'known', who: 'me', untilMs: NOW_MS + 60_000 };
  leaveEvent(dataDir, { kind: 'silence', silence });

  expect(await readAlerts(dataDir, NOW_MS)).toEqual({
    open: [],
    silences: [{ rule: 'crash_loop', reason: 'known', who: 'me', until: '2026-11-29T12:01:00.000Z' }],
    told_to: 'nobody: the process that tells people does not run',
  });
});

test('closed trades are read whole once, then only what closed since, and those that grow old go', async () => {
  const trade = (symbol: string, closedAtMs: number) => ({ symbol, openedAtMs: closedAtMs - 1, closedAtMs }) as never;
  const DAY_MS = 86_400_000;
  let nowMs = NOW_MS;
  const asked: number[] = [];
  const answers: TradeList[] = [
    { trades: [trade('OLD', NOW_MS - 30 * DAY_MS + 1_000), trade('A', NOW_MS - 1_000)], untold: [], isCut: false },
    { trades: [trade('A', NOW_MS - 1_000), trade('B', NOW_MS + 10_000)], untold: [], isCut: false },
  ];
  const section = new TradesSection({
    trades: async (days) => {
      asked.push(days);
      return answers[asked.length - 1] as TradeList;
    },
    wallClock: () => nowMs,
  });
  await section.read();
  nowMs += 15_000;
  const { trades } = await section.read();

  expect(trades.map(({ symbol }) => symbol)).toEqual(['A', 'B']);
  expect(asked[0]).toBe(30);
  expect(asked[1]).toBeCloseTo((15_000 + 300_000) / DAY_MS);
});
