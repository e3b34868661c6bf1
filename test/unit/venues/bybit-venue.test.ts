import type { ServerResponse } from 'node:http';
import type { VenueConfig } from '../../../src/config/schema';
import type { OutcomeKind } from '../../../src/domain/outcome';
import type { LimitReport, UnreadableRows, Venue } from '../../../src/venues/venue';
import { resolveCredentials } from '../../../src/venues/ccxt/credentials';
import { createVenue } from '../../../src/venues/create-venue';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../../../src/venues/paper-keys';
import { expectedSignature, orderIdOf, StubServer } from './stub-server';
import { PLAN, readTestData } from './test-data';

const REQUEST_TIMEOUT_MS = 600;
const CREATE = 'POST /v5/order/create';
const CANCEL = 'POST /v5/order/cancel';
const REALTIME = 'GET /v5/order/realtime';
const EXECUTIONS = 'GET /v5/execution/list';
const HISTORY = 'GET /v5/order/history';
const BALANCE = 'GET /v5/account/wallet-balance';

const config: VenueConfig = {
  adapter: 'bybit',
  environment: 'paper',
  symbols: ['BTCUSDT', 'ETHUSDT', 'XRPUSDT', 'BTCPERP'],
  settleAsset: 'USDT',
  leverage: 1,
  receiveWindowMs: 5_000,
  clockSkewMs: 1_000,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  limits: {
    global: { limit: 120, windowMs: 60_000, weight: 1 },
    endpoints: { market_data: undefined, order: undefined, account: undefined },
  },
};
const filledRow = readTestData<{ row: Record<string, unknown> }[]>('bybit', 'orders.json')[0]?.row ?? {};

let stub: StubServer;
let venue: Venue;
let reports: LimitReport[];

function makeVenue(baseUrl: string): Venue {
  const credentials = resolveCredentials({ venue: 'bybit', environment: 'paper' });
  return createVenue({ name: 'bybit', config, baseUrl, credentials, permits: 'not needed' });
}

beforeEach(async () => {
  stub = await StubServer.start();
  venue = makeVenue(stub.url);
  reports = [];
  venue.onLimitReport((report) => reports.push(report));
});

afterEach(async () => {
  await stub.stop();
  await venue.close();
});

function replyTestData(route: string, file: string): void {
  const { result, time } = readTestData<{ result: unknown; time: number }>('bybit', file);
  stub.on(route, (_request, response) =>
    stub.replyEnvelope(response, { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time }),
  );
}

function acceptOrders(): void {
  stub.on(CREATE, (request, response) => {
    const { orderLinkId } = JSON.parse(request.body) as { orderLinkId: string };
    stub.reply(response, { orderId: orderIdOf(orderLinkId), orderLinkId });
  });
}

describe('placeOrder', () => {
  it('sends exactly the planned order, signed, in one request', async () => {
    acceptOrders();
    const answer = await venue.placeOrder({ ...PLAN, limitPrice: '16000.15', reduceOnly: true });
    const request = stub.requests.find((candidate) => candidate.path === '/v5/order/create');
    expect(answer).toMatchObject({ outcome: { kind: 'PLACED' } });
    expect(JSON.parse(request?.body ?? '{}')).toEqual({
      category: 'linear',
      symbol: 'BTCUSDT',
      side: 'Buy',
      orderType: 'Limit',
      qty: '0.010',
      price: '16000.15',
      timeInForce: 'GTC',
      orderLinkId: 'client-1',
      reduceOnly: true,
      positionIdx: 0,
    });
    expect(request?.headers['x-bapi-api-key']).toBe(PAPER_API_KEY);
    expect(request?.headers['x-bapi-recv-window']).toBe('5000');
    expect(request?.headers['x-bapi-sign']).toBe(request && expectedSignature(request, PAPER_API_SECRET));
    expect(request?.headers['x-bapi-timestamp']).toBe(String(answer.signedAtMs));
    expect(stub.paths()).toEqual(['/v5/market/time', '/v5/order/create']);
  });

  it('sends nothing while the clock cannot be measured, and passes a ban on', async () => {
    stub.on('GET /v5/market/time', (_request, response) => response.writeHead(403, { 'retry-after': '3' }).end('no'));
    const { outcome } = await venue.placeOrder(PLAN);
    expect(outcome).toMatchObject({ kind: 'BANNED', retryAtMs: expect.any(Number) as number });
    expect(stub.paths()).toEqual(['/v5/market/time']);
  });

  it('keeps answers and headers of concurrent orders apart', async () => {
    const count = 20;
    stub.on(CREATE, (request, response) => {
      const { orderLinkId } = JSON.parse(request.body) as { orderLinkId: string };
      const index = Number(orderLinkId.split('-')[1]);
      const headers = { 'X-Bapi-Limit-Status': String(index) };
      // Answered in reverse order, so that a shared field would hold another order's values.
      setTimeout(
        () => {
          if (index % 2 === 0) stub.reply(response, { orderId: orderIdOf(orderLinkId), orderLinkId }, headers);
          else stub.refuse(response, 110_007, `not enough for ${orderLinkId}`, headers);
        },
        (count - index) * 5,
      );
    });
    await venue.time();
    reports.length = 0;
    const ids = Array.from({ length: count }, (_, index) => `order-${index}`);
    const answers = await Promise.all(ids.map((clientOrderId) => venue.placeOrder({ ...PLAN, clientOrderId })));
    for (const [index, answer] of answers.entries()) {
      if (index % 2 === 0) expect(answer.outcome.kind).toBe('PLACED');
      else expect(answer.outcome.message).toContain(`not enough for order-${index}`);
    }
    expect(answers.map(({ outcome }) => outcome.limits)).toEqual(ids.map((_, remaining) => ({ remaining })));
    expect(reports.map((report) => report.remaining).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      ids.map((_, index) => index),
    );
  });
});

describe('the signing clock', () => {
  it('is measured again after a stale timestamp whose refusal names no time', async () => {
    await venue.time();
    stub.on(CREATE, (_request, response) => stub.replyEnvelope(response, { retCode: 10_002, retMsg: 'x', result: {} }));
    await venue.placeOrder(PLAN);
    expect(stub.paths()).toEqual(['/v5/market/time', '/v5/order/create', '/v5/market/time']);
  });

  it('is measured once when many signed requests start together', async () => {
    acceptOrders();
    await Promise.all(['a', 'b', 'c'].map((clientOrderId) => venue.placeOrder({ ...PLAN, clientOrderId })));
    expect(stub.paths().filter((path) => path === '/v5/market/time')).toHaveLength(1);
  });
});

describe('lookUpOrder', () => {
  const list = (rows: unknown[]) => (_request: unknown, response: ServerResponse) => {
    stub.reply(response, { category: 'linear', nextPageCursor: '', list: rows });
  };

  it('asks every source for this order alone', async () => {
    for (const route of [REALTIME, HISTORY, EXECUTIONS]) stub.on(route, list([]));
    await venue.lookUpOrder('BTCUSDT', 'client-1');
    const signed = stub.requests
      .slice(1)
      .map(({ path, query }) => [path, query.get('symbol'), query.get('orderLinkId')]);
    expect(signed).toEqual([
      ['/v5/order/realtime', 'BTCUSDT', 'client-1'],
      ['/v5/order/history', 'BTCUSDT', 'client-1'],
      ['/v5/execution/list', 'BTCUSDT', 'client-1'],
    ]);
  });

  it('asks no further for an order that the real-time list shows open', async () => {
    stub.on(REALTIME, list([{ ...filledRow, orderStatus: 'Marvellous' }]));
    const mayAsk = jest.fn(async () => undefined);
    const answer = await venue.lookUpOrder('BTCUSDT', 'client-1', undefined, mayAsk);
    expect(answer).toMatchObject({ status: 'found', order: { status: 'open' } });
    expect(mayAsk).not.toHaveBeenCalled();
  });

  it('takes the parts of a split order from both lists, once nothing of it is open', async () => {
    const parts = ['second', 'third'].map((orderId) => ({ ...filledRow, orderId }));
    stub.on(REALTIME, list(parts));
    stub.on(HISTORY, list([filledRow, ...parts]));
    const mayAsk = jest.fn(async () => undefined);
    const answer = await venue.lookUpOrder('BTCUSDT', 'client-1', undefined, mayAsk);
    expect(answer).toMatchObject({ status: 'found', order: { status: 'filled', filledQuantity: '0.03' } });
    expect(mayAsk).toHaveBeenCalledTimes(1);
  });

  const refusedSecond = {
    ...filledRow,
    orderId: 'second',
    orderStatus: 'Rejected',
    rejectReason: 'EC_DuplicatedClOrdID',
    cumExecQty: '0',
  };

  it('finds in the history the order whose second attempt the real-time list shows refused', async () => {
    stub.on(REALTIME, list([refusedSecond]));
    stub.on(HISTORY, list([refusedSecond, filledRow]));
    expect(await venue.lookUpOrder('BTCUSDT', 'client-1')).toMatchObject({
      status: 'found',
      order: { status: 'filled', filledQuantity: '0.01' },
    });
  });

  it('proves nothing when only the refusal of a second order shows', async () => {
    for (const route of [REALTIME, HISTORY]) stub.on(route, list([refusedSecond]));
    expect(await venue.lookUpOrder('BTCUSDT', 'client-1')).toMatchObject({
      status: 'unavailable',
      outcome: { kind: 'UNKNOWN' },
    });
  });

  it('counts a fill whose row cannot be read', async () => {
    for (const route of [REALTIME, HISTORY]) stub.on(route, list([]));
    stub.on(EXECUTIONS, list([{ orderLinkId: null }]));
    expect((await venue.lookUpOrder('BTCUSDT', 'client-1')).status).toBe('unavailable');
  });

  const badReplies: readonly [string, OutcomeKind, (response: ServerResponse) => void][] = [
    ['an envelope without time', 'UNKNOWN', (response) => response.end('{"retCode":0,"result":{"list":[]}}')],
    ['a rate limit', 'RATE_LIMITED', (response) => stub.refuse(response, 10_006, 'Too many visits!')],
  ];
  it.each(badReplies)('is unavailable when history answers %s', async (_name, kind, answer) => {
    stub.on(REALTIME, list([]));
    stub.on(HISTORY, (_request, response) => answer(response));
    expect(await venue.lookUpOrder('BTCUSDT', 'client-1')).toMatchObject({ status: 'unavailable', outcome: { kind } });
  });
});

describe('recentOrders', () => {
  it('keeps final orders of ours that can be read, of every final status', async () => {
    const rows = [
      filledRow,
      { ...filledRow, orderLinkId: 'client-2', orderStatus: 'Cancelled' },
      { ...filledRow, orderLinkId: 'client-3', orderStatus: 'Rejected' },
      { ...filledRow, orderLinkId: 'client-4', orderStatus: 'New' },
      { ...filledRow, orderLinkId: '' },
      { ...filledRow, orderLinkId: 'client-5', symbol: 'SOLUSDT' },
      { nonsense: true },
    ];
    stub.on(REALTIME, (_request, response) => stub.reply(response, { list: rows }));
    const orders = await venue.recentOrders(1_672_737_700_000);
    expect(orders.map(({ clientOrderId, status }) => [clientOrderId, status])).toEqual([
      ['client-1', 'filled'],
      ['client-2', 'cancelled'],
      ['client-3', 'rejected'],
    ]);
    expect(Object.fromEntries(stub.requests.at(-1)?.query ?? [])).toEqual({
      category: 'linear',
      settleCoin: 'USDT',
      openOnly: '1',
      limit: '50',
    });
  });

  it('leaves out what was made before the instant', async () => {
    stub.on(REALTIME, (_request, response) => stub.reply(response, { list: [filledRow] }));
    expect(await venue.recentOrders(1_672_737_700_741)).toEqual([]);
  });
});

describe('openOrders', () => {
  it('names every open order, whatever its row holds', async () => {
    const rows = [
      { ...filledRow, orderStatus: 'New' },
      { orderId: 'by-hand', orderLinkId: null },
      { orderId: null, orderLinkId: 'client-3' },
      { orderId: 'x'.repeat(1_000) },
      null,
    ];
    stub.on(REALTIME, (_request, response) => stub.reply(response, { list: rows, nextPageCursor: '' }));
    const { clientOrderIds, orders, nextCursor } = await venue.openOrders();
    const nameless = '(without an id)';
    expect(clientOrderIds).toEqual(['client-1', 'by-hand', 'client-3', nameless, nameless]);
    expect(orders?.map(({ clientOrderId }) => clientOrderId)).toEqual(['client-1']);
    expect(nextCursor).toBeUndefined();
  });

  it('leaves out what the venue itself guards a position with, and nothing that somebody placed', async () => {
    const child = (stopOrderType: string, orderLinkId: string | null = '') => {
      return { ...filledRow, orderId: `of-${stopOrderType}`, orderLinkId, stopOrderType, orderStatus: 'Untriggered' };
    };
    const guards = ['StopLoss', 'TakeProfit', 'TrailingStop', 'PartialStopLoss', 'PartialTakeProfit'];
    const rows = [
      ...guards.map((kind) => child(kind)),
      child('StopLoss', null),
      child('Stop'),
      child('StopLoss', 'hand'),
    ];
    stub.on(REALTIME, (_request, response) => stub.reply(response, { list: rows, nextPageCursor: '' }));
    expect((await venue.openOrders()).clientOrderIds).toEqual(['of-Stop', 'hand']);
  });
});

describe('markets', () => {
  const INSTRUMENTS = 'GET /v5/market/instruments-info';
  const rowOf = (symbol: string) => ({ ...instrument, symbol });
  const [instrument = {}] = readTestData<{ result: { list: Record<string, unknown>[] } }>(
    'bybit',
    'instruments-info.json',
  ).result.list;
  const replyPages = (pages: readonly (readonly string[])[], endless = false) => {
    stub.on(INSTRUMENTS, ({ query }, response) => {
      const page = Number(query.get('cursor') ?? 0);
      const isLast = page + 1 >= pages.length && !endless;
      const list = (pages[page % pages.length] ?? []).map(rowOf);
      stub.reply(response, { list, nextPageCursor: isLast ? '' : String(page + 1) });
    });
  };

  it('are read page by page, and not beyond the last configured symbol', async () => {
    replyPages([['AUSDT', 'BTCUSDT'], ['ETHUSDT', 'XRPUSDT', 'BTCPERP'], ['ZUSDT']]);
    const mayAsk = jest.fn(async () => undefined);
    const symbols = (await venue.markets(mayAsk)).map(({ symbol }) => symbol);
    expect(symbols).toEqual(['BTCUSDT', 'ETHUSDT', 'XRPUSDT', 'BTCPERP']);
    expect(mayAsk).toHaveBeenCalledTimes(1);
    expect(stub.requests.map(({ query }) => query.get('cursor'))).toEqual([null, '1']);
  });

  it('are not known where the pages do not end, so that no symbol counts as untraded', async () => {
    replyPages([['BTCUSDT']], true);
    await expect(venue.markets()).rejects.toMatchObject({ outcome: { kind: 'UNKNOWN' } });
    expect(stub.requests).toHaveLength(10);
  });

  it('are not asked for further without a permit', async () => {
    replyPages([['BTCUSDT'], ['ETHUSDT']]);
    await expect(venue.markets(() => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    expect(stub.requests).toHaveLength(1);
  });

  it.each([
    ['1190.000', undefined, true],
    ['1190.001', undefined, false],
    ['1190.001', 'ETHUSDT', true],
  ])('a limit order of %s (%p) may be sent: %p', async (quantity, symbol = 'BTCUSDT', isSent) => {
    acceptOrders();
    replyPages([['BTCUSDT', 'XRPUSDT', 'BTCPERP']]);
    await venue.markets();
    const { outcome } = await venue.placeOrder({ ...PLAN, symbol, quantity, limitPrice: '16000', reduceOnly: true });
    expect(outcome.kind).toBe(isSent ? 'PLACED' : 'REJECTED');
    expect(stub.paths().includes('/v5/order/create')).toBe(isSent);
  });
});

describe('cancelOrder', () => {
  const answers: readonly [string, OutcomeKind, (response: ServerResponse) => void][] = [
    ['accepted', 'PLACED', (response) => stub.reply(response, { orderId: '1', orderLinkId: 'client-1' })],
    ['nothing to cancel', 'REJECTED', (response) => stub.refuse(response, 110_001, 'order not exists')],
    ['garbage', 'UNKNOWN', (response) => response.end('<html></html>')],
    ['204', 'UNKNOWN', (response) => response.writeHead(204).end()],
    [
      'a reset in the body',
      'UNKNOWN',
      (response) =>
        response.writeHead(200, { 'content-length': '99' }).write('{', () => response.socket?.resetAndDestroy()),
    ],
  ];
  it.each(answers)('%s is %s', async (_name, kind, answer) => {
    stub.on(CANCEL, (_request, response) => answer(response));
    expect((await venue.cancelOrder('BTCUSDT', 'client-1')).kind).toBe(kind);
    expect(JSON.parse(stub.requests.at(-1)?.body ?? '{}')).toEqual({
      category: 'linear',
      symbol: 'BTCUSDT',
      orderLinkId: 'client-1',
    });
  });
});

describe('market data', () => {
  it('reads closed candles, oldest first', async () => {
    replyTestData('GET /v5/market/kline', 'kline.json');
    const candles = await venue.candles('BTCUSDT', 60_000, 2);
    expect(candles).toEqual([
      { openTimeMs: 1672737960000, open: '16588', high: '16591', low: '16585.5', close: '16590.5', volume: '8.5' },
      { openTimeMs: 1672738020000, open: '16590.5', high: '16599', low: '16590', close: '16598', volume: '12.034' },
    ]);
    expect(Object.fromEntries(stub.requests[0]?.query ?? [])).toEqual({
      category: 'linear',
      symbol: 'BTCUSDT',
      interval: '1',
      limit: '3',
    });
  });

  it('asks for a full page of closed candles by ending before the open one', async () => {
    replyTestData('GET /v5/market/kline', 'kline.json');
    await venue.candles('BTCUSDT', 3_600_000, 1_000);
    const query = stub.requests[0]?.query;
    expect([query?.get('limit'), Number(query?.get('end')) % 3_600_000]).toEqual(['1000', 3_599_999]);
  });

  it.each([
    [60_001, 10],
    [60_000, 0],
    [60_000, 1_001],
    [60_000, 1.5],
  ])('refuses candles of %d ms with limit %d', async (intervalMs, limit) => {
    await expect(venue.candles('BTCUSDT', intervalMs, limit)).rejects.toMatchObject({ outcome: { kind: 'REJECTED' } });
    expect(stub.requests).toEqual([]);
  });

  it.each(['<html></html>', '', 'null', '{"retCode":0,"result":{},"time":1}'])(
    'throws for %j instead of answering with nothing',
    async (text) => {
      stub.on('GET /v5/market/tickers', (_request, response) => response.end(text));
      await expect(venue.tickers()).rejects.toMatchObject({ name: 'VenueError', outcome: { kind: 'UNKNOWN' } });
    },
  );
});

describe('balances', () => {
  it('takes margins and open losses off what is available, as of the venue’s time', async () => {
    replyTestData(BALANCE, 'wallet-balance.json');
    expect(await venue.balances()).toEqual({
      asOfMs: 1672738134824,
      assets: {
        USDT: { total: '10000', available: '9689.5', locked: '300.75', equity: '9990.25' },
      },
    });
  });

  it('says in words which figure is not known', async () => {
    stub.on(BALANCE, (_request, response) => stub.reply(response, { list: [null] }));
    const message = 'The balances are not known: the answer names 0 unified accounts, and one is needed.';
    await expect(venue.balances()).rejects.toMatchObject({ outcome: { kind: 'UNKNOWN', message } });
  });

  it('throws the classified refusal', async () => {
    stub.on(BALANCE, (_request, response) => stub.refuse(response, 33_004, 'Your api key has expired.'));
    await expect(venue.balances()).rejects.toMatchObject({ outcome: { kind: 'FATAL', venueCode: '33004' } });
  });
});

describe('rows one by one:', () => {
  const instruments = readTestData<{ result: { list: Record<string, unknown>[] } }>('bybit', 'instruments-info.json');
  const [bitcoin = {}, ether = {}] = instruments.result.list;
  const INSTRUMENTS = 'GET /v5/market/instruments-info';
  const TICKERS = 'GET /v5/market/tickers';
  let unreadable: UnreadableRows[];

  beforeEach(() => {
    unreadable = [];
    venue.onUnreadableRows((report) => unreadable.push(report));
  });

  function answer(route: string, list: readonly unknown[]): void {
    stub.on(route, (_request, response) => stub.reply(response, { list }));
  }

  it.each(['', null, 'abc', 7])('an instrument that is not configured may have %p for a step', async (qtyStep) => {
    const foreign = { ...bitcoin, symbol: 'NEWUSDT', lotSizeFilter: { qtyStep } };
    answer(INSTRUMENTS, [foreign, null, 7, 'row', { symbol: 7 }, ether]);
    expect((await venue.markets()).map(({ symbol }) => symbol)).toEqual(['ETHUSDT']);
    expect(unreadable).toEqual([{ what: 'instruments', faults: [] }]);
  });

  it.each(['', null, undefined, 'abc', 7])(
    'a configured instrument with %p for a step is missing alone, and told',
    async (qtyStep) => {
      const filter = bitcoin['lotSizeFilter'] as object;
      answer(INSTRUMENTS, [{ ...bitcoin, lotSizeFilter: { ...filter, qtyStep } }, ether]);
      expect((await venue.markets()).map(({ symbol }) => symbol)).toEqual(['ETHUSDT']);
      const fault = expect.stringMatching(/^lotSizeFilter\.qtyStep: /) as string;
      expect(unreadable).toEqual([{ what: 'instruments', faults: [{ symbol: 'BTCUSDT', fault }] }]);
    },
  );

  it('figures with exponents are read in plain notation', async () => {
    const filter = {
      ...(bitcoin['lotSizeFilter'] as object),
      qtyStep: '1E-7',
      minOrderQty: '1e-7',
      maxMktOrderQty: '1.19E+2',
    };
    answer(INSTRUMENTS, [{ ...bitcoin, lotSizeFilter: filter, priceFilter: { tickSize: '1E-1' } }]);
    expect(await venue.markets()).toMatchObject([
      { quantityStep: '0.0000001', quantityMin: '0.0000001', quantityMax: '119', priceStep: '0.1' },
    ]);
  });

  it('prices: what is not configured is dropped, what is broken is missing alone', async () => {
    answer(TICKERS, [
      { symbol: 'FOREIGN', bid1Price: 'x', ask1Price: [] },
      { symbol: 'BTCUSDT', bid1Price: '1.6E+4', ask1Price: '16001.5' },
      { symbol: 'ETHUSDT', bid1Price: '1E+99', ask1Price: '2' },
      { symbol: 'XRPUSDT', bid1Price: '', ask1Price: '1E-7' },
      { symbol: 'BTCPERP', bid1Price: null, ask1Price: '2' },
    ]);
    expect(await venue.tickers()).toEqual([{ symbol: 'BTCUSDT', bid: '16000', ask: '16001.5' }]);
    expect(unreadable).toEqual([
      { what: 'prices', faults: [{ symbol: 'ETHUSDT', fault: expect.stringMatching(/^bid1Price: /) as string }] },
    ]);
  });
});

/** Every way in which something of an order fills. */
const ORDERS_THAT_PAID_IN_MNT: readonly (readonly [string, object])[] = [
  ['an order that is partly filled', { orderStatus: 'PartiallyFilled', cumExecQty: '0.004' }],
  ['an order that was cancelled with fills', { orderStatus: 'PartiallyFilledCanceled', cumExecQty: '0.004' }],
  ['an IOC order with a rest', { orderStatus: 'Cancelled', timeInForce: 'IOC', cumExecQty: '0.004' }],
  ['a limit order', { orderType: 'Limit', timeInForce: 'GTC' }],
  ['an exit', { reduceOnly: true, side: 'Sell' }],
];

describe('fees', () => {
  it.each<[string, object, { fee: string; otherFees?: object }]>([
    ['in the settle asset', { cumFeeDetail: { USDT: '0.5' } }, { fee: '0.5' }],
    [
      'in another asset',
      { cumFeeDetail: { MNT: '0.0024' }, cumExecFee: '0.55' },
      { fee: '0', otherFees: { MNT: '0.0024' } },
    ],
    ['in both', { cumFeeDetail: { MNT: '1E-7', USDT: '-0.1' } }, { fee: '-0.1', otherFees: { MNT: '0.0000001' } }],
    ['in another asset that took nothing', { cumFeeDetail: { MNT: '0', USDT: '0.1' } }, { fee: '0.1' }],
    [
      'in another asset, without a figure',
      { cumFeeDetail: { MNT: '' } },
      { fee: '0', otherFees: { MNT: 'an unknown amount of' } },
    ],
    ['in the settle asset, without a figure', { cumFeeDetail: { USDT: null } }, { fee: '' }],
    ['without a detail', { cumFeeDetail: {}, cumExecFee: '0.5' }, { fee: '0.5' }],
    ['with an empty detail', { cumFeeDetail: '', cumExecFee: '0.5' }, { fee: '0.5' }],
    ...['MNT', 7, ['MNT'], true].map((cumFeeDetail): [string, object, { fee: string }] => [
      `with a detail that cannot be read, such as ${JSON.stringify(cumFeeDetail)}`,
      { cumFeeDetail, cumExecFee: '0.5' },
      { fee: '' },
    ]),
    ...ORDERS_THAT_PAID_IN_MNT.map(([name, row]): [string, object, { fee: string; otherFees: object }] => [
      `in another asset, of ${name}`,
      { ...row, cumFeeDetail: { MNT: '0.0024' }, cumExecFee: '0.55' },
      { fee: '0', otherFees: { MNT: '0.0024' } },
    ]),
    ['with an empty figure', { cumFeeDetail: null, cumExecFee: '' }, { fee: '' }],
    ['with a null', { cumFeeDetail: undefined, cumExecFee: null }, { fee: '' }],
    ['not told at all', { cumFeeDetail: undefined, cumExecFee: undefined }, { fee: '' }],
    ['of nothing filled', { cumFeeDetail: undefined, cumExecFee: '', cumExecQty: '0' }, { fee: '0' }],
  ])('%s', async (_name, change, expected) => {
    stub.on(REALTIME, (_request, response) => stub.reply(response, { list: [{ ...filledRow, ...change }] }));
    const answer = await venue.lookUpOrder('BTCUSDT', 'client-1');
    const order = answer.status === 'found' ? answer.order : undefined;
    expect({ fee: order?.fee, otherFees: order?.otherFees }).toEqual({ otherFees: undefined, ...expected });
  });
});

describe('limit reports', () => {
  it('come once per reply, also for refusals, with the venue’s figures', async () => {
    stub.on(BALANCE, (_request, response) => {
      stub.reply(
        response,
        { list: [{ accountType: 'UNIFIED', coin: [] }] },
        { 'X-Bapi-Limit-Status': '49', 'X-Bapi-Limit': '50' },
      );
    });
    stub.on(CREATE, (_request, response) => {
      const resetMs = String(stub.nowMs() + 400);
      stub.refuse(response, 10_006, 'Too many visits!', {
        'X-Bapi-Limit-Status': '0',
        'X-Bapi-Limit-Reset-Timestamp': resetMs,
      });
    });
    stub.on('GET /v5/market/tickers', (_request, response) => response.writeHead(403).end('access too frequent'));
    await venue.balances();
    const { outcome } = await venue.placeOrder(PLAN);
    await venue.tickers().catch(() => undefined);
    expect(reports).toMatchObject([
      { endpoint: 'market_data', kind: 'ok' },
      { endpoint: 'account', kind: 'ok', remaining: 49 },
      { endpoint: 'order', kind: 'rate_limited', remaining: 0, resumeAtMs: outcome.retryAtMs },
      { endpoint: 'market_data', kind: 'banned' },
    ]);
  });

  it('do not come without a reply', async () => {
    await stub.stop();
    await venue.tickers().catch(() => undefined);
    expect(reports).toEqual([]);
  });
});

describe('createVenue', () => {
  const credentials = resolveCredentials({ venue: 'bybit', environment: 'paper' });

  it('refuses paper without an address', () => {
    expect(() => createVenue({ name: 'bybit', config, credentials, permits: 'not needed' })).toThrow(
      /needs the address/,
    );
  });

  it('refuses to send real keys over plain http', () => {
    const live: VenueConfig = { ...config, environment: 'live' };
    expect(() =>
      createVenue({ name: 'bybit', config: live, baseUrl: stub.url, credentials, permits: 'not needed' }),
    ).toThrow(/https/);
  });
});
