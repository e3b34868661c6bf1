/* The paper venue's public stream, by a socket of its own and by our adapter. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createMarketDataActivities } from '../../../activities/market-data';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { COMPARED_EVERY } from '../../../src/trading/kept-candles';
import { PacedVenue } from '../../../src/trading/paced-venue';
import { BybitCandleStream } from '../../../src/venues/bybit/stream/candle-stream';
import { publicStreamUrl } from '../../../src/venues/bybit/stream/hosts';
import type { PushedCandle } from '../../../src/venues/candle-stream';
import { resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { createVenue } from '../../../src/venues/create-venue';
import { goodPermit } from '../../support/permit';
import { PaperVenues } from './support/paper-server';
import { closeListeners, StreamListener, until } from './support/stream-listener';

const MINUTE_MS = 60_000;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const TOPIC = 'kline.1.BTCUSDT';
const venues = new PaperVenues();
let venue: PaperVenue;
/** The venue's clock stands still, a tenth of a second before a second ends: ten seconds pass there within one of ours. */
/** Candles follow each other from here on without a symbol's turn to be compared by a request: that comes with the fifteenth. */
const TURNS_MS = COMPARED_EVERY * MINUTE_MS;
let nowMs = Math.floor(Date.now() / TURNS_MS) * TURNS_MS - 4 * TURNS_MS + 900;

beforeAll(async () => {
  venue = await venues.start({ now: () => nowMs });
});
afterEach(() => {
  closeListeners();
  venue.setFaults(undefined);
});
afterAll(() => venues.cleanUp());

/** A client of ours, and what it heard. */
class Listener extends StreamListener {
  static async open(): Promise<Listener> {
    const client = new Listener(`${venue.url}/v5/public/linear`);
    await client.settled();
    return client;
  }

  /** It has heard of the candle in progress. */
  static async subscribed(): Promise<Listener> {
    const client = await Listener.open();
    client.send({ op: 'subscribe', args: [TOPIC] });
    await until(() => client.rows(false).length > 0);
    return client;
  }

  rows(confirm: boolean): readonly Record<string, unknown>[] {
    return this.rowsOf(TOPIC).filter((row) => row['confirm'] === confirm);
  }
}

async function newestClosed(): Promise<readonly string[]> {
  const answer = await fetch(`${venue.url}/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&limit=2`);
  const { result } = (await answer.json()) as { result: { list: readonly (readonly string[])[] } };
  return result.list[1]!;
}

test('a candle is told while it forms, and once as it closes, with the figures of the list', async () => {
  const before = venue.audit();
  const client = await Listener.subscribed();
  expect(client.rows(true)).toEqual([]);
  nowMs += MINUTE_MS;
  await until(() => client.rows(true).length > 0);
  const [row] = client.rows(true);
  expect(venue.audit().requestsPerEndpoint).toEqual(before.requestsPerEndpoint);
  const { start, end, interval, open, high, low, close, volume, turnover } = row!;
  expect([String(start), open, high, low, close, volume, turnover]).toEqual(await newestClosed());
  expect([end, interval]).toEqual([Number(start) + MINUTE_MS - 1, '1']);
});

test('a ping is answered in the words of the public stream', async () => {
  const client = await Listener.open();
  client.send({ req_id: 'p', op: 'ping' });
  await until(() => client.heard.length > 0);
  expect(client.heard[0]).toMatchObject({ success: true, ret_msg: 'pong', op: 'ping', req_id: 'p' });
});

test.each<[string, object, string]>([
  ['a symbol that is not traded', { op: 'subscribe', args: [TOPIC, 'kline.1.NOPEUSDT'] }, 'handler not found'],
  ['an interval that is none', { op: 'subscribe', args: ['kline.2.BTCUSDT'] }, 'handler not found'],
  ['a topic twice', { op: 'subscribe', args: [TOPIC, TOPIC] }, 'already subscribed'],
  ['more topics than a connection may have', { op: 'subscribe', args: ['x'.repeat(21_000)] }, 'args'],
  ['no topic', { op: 'subscribe', args: [] }, 'args'],
  ['a word of the private stream', { op: 'auth', args: [] }, 'Unknown op'],
  ['no word at all', {}, 'Invalid request'],
])('%s is refused, and with it all of its request', async (_what, message, reason) => {
  const client = await Listener.open();
  client.send(message);
  await until(() => client.heard.length > 0);
  expect(client.heard[0]).toMatchObject({ success: false });
  expect(client.heard[0]!.ret_msg).toContain(reason);
  client.send({ op: 'subscribe', args: [TOPIC] });
  await until(() => client.heard.length > 1);
  expect(client.heard[1]).toMatchObject({ success: true, op: 'subscribe' });
});

test.each<[string, (client: Listener) => boolean]>([
  ['doubled', (client) => client.rows(true).length === 2],
  ['late', (client) => client.rows(true).length === 1],
  ['forged', (client) => new Set(client.rows(true).map(({ close }) => close)).size === 2],
  ['garbled', (client) => client.unreadable.length === 1 && client.rows(true).length === 0],
  ['closes', (client) => client.isClosed],
])('a plan makes it tell %s candles, and counts nothing', async (fault, hasHappened) => {
  venue.setFaults({ seed: 3, rate: 0, targets: [], stream: { [fault]: 1 } });
  const client = await Listener.subscribed();
  const { faultsInjected } = venue.audit();
  nowMs += MINUTE_MS;
  await until(() => hasHappened(client));
  expect(venue.audit().faultsInjected).toEqual(faultsInjected);
});

/** Ticks of a process that has a stream, or none: what it writes, and how many requests each of them takes. */
class Ticking {
  readonly folder = mkdtempSync(join(tmpdir(), 'public-stream-'));
  readonly told: PushedCandle[] = [];
  private readonly adapter;
  private readonly activities;

  constructor(readonly stream?: BybitCandleStream) {
    this.adapter = createVenue({
      name: 'bybit',
      config: {
        adapter: 'bybit',
        environment: 'paper',
        symbols: SYMBOLS,
        settleAsset: 'USDT',
        receiveWindowMs: 5_000,
        requestTimeoutMs: 30_000,
      },
      baseUrl: venue.url,
      permits: 'not needed',
      credentials: resolveCredentials({ venue: 'bybit', environment: 'paper', env: {} }),
    });
    const window = { limit: 1_000, windowMs: MINUTE_MS, weight: 1 };
    const limits = { safetyMargin: 0.9, exitSafetyMargin: 0.95, permitValidityMs: 2_000 };
    const permits = {
      forReads: async (_group: string, _share: string, count: number) => Array.from({ length: count }, goodPermit),
    };
    const all = { ...limits, global: window, endpoints: { market_data: window } };
    const pacedVenue = new PacedVenue(this.adapter, permits as never, 1_000, all, stream);
    this.activities = createMarketDataActivities({ pacedVenue, candlesDir: this.folder, candleCount: 30 });
    stream?.onCandle((pushed) => this.told.push(pushed));
  }

  /** @returns how many candle requests it took */
  async tick(closeTimeMs: number): Promise<number> {
    const asked = (): number => venue.audit(true).requestsPerEndpoint['kline'] ?? 0;
    const before = asked();
    const input = {
      environment: 'paper',
      venue: 'bybit',
      symbols: SYMBOLS,
      intervalMs: MINUTE_MS,
      closeTimeMs,
    } as const;
    await new MockActivityEnvironment().run(() => this.activities.fetchCandles(input));
    return asked() - before;
  }

  /** The stream has told of the close of every symbol. */
  hasHeardOf(closeTimeMs: number): boolean {
    return SYMBOLS.every((symbol) =>
      this.told.some((pushed) => pushed.symbol === symbol && pushed.candle.openTimeMs === closeTimeMs - MINUTE_MS),
    );
  }

  file(closeTimeMs: number): Buffer {
    const name = readdirSync(this.folder).find((one) => one.includes(String(closeTimeMs)));
    return readFileSync(join(this.folder, name!));
  }

  async end(): Promise<void> {
    this.stream?.close();
    await this.adapter.close();
    rmSync(this.folder, { recursive: true });
  }
}

const closeMs = (): number => Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;

function openStream(): BybitCandleStream {
  return new BybitCandleStream({ url: publicStreamUrl(venue.url, 'paper')!, venueNowMs: () => nowMs });
}

test('while it is live, ticks after the first ask for no candle, and write what requests alone would write', async () => {
  const [pushed, asked] = [new Ticking(openStream()), new Ticking()];
  try {
    for (const ticking of [pushed, asked]) expect(await ticking.tick(closeMs())).toBeGreaterThanOrEqual(SYMBOLS.length);
    await until(() => pushed.stream!.report().phase === 'live');
    // What closed while it was being opened is nobody's to tell.
    const settled = await Listener.subscribed();
    await until(() => settled.rows(false).length > 1);
    for (let tick = 1; tick <= 3; tick += 1) {
      nowMs += MINUTE_MS;
      await until(() => pushed.hasHeardOf(closeMs()));
      expect([await pushed.tick(closeMs()), await asked.tick(closeMs())]).toEqual([0, 2]);
      expect(pushed.file(closeMs()).equals(asked.file(closeMs()))).toBe(true);
    }
  } finally {
    await pushed.end();
    await asked.end();
  }
});

test.each(['silent', 'dropped', 'doubled', 'reordered', 'forged', 'garbled', 'closes', 'no_pong', 'refuses_auth'])(
  'a stream that is %s costs requests alone',
  async (fault) => {
    venue.setFaults({ seed: 3, rate: 0, targets: [], stream: { [fault]: 1 } });
    const [pushed, asked] = [new Ticking(openStream()), new Ticking()];
    try {
      await pushed.tick(closeMs());
      await asked.tick(closeMs());
      const witness = await Listener.open();
      witness.send({ op: 'subscribe', args: ['kline.5.BTCUSDT'] });
      for (let tick = 1; tick <= 2; tick += 1) {
        const { length } = witness.heard;
        nowMs += MINUTE_MS;
        await until(
          () => witness.heard.length > length + 1 || witness.isClosed || fault === 'silent' || fault === 'refuses_auth',
        );
        expect(await pushed.tick(closeMs())).toBeLessThanOrEqual(4);
        await asked.tick(closeMs());
        // A forged candle may have come alone, by the moment at which it is looked: the next comparison finds it.
        if (fault !== 'forged') expect(pushed.file(closeMs()).equals(asked.file(closeMs()))).toBe(true);
      }
    } finally {
      await pushed.end();
      await asked.end();
    }
  },
);
