/** Requests made by hand: signatures, receive window, refusals and pages, as Bybit V5 answers them. */
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const venues = new PaperVenues();
let venue: PaperVenue;

beforeEach(async () => {
  venue = await venues.start();
});

afterEach(() => venues.cleanUp());

async function get(path: string, parameters: Readonly<Record<string, string>>): ReturnType<typeof signedRequest> {
  return signedRequest(venue.url, 'GET', path, { category: 'linear', ...parameters });
}

describe('signed requests', () => {
  const balance = { accountType: 'UNIFIED' };

  test.each([
    ['another key', { apiKey: 'stranger' }, 10003],
    ['another secret', { apiSecret: 'wrong' }, 10004],
    ['a timestamp before the receive window', { timestampMs: Date.now() - 60_000 }, 10002],
    ['a timestamp more than a second ahead', { timestampMs: Date.now() + 60_000 }, 10002],
    ['a receive window that is no number', { receiveWindowMs: Number.NaN }, 10002],
  ])('%s is refused', async (_, options, retCode) => {
    const answer = await signedRequest(venue.url, 'GET', '/v5/account/wallet-balance', balance, options);
    expect(answer.body).toMatchObject({ retCode, result: {} });
    expect(venue.audit().rejectedByCode).toEqual({ [retCode]: 1 });
  });

  test('a refused order leaves no trace in the book', async () => {
    await createOrder(venue.url, marketOrder('a'), { apiSecret: 'wrong' });
    expect(venue.audit()).toMatchObject({ orders: { accepted: 0, rejected: 1 }, distinctClientIds: 0 });
  });

  test('every answer carries the limit headers', async () => {
    const { headers } = await signedRequest(venue.url, 'GET', '/v5/account/wallet-balance', balance);
    expect(Number(headers.get('x-bapi-limit'))).toBeGreaterThan(0);
    expect(Number(headers.get('x-bapi-limit-reset-timestamp'))).toBeGreaterThan(1_600_000_000_000);
  });
});

describe('orders are refused with the code of the venue', () => {
  test.each([
    ['an unknown symbol', { symbol: 'NOPEUSDT' }, 10001],
    ['another category', { category: 'spot' }, 10001],
    ['an unknown side', { side: 'Hold' }, 10001],
    ['no quantity', { qty: undefined }, 10001],
    ['a quantity that is a number', { qty: 0.01 }, 10001],
    ['a quantity between two steps', { qty: '0.0105' }, 10001],
    ['a quantity below the smallest', { qty: '0.0001' }, 10001],
    ['a quantity above the largest', { qty: '5000' }, 10001],
    ['a client id with a space', { orderLinkId: 'a b' }, 10001],
    ['a client id of 37 characters', { orderLinkId: 'x'.repeat(37) }, 10001],
    ['a limit order without a price', { orderType: 'Limit' }, 10001],
    ['a price between two steps', { orderType: 'Limit', price: '50000.05' }, 10001],
    ['a stop loss for a part of the position', { stopLoss: '1', tpslMode: 'Partial' }, 10001],
    ['a value below the smallest', { orderType: 'Limit', price: '1000.0', qty: '0.001' }, 110094],
    ['reduce-only without a position', { reduceOnly: true }, 110017],
    ['more than the balance pays for', { qty: '400' }, 110007],
  ])('%s', async (_, changes, retCode) => {
    const answer = await createOrder(venue.url, marketOrder('a', changes));
    expect(answer.body.retCode).toBe(retCode);
    expect(venue.audit().orders).toMatchObject({ accepted: 0, rejected: 1 });
  });

  test('a body that is not JSON', async () => {
    const answer = await signedRequest(venue.url, 'POST', '/v5/order/create', ['no object'] as never);
    expect(answer.body.retCode).toBe(10001);
  });

  test('leverage: unchanged, and out of range', async () => {
    const set = async (leverage: string): Promise<number> => {
      const body = { category: 'linear', symbol: 'BTCUSDT', buyLeverage: leverage, sellLeverage: leverage };
      return (await signedRequest(venue.url, 'POST', '/v5/position/set-leverage', body)).body.retCode;
    };
    expect([await set('10'), await set('1000'), await set('20'), await set('20')]).toEqual([110043, 10001, 0, 110043]);
  });
});

describe('look-ups', () => {
  test('a closed order is in the real-time query until that is forgotten, and in the history for good', async () => {
    await createOrder(venue.url, marketOrder('a'));
    const found = async (path: string): Promise<number> =>
      rows(await get(path, { symbol: 'BTCUSDT', orderLinkId: 'a' })).length;
    expect([await found('/v5/order/realtime'), await found('/v5/order/history')]).toEqual([1, 1]);
    venue.forgetRecentOrders();
    expect([await found('/v5/order/realtime'), await found('/v5/order/history')]).toEqual([0, 1]);
  });

  test('the history comes in pages, newest first, without gap or overlap', async () => {
    const ids = Array.from({ length: 7 }, (_, index) => `p-${index}`);
    for (const id of ids) await createOrder(venue.url, marketOrder(id));
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await get('/v5/order/history', { limit: '3', ...(cursor && { cursor }) });
      seen.push(...rows(page).map((row) => row['orderLinkId']!));
      cursor = String(page.body.result['nextPageCursor']);
    } while (cursor !== '');
    expect(seen).toEqual(ids.toReversed());
  });

  test('a page of more than 50 orders is refused', async () => {
    expect((await get('/v5/order/history', { limit: '51' })).body.retCode).toBe(10001);
  });

  test('the history can be asked by time, status and symbol', async () => {
    await createOrder(venue.url, marketOrder('a'));
    const count = async (query: Record<string, string>): Promise<number> =>
      rows(await get('/v5/order/history', query)).length;
    expect(await count({ orderStatus: 'Filled' })).toBe(1);
    expect(await count({ orderStatus: 'Cancelled' })).toBe(0);
    expect(await count({ symbol: 'ETHUSDT' })).toBe(0);
    expect(await count({ startTime: String(Date.now() + 60_000) })).toBe(0);
    expect(await count({ startTime: String(Date.now() - 60_000) })).toBe(1);
  });

  test('positions: by symbol also an empty one, by settle coin only those that are open', async () => {
    await createOrder(venue.url, marketOrder('a', { symbol: 'ETHUSDT', qty: '1' }));
    const [empty] = rows(await get('/v5/position/list', { symbol: 'BTCUSDT' }));
    expect(empty).toMatchObject({ symbol: 'BTCUSDT', side: '', size: '0' });
    const open = rows(await get('/v5/position/list', { settleCoin: 'USDT' }));
    expect(open.map((row) => [row['symbol'], row['side'], row['size']])).toEqual([['ETHUSDT', 'Buy', '1']]);
    expect((await get('/v5/position/list', {})).body.retCode).toBe(10001);
  });

  test('a cancelled or unknown order cannot be cancelled', async () => {
    const body = { category: 'linear', symbol: 'BTCUSDT', orderLinkId: 'nobody' };
    expect((await signedRequest(venue.url, 'POST', '/v5/order/cancel', body)).body.retCode).toBe(110001);
  });
});

describe('market data', () => {
  test('spot and coming listings are empty', async () => {
    const list = async (query: Record<string, string>): Promise<number> =>
      rows(await get('/v5/market/instruments-info', query)).length;
    expect(await list({})).toBe(2);
    expect(await list({ category: 'spot' })).toBe(0);
    expect(await list({ status: 'PreLaunch' })).toBe(0);
  });

  test.each([
    ['/v5/market/tickers', { symbol: 'NOPEUSDT' }],
    ['/v5/market/kline', { symbol: 'BTCUSDT', interval: '7' }],
    ['/v5/market/kline', { symbol: 'BTCUSDT', interval: '1', limit: '5000' }],
  ])('%s refuses %j', async (path, query) => {
    expect((await get(path, query as unknown as Record<string, string>)).body.retCode).toBe(10001);
  });

  test('a path that does not exist is answered with 404', async () => {
    expect((await get('/v5/asset/coin/query-info', {})).status).toBe(404);
  });
});
