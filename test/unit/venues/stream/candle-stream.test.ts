/* Our end of the public stream, at a server that does what a test says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { waitFor } from '../../../../harness/wait-for';
import { BybitCandleStream } from '../../../../src/venues/bybit/stream/candle-stream';
import type { PushedCandle } from '../../../../src/venues/candle-stream';

const MINUTE_MS = 60_000;
const NOW_MS = 1_800_000_002_000;
const CLOSED_MS = 1_800_000_000_000 - MINUTE_MS;
const FIGURES = { open: '1', high: '2', low: '0.5', close: '1.5', volume: '10', turnover: '15' };

let server: Server;
let door: WebSocketServer;
let sockets: WebSocket[];
let asked: { readonly op: string; readonly args?: readonly string[] }[];
/** Symbols that the server does not know. */
let unknown: Set<string>;
let stream: BybitCandleStream;
let told: PushedCandle[];

beforeEach(async () => {
  [sockets, asked, told] = [[], [], []];
  unknown = new Set<string>();
  door = new WebSocketServer({ noServer: true, maxPayload: 65_536, perMessageDeflate: false, clientTracking: false });
  server = createServer();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    door.handleUpgrade(request, socket, head, (opened) => {
      sockets.push(opened);
      opened.on('message', (data: unknown) => answer(opened, String(data)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v5/public/linear`;
  stream = new BybitCandleStream({ url, venueNowMs: () => NOW_MS });
  stream.onCandle((pushed) => told.push(pushed));
});

afterEach(() => {
  stream.close();
  for (const socket of sockets) socket.terminate();
  door.close();
  server.close();
});

function answer(socket: WebSocket, text: string): void {
  const message = JSON.parse(text) as (typeof asked)[number];
  asked.push(message);
  const stranger = message.args?.find((topic) => unknown.has(topic));
  const ret_msg = stranger === undefined ? 'subscribe' : `error:handler not found,topic:${stranger}`;
  if (message.op === 'subscribe')
    socket.send(JSON.stringify({ success: stranger === undefined, ret_msg, op: 'subscribe' }));
}

async function until(isSo: () => boolean): Promise<void> {
  await waitFor('what the test expects', async () => isSo() || undefined, { timeoutMs: 10_000, intervalMs: 5 });
}

async function live(symbols: readonly string[] = ['BTCUSDT']): Promise<void> {
  stream.follow(symbols, MINUTE_MS);
  await until(() => stream.report().phase === 'live');
}

function send(row: object, topic = 'kline.1.BTCUSDT'): void {
  const whole = { start: CLOSED_MS, end: CLOSED_MS + MINUTE_MS - 1, interval: '1', ...FIGURES, confirm: true, ...row };
  sockets.at(-1)!.send(JSON.stringify({ topic, type: 'snapshot', ts: NOW_MS, data: [whole] }));
}

/** A candle that is told, behind all that was sent before. */
async function untilRead(): Promise<void> {
  send({ volume: '77' });
  await until(() => told.some(({ candle }) => candle.volume === '77'));
}

test('nothing is opened before candles are followed, and a closed one is told as a request tells it', async () => {
  expect([stream.report().phase, sockets.length]).toEqual(['off', 0]);
  await live();
  send({});
  await until(() => told.length > 0);
  const { open, high, low, close, volume } = FIGURES;
  const candle = { openTimeMs: CLOSED_MS, open, high, low, close, volume };
  expect(told).toEqual([{ symbol: 'BTCUSDT', intervalMs: MINUTE_MS, candle }]);
});

test('topics are asked for in small requests, and nobody says who he is', async () => {
  const symbols = Array.from({ length: 25 }, (_, index) => `S${index}USDT`);
  await live(symbols);
  expect(asked.map(({ op }) => op)).toEqual(['subscribe', 'subscribe', 'subscribe']);
  expect(asked.flatMap(({ args }) => args)).toEqual(symbols.map((symbol) => `kline.1.${symbol}`));
});

test('a symbol that the venue does not know keeps the others of its request alone from being told', async () => {
  unknown.add('kline.1.S3USDT');
  await live(Array.from({ length: 25 }, (_, index) => `S${index}USDT`));
  send({}, 'kline.1.S20USDT');
  await until(() => told.length > 0);
  expect(told[0]!.symbol).toBe('S20USDT');
});

test('a venue that refuses all of it is asked again no sooner than after a long pause', async () => {
  unknown.add('kline.1.BTCUSDT');
  stream.follow(['BTCUSDT'], MINUTE_MS);
  await until(() => stream.report().phase === 'waiting');
  expect(stream.report().fault).toContain('handler not found');
});

test.each<[string, object, string]>([
  ['a candle in progress', { confirm: false }, 'kline.1.BTCUSDT'],
  ['one that does not say whether it has closed', { confirm: 'true' }, 'kline.1.BTCUSDT'],
  [
    'one that closes later than any clock differs',
    { start: CLOSED_MS + MINUTE_MS, end: CLOSED_MS + 2 * MINUTE_MS - 1 },
    'kline.1.BTCUSDT',
  ],
  ['one of another length', { end: CLOSED_MS + 5 * MINUTE_MS - 1 }, 'kline.1.BTCUSDT'],
  ['one that begins within a minute', { start: CLOSED_MS + 1, end: CLOSED_MS + MINUTE_MS }, 'kline.1.BTCUSDT'],
  ['figures that are none', { close: 'much' }, 'kline.1.BTCUSDT'],
  ['figures without quotes', { close: 1.5 }, 'kline.1.BTCUSDT'],
  ['a symbol that nobody asked for', {}, 'kline.1.ETHUSDT'],
  ['another interval', {}, 'kline.5.BTCUSDT'],
])('%s is not told', async (_what, row, topic) => {
  await live();
  send(row, topic);
  await untilRead();
  expect(told).toHaveLength(1);
});

test('a lost connection is opened again, and asks for the same', async () => {
  await live();
  sockets[0]!.terminate();
  await until(() => sockets.length === 2 && stream.report().phase === 'live');
  expect(asked.map(({ args }) => args)).toEqual([['kline.1.BTCUSDT'], ['kline.1.BTCUSDT']]);
});

test('other symbols, or another interval, are asked for on a connection of their own, and the same ones on none', async () => {
  await live(['BTCUSDT', 'ETHUSDT']);
  stream.follow(['ETHUSDT', 'BTCUSDT'], MINUTE_MS);
  expect(stream.report().phase).toBe('live');
  stream.follow(['BTCUSDT'], 5 * MINUTE_MS);
  await until(() => sockets.length === 2 && stream.report().phase === 'live');
  expect(asked.at(-1)!.args).toEqual(['kline.5.BTCUSDT']);
});

test('what has no room on a connection is not asked for', async () => {
  await live(Array.from({ length: 1_200 }, (_, index) => `SYMBOL${index}USDT`));
  const topics = asked.flatMap(({ args = [] }) => args);
  expect(JSON.stringify(topics).length).toBeLessThanOrEqual(21_000);
  expect(topics.length).toBeGreaterThan(700);
});

test('of an interval that is not offered nothing is opened', () => {
  stream.follow(['BTCUSDT'], 7 * MINUTE_MS);
  expect(stream.report().phase).toBe('off');
});

test('nobody who asks for candles any more has no connection', async () => {
  jest.useFakeTimers({
    doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'hrtime', 'Date', 'performance', 'setInterval'],
  });
  try {
    stream.follow(['BTCUSDT'], MINUTE_MS);
    jest.advanceTimersByTime(900_000);
    expect(stream.report().phase).toBe('off');
  } finally {
    jest.useRealTimers();
  }
});
