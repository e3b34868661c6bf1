import { resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { createVenue } from '../../../src/venues/create-venue';
import { RequestPermit, withPermit } from '../../../src/venues/request-permit';
import { NoPermitError, type PositionDesk, type RequestReport, type Venue } from '../../../src/venues/venue';
import { orderIdOf, StubServer } from './stub-server';
import { PLAN } from './test-data';

const TIMEOUT_MS = 2_000;
const TIME = 'GET /v5/market/time';
const CREATE = 'POST /v5/order/create';

function deskOf({ positionDesk }: Venue): PositionDesk {
  if (positionDesk === undefined) throw new Error('The adapter has no position desk.');
  return positionDesk;
}

let stub: StubServer;
let venue: Venue;
let clockPermits: number;
let mayMeasure: boolean;

function goodPermit(): RequestPermit {
  const nowMs = performance.now();
  return new RequestPermit({
    status: 'granted',
    askedAtMs: nowMs,
    notBeforeMs: nowMs,
    expiresAtMs: nowMs + TIMEOUT_MS,
  });
}

function usedPermit(): RequestPermit {
  const permit = goodPermit();
  permit.take(performance.now());
  return permit;
}

beforeEach(async () => {
  stub = await StubServer.start();
  clockPermits = 0;
  mayMeasure = true;
  venue = createVenue({
    name: 'bybit',
    config: {
      adapter: 'bybit',
      environment: 'paper',
      symbols: ['BTCUSDT'],
      settleAsset: 'USDT',
      receiveWindowMs: 5_000,
      requestTimeoutMs: TIMEOUT_MS,
    },
    baseUrl: stub.url,
    credentials: resolveCredentials({ venue: 'bybit', environment: 'paper', env: {} }),
    permits: {
      forClock: async () => {
        if (!mayMeasure) throw new NoPermitError({ kind: 'RATE_LIMITED', message: 'No room.' });
        clockPermits += 1;
        return goodPermit();
      },
    },
  });
  stub.on(CREATE, (request, response) => {
    const { orderLinkId } = JSON.parse(request.body) as { orderLinkId: string };
    stub.reply(response, { orderId: orderIdOf(orderLinkId), orderLinkId });
  });
});

afterEach(async () => {
  await stub.stop();
  await venue.close();
});

function got(): readonly string[] {
  return stub.requests.map(({ method, path }) => `${method} ${path}`);
}

test('the clock is measured under a permit of its own, and the order leaves with its own', async () => {
  const { outcome } = await withPermit(goodPermit(), () => venue.placeOrder(PLAN));
  expect(outcome.kind).toBe('PLACED');
  expect(got()).toEqual([TIME, CREATE]);
  expect(clockPermits).toBe(1);
});

test('a clock that is refused a permit is not measured, and nothing else leaves', async () => {
  mayMeasure = false;
  const { outcome } = await withPermit(goodPermit(), () => venue.placeOrder(PLAN));
  expect(outcome).toMatchObject({ kind: 'RATE_LIMITED', message: expect.stringContaining('No room.') as string });
  await expect(venue.time()).rejects.toBeInstanceOf(NoPermitError);
  expect(got()).toEqual([]);
});

test('a refused timestamp is followed by a measurement under a permit of its own alone', async () => {
  stub.on(CREATE, (_request, response) =>
    stub.replyEnvelope(response, { retCode: 10002, retMsg: 'timestamp', result: {} }),
  );
  await withPermit(goodPermit(), () => venue.placeOrder(PLAN));
  expect(got()).toEqual([TIME, CREATE, TIME]);
  expect(clockPermits).toBe(2);
});

describe.each([
  ['without a permit', <Result>(work: () => Promise<Result>) => work()],
  ['with one that was used', <Result>(work: () => Promise<Result>) => withPermit(usedPermit(), work)],
])('%s', (_what, run) => {
  beforeEach(() => venue.time());

  test('an order and a cancellation are proven not to have left, in words of their own', async () => {
    const { outcome } = await run(() => venue.placeOrder(PLAN));
    expect(outcome).toMatchObject({
      kind: 'RATE_LIMITED',
      message: expect.stringMatching(/no permit.*nothing was sent/) as string,
    });
    expect(await run(() => venue.cancelOrder('BTCUSDT', 'client-1'))).toMatchObject({ kind: 'RATE_LIMITED' });
    expect(got()).toEqual([TIME]);
  });

  test('a change of protection is held back as too many requests are', async () => {
    const change = { symbol: 'BTCUSDT', stopLoss: '16000', stopTrigger: 'mark', targetTrigger: 'last' } as const;
    expect(await run(() => deskOf(venue).setProtection(change))).toMatchObject({
      status: 'rate_limited',
      message: expect.stringMatching(/no permit.*nothing was sent/) as string,
    });
    expect(got()).toEqual([TIME]);
  });

  test('a look-up says that it did not ask', async () => {
    expect(await run(() => venue.lookUpOrder('BTCUSDT', 'client-1'))).toMatchObject({
      status: 'unavailable',
      isUnasked: true,
      outcome: { kind: 'RATE_LIMITED' },
    });
    expect(got()).toEqual([TIME]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['instruments', () => venue.markets()],
    ['prices', () => venue.tickers()],
    ['candles', () => venue.candles('BTCUSDT', 60_000, 1)],
    ['balances', () => venue.balances()],
    ['positions', () => venue.positions()],
    ['rows of positions', () => deskOf(venue).rows()],
    ['executions', () => deskOf(venue).executions('BTCUSDT', 0)],
    ['the money log', () => deskOf(venue).moneyLog(0)],
    ['open orders', () => venue.openOrders()],
    ['final orders', () => venue.recentOrders(0)],
  ])('%s are not asked for, and nobody takes the venue for silent', async (_which, read) => {
    const reports: RequestReport[] = [];
    venue.onRequestReport((report) => reports.push(report));
    await expect(run(read)).rejects.toBeInstanceOf(NoPermitError);
    expect(got()).toEqual([TIME]);
    expect(reports).toEqual([]);
  });
});
