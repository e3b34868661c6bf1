/* The paper venue's private stream, by a socket of its own and by our adapter. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { OrderObserver } from '../../../src/trading/order-observer';
import { StreamHints } from '../../../src/trading/stream-hints';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { createVenue } from '../../../src/venues/create-venue';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../../../src/venues/paper-keys';
import { goodPermit } from '../../support/permit';
import { PaperVenues, API_KEY, API_SECRET } from './support/paper-server';
import { createOrder, marketOrder } from './support/signed-request';
import { closeListeners, type Message, StreamListener, until } from './support/stream-listener';

/** Any sixteen bytes. */
const KEY = Buffer.alloc(16).toString('base64');
const venues = new PaperVenues();
let venue: PaperVenue;

beforeAll(async () => {
  venue = await venues.start();
});
afterEach(() => {
  closeListeners();
  venue.setFaults(undefined);
});
afterAll(() => venues.cleanUp());

/** A client of ours, and what it heard. */
class Listener extends StreamListener {
  static async open(path = '/v5/private', headers: Record<string, string> = {}): Promise<Listener> {
    const client = new Listener(`${venue.url}${path}`, headers);
    await client.settled();
    return client;
  }

  static async subscribed(): Promise<Listener> {
    const client = await Listener.open();
    client.authenticate();
    await client.hears(({ op, success }) => op === 'auth' && success === true);
    client.send({ op: 'subscribe', args: ['order'] });
    await client.hears(({ op, success }) => op === 'subscribe' && success === true);
    return client;
  }

  authenticate(secret = API_SECRET, expires = Date.now() + 10_000): void {
    const signature = createHmac('sha256', secret).update(`GET/realtime${expires}`).digest('hex');
    this.send({ op: 'auth', args: [API_KEY, expires, signature] });
  }

  rows(clientOrderId: string): readonly Record<string, unknown>[] {
    return this.rowsOf('order').filter(({ orderLinkId }) => orderLinkId === clientOrderId);
  }
}

test('an order is told to whoever authenticated and subscribed, with the fields of the list', async () => {
  const client = await Listener.subscribed();
  await createOrder(venue.url, marketOrder('told-1'));
  await until(() => client.rows('told-1').length > 0);
  expect(client.rows('told-1')).toEqual([
    expect.objectContaining({ category: 'linear', symbol: 'BTCUSDT', orderStatus: 'Filled', cumExecQty: '0.01' }),
  ]);
});

test('an order and the stop that it brings are told in one message', async () => {
  const client = await Listener.subscribed();
  await createOrder(venue.url, {
    ...marketOrder('told-stop'),
    symbol: 'ETHUSDT',
    qty: '0.1',
    stopLoss: '1',
    tpslMode: 'Full',
  });
  const holdsIt = ({ data = [] }: Message): boolean => data.some(({ orderLinkId }) => orderLinkId === 'told-stop');
  const { data = [] } = await client.hears(holdsIt);
  expect(data.map(({ stopOrderType }) => stopOrderType)).toEqual(['', 'StopLoss']);
});

test('who only authenticated is told nothing', async () => {
  const client = await Listener.open();
  client.authenticate();
  await client.hears(({ success }) => success === true);
  await createOrder(venue.url, marketOrder('told-2'));
  client.send({ op: 'ping' });
  await client.hears(({ op }) => op === 'pong');
  expect(client.rows('told-2')).toEqual([]);
});

test.each<[string, (client: Listener) => void]>([
  ['another secret', (client) => client.authenticate('another')],
  ['an instant that has passed', (client) => client.authenticate(API_SECRET, Date.now() - 1)],
])('%s is refused, and the connection ends', async (_what, authenticate) => {
  const client = await Listener.open();
  authenticate(client);
  await client.hears(({ op, success }) => op === 'auth' && success === false);
  await until(() => client.isClosed);
});

test.each<[string, object]>([
  ['a subscription of a stranger', { op: 'subscribe', args: ['order'] }],
  ['another topic', { op: 'subscribe', args: ['wallet'] }],
  ['a word that is none', { op: 'order.create', args: [] }],
  ['no word at all', {}],
])('%s is refused', async (_what, message) => {
  const client = await Listener.open();
  client.send(message);
  expect(await client.hears(({ success }) => success !== undefined)).toMatchObject({ success: false });
});

/** What positions are worth, and how long they have been there, changes by itself. */
const counted = (): object => ({ ...venue.audit(), positions: [], positionLives: [] });

test.each<[string, string, Record<string, string>]>([
  ["another page's socket", '/v5/private', { origin: 'https://example.org' }],
  ['a socket of a sandboxed page', '/v5/private', { origin: 'null' }],
  ['another path', '/v5/public/spot', {}],
])('%s is not opened, and nothing is counted', async (_what, path, headers) => {
  const before = counted();
  expect((await Listener.open(path, headers)).isClosed).toBe(true);
  expect(counted()).toEqual(before);
});

test('a name that was made to resolve to this machine opens no socket', async () => {
  const before = counted();
  const headers = { host: 'evil.example', connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
  const outgoing = request(`${venue.url}/v5/private`, { headers: { ...headers, 'sec-websocket-key': KEY } });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(403);
  expect(counted()).toEqual(before);
});

test.each<[string, (client: Listener, id: string) => boolean]>([
  ['doubled', (client, id) => client.rows(id).length === 2],
  ['late', (client, id) => client.rows(id).length === 1],
  ['reordered', (client, id) => client.rows(id).length === 1],
  ['forged', (client, id) => client.rows(id).length === 2],
  ['garbled', (client, id) => client.unreadable.length === 1 && client.rows(id).length === 0],
  ['closes', (client) => client.isClosed],
])('a plan makes it tell %s news', async (fault, hasHappened) => {
  venue.setFaults({ seed: 3, rate: 0, targets: [], stream: { [fault]: 1 } });
  const client = await Listener.subscribed();
  await createOrder(venue.url, marketOrder(`fault-${fault}`));
  await until(() => hasHappened(client, `fault-${fault}`));
  expect(venue.audit().faultsInjected[`stream_${fault}`]).toBeGreaterThanOrEqual(1);
});

test.each(['dropped', 'silent'])('a plan makes it tell nothing: %s', async (fault) => {
  venue.setFaults({ seed: 3, rate: 0, targets: [], stream: { [fault]: 1 } });
  const client = await Listener.subscribed();
  await createOrder(venue.url, marketOrder(`fault-${fault}`));
  client.send({ op: 'ping' });
  await client.hears(({ op }) => op === 'pong');
  expect(client.rows(`fault-${fault}`)).toEqual([]);
});

test('a key that is revoked ends what it opened, opens nothing, and serves again when it is taken', async () => {
  const client = await Listener.subscribed();
  const stranger = await Listener.open();
  venue.setFaults({ seed: 1, rate: 0, targets: [{ fault: 'key_revoked', endpoint: 'order_create', delayMs: 60_000 }] });
  const { body } = await createOrder(venue.url, marketOrder('revoked-1'));
  expect(body.retCode).toBe(10003);
  await until(() => client.isClosed && stranger.isClosed);
  expect(client.rows('revoked-1')).toEqual([]);

  const again = await Listener.open();
  again.authenticate();
  await again.hears(({ op, success }) => op === 'auth' && success === false);
  await until(() => again.isClosed);

  venue.setFaults(undefined);
  const healed = await Listener.subscribed();
  await createOrder(venue.url, marketOrder('revoked-2'));
  await until(() => healed.rows('revoked-2').length === 1);
});

test('our adapter proves an order with one request, and asks nothing while all is quiet', async () => {
  const own = await venues.start({ apiKey: PAPER_API_KEY, apiSecret: PAPER_API_SECRET, reportDelay: LATE });
  const { adapter, settings } = {
    adapter: 'bybit',
    settings: { receiveWindowMs: 5_000, requestTimeoutMs: 5_000 },
  } as const;
  const ours = createVenue({
    name: adapter,
    config: { adapter, environment: 'paper', symbols: ['BTCUSDT'], settleAsset: 'USDT', ...settings },
    baseUrl: own.url,
    permits: 'not needed',
    credentials: resolveCredentials({ venue: adapter, environment: 'paper', env: {} }),
  });
  try {
    const permits = { forRead: async () => goodPermit() };
    const observer = new OrderObserver(ours, permits as never, 'entry', new StreamHints(ours.stream));
    await ours.time();
    ours.stream?.start();
    await until(() => ours.stream?.isLive === true);
    const asked = (): number => own.audit(true).requestsPerEndpoint['order_realtime'] ?? 0;
    expect(asked()).toBe(0);
    for (const clientOrderId of ['of-1', 'of-2', 'of-3']) {
      const { outcome, signedAtMs } = await ours.placeOrder({ ...PLAN, clientOrderId });
      expect(outcome.kind).toBe('PLACED');
      expect(await observer.observe(clientOrderId, signedAtMs)).toMatchObject({ clientOrderId, status: 'filled' });
    }
    expect(asked()).toBe(3);
  } finally {
    await ours.close();
  }
});

const LATE = { realtimeMs: 150, historyMs: 1_000 };
const PLAN = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  quantity: '0.01',
  reduceOnly: false,
  asset: 'USDT',
  reserveAmount: '0',
  referencePrice: '0',
} as const;
