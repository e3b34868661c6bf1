/** Routes that clients ask beside those that the adapter needs. */
import { isDeepStrictEqual } from 'node:util';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { eventually } from '../../support/engine';
import { PaperVenues } from './support/paper-server';
import { type Answer, createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const venues = new PaperVenues();
let venue: PaperVenue;

beforeEach(async () => {
  venue = await venues.start();
});

afterEach(() => venues.cleanUp());

const BTC = { category: 'linear', symbol: 'BTCUSDT' };
const get = (path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  signedRequest(venue.url, 'GET', path, { ...BTC, ...query });
const post = (path: string, body: Readonly<Record<string, unknown>>): Promise<Answer> =>
  signedRequest(venue.url, 'POST', path, { ...BTC, ...body });
const order = async (orderLinkId: string): Promise<Record<string, string>> =>
  rows(await get('/v5/order/realtime', { orderLinkId }))[0]!;
const rest = (id: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Answer> =>
  createOrder(venue.url, marketOrder(id, { orderType: 'Limit', price: '1000.0', ...changes }));
const locked = (): string => venue.audit().balances['USDT']!.locked;

describe('an amendment', () => {
  const amend = (change: Readonly<Record<string, unknown>>): Promise<Answer> =>
    post('/v5/order/amend', { orderLinkId: 'a', ...change });

  test('changes price and quantity, and what is locked', async () => {
    await rest('a');
    const before = Number(locked());
    expect((await amend({ price: '2000.0', qty: '0.02' })).body).toMatchObject({
      retCode: 0,
      result: { orderLinkId: 'a' },
    });
    expect(await order('a')).toMatchObject({ price: '2000', qty: '0.02', orderStatus: 'New' });
    expect(Number(locked()) / before).toBeCloseTo(4, 1);
  });

  test('into the market fills at the touch as taker', async () => {
    await rest('a');
    await amend({ price: '1000000.0' });
    expect(await order('a')).toMatchObject({ orderStatus: 'Filled', leavesQty: '0' });
    expect(rows(await get('/v5/execution/list'))[0]).toMatchObject({ isMaker: false, leavesQty: '0' });
  });

  test('of a post-only order into the market cancels it', async () => {
    await rest('a', { timeInForce: 'PostOnly' });
    await amend({ price: '1000000.0' });
    expect(await order('a')).toMatchObject({ orderStatus: 'Cancelled', rejectReason: 'EC_PostOnlyWillTakeLiquidity' });
  });

  test.each([
    ['nothing', {}, 10001],
    ['what it is already', { price: '1000.0', qty: '0.01' }, 10001],
    ['a price between two steps', { price: '1000.05' }, 10001],
    ['no quantity', { qty: '0' }, 10001],
    ['a value below the minimum', { qty: '0.001' }, 110094],
    ['more than there is', { qty: '1000', price: '2000.0' }, 110007],
    ['a trigger', { triggerPrice: '1' }, 10001],
    ['another order', { orderLinkId: 'b', price: '2000.0' }, 110001],
    ['no order', { orderLinkId: '', price: '2000.0' }, 10001],
  ])('to %s is refused, and changes nothing', async (_, change, code) => {
    await rest('a');
    const before = await order('a');
    expect((await amend(change)).body.retCode).toBe(code);
    expect(await order('a')).toEqual(before);
  });

  test('below what filled, and of an order that has ended, is refused', async () => {
    venue.setFaults({
      seed: 0,
      rate: 0,
      targets: [{ fault: 'partial_fill', endpoint: 'order_create', ordinal: 1, share: 0.5, delayMs: 60_000 }],
    });
    await rest('a', { price: '1000000.0', qty: '0.02' });
    expect((await amend({ qty: '0.01' })).body.retCode).toBe(10001);
    await createOrder(venue.url, marketOrder('b'));
    expect((await amend({ orderLinkId: 'b', qty: '0.02' })).body.retCode).toBe(110001);
  });
});

describe('the cancellation of all', () => {
  test.each([
    [{ symbol: 'BTCUSDT' }, ['btc']],
    [{ symbol: undefined, baseCoin: 'ETH' }, ['eth']],
    [{ symbol: undefined, settleCoin: 'USDT' }, ['btc', 'eth']],
    [{ symbol: undefined, settleCoin: 'USDC' }, []],
  ])('of %j cancels %j', async (query, cancelled) => {
    await rest('btc');
    await rest('eth', { symbol: 'ETHUSDT', price: '100.0', qty: '0.1' });
    const { result } = (await post('/v5/order/cancel-all', query)).body;
    expect((result['list'] as { orderLinkId: string }[]).map(({ orderLinkId }) => orderLinkId).toSorted()).toEqual(
      cancelled,
    );
    expect(venue.audit().orders.open).toBe(2 - cancelled.length);
  });

  test('of no market is refused', async () => {
    expect((await post('/v5/order/cancel-all', { symbol: undefined })).body.retCode).toBe(10001);
  });
});

test('a pre-check says what an order would lock, places nothing, and refuses what an order is refused for', async () => {
  const check = (change: object = {}): Promise<Answer> =>
    post('/v5/order/pre-check', marketOrder('a', { orderType: 'Limit', price: '50000.0', qty: '1', ...change }));
  // 50000 at leverage 10 and both fees, of 100000: 5.05 %.
  const { result } = (await check()).body;
  expect(result).toMatchObject({ orderLinkId: 'a', preImrE4: 0, preMmrE4: 0, postMmrE4: 0 });
  expect(result['postImrE4']).toBeCloseTo(505, -1);
  // Half a percent of its value, and the fee to close, once it is filled.
  const filled = await check({ orderType: 'Market', price: undefined });
  expect(Number(filled.body.result['postMmrE4'])).toBeGreaterThan(0);
  expect(venue.audit()).toMatchObject({ orders: { accepted: 0 }, balances: { USDT: { locked: '0' } } });
  expect((await check({ qty: '100' })).body.retCode).toBe(110007);
});

test.each(['order/create-batch', 'order/amend-batch', 'order/cancel-batch'])('%s is refused in words', async (path) => {
  const { body } = await post(`/v5/${path}`, { request: [marketOrder('a')] });
  expect(body).toMatchObject({ retCode: 10001, retMsg: expect.stringContaining('the paper venue does not support') });
  expect(venue.audit().orders.accepted).toBe(0);
});

describe('closed profits and transactions', () => {
  test('add up to what the wallet changed by, with the fees of opening and closing', async () => {
    await createOrder(venue.url, marketOrder('open', { qty: '0.02' }));
    await createOrder(venue.url, marketOrder('half', { side: 'Sell', qty: '0.01' }));
    await createOrder(venue.url, marketOrder('turn', { side: 'Sell', qty: '0.03' }));
    await createOrder(venue.url, marketOrder('end', { side: 'Buy', qty: '0.02' }));
    const change = Number(venue.audit().balances['USDT']!.total) - 100_000;
    const closings = rows(await get('/v5/position/closed-pnl'));
    expect(closings.map(({ side, closedSize }) => [side, closedSize])).toEqual([
      ['Buy', '0.02'],
      ['Sell', '0.01'],
      ['Sell', '0.01'],
    ]);
    expect(closings.reduce((sum, { closedPnl }) => sum + Number(closedPnl), 0)).toBeCloseTo(change, 6);
    const log = rows(await get('/v5/account/transaction-log', { accountType: 'UNIFIED' }));
    expect(log.reduce((sum, row) => sum + Number(row['change']), 0)).toBeCloseTo(change, 6);
    expect(log.map(({ size }) => size)).toEqual(['0', '-0.02', '0.01', '0.02']);
    expect(Number(log[0]!['cashBalance'])).toBeCloseTo(100_000 + change, 6);
    expect(Number(log.at(-1)!['cashBalance'])).toBeCloseTo(100_000 + Number(log.at(-1)!['change']), 6);
  });

  test('know of no other kinds, coins and markets', async () => {
    await createOrder(venue.url, marketOrder('a'));
    const log = async (query: Record<string, string>): Promise<number> =>
      rows(await get('/v5/account/transaction-log', query)).length;
    expect(await log({})).toBe(1);
    expect(await log({ type: 'SETTLEMENT' })).toBe(0);
    expect(await log({ currency: 'BTC' })).toBe(0);
    expect(await log({ category: 'spot' })).toBe(0);
  });
});

describe('public data', () => {
  test('the depth is one level on each side, at the touch', async () => {
    const touch = async () => {
      const [ticker] = rows(await get('/v5/market/tickers'));
      return [[[ticker!['bid1Price'], '1000000']], [[ticker!['ask1Price'], '1000000']]];
    };
    // The price may move between two requests.
    await eventually(async () => {
      const before = await touch();
      const { result } = (await get('/v5/market/orderbook')).body;
      if (!isDeepStrictEqual(before, await touch())) return false;
      expect(result).toMatchObject({ s: 'BTCUSDT' });
      expect([result['b'], result['a']]).toEqual(before);
      return true;
    });
  });

  test('trades are the fills of this account, with the side of who took', async () => {
    expect(rows(await get('/v5/market/recent-trade'))).toEqual([]);
    await createOrder(venue.url, marketOrder('a'));
    expect(rows(await get('/v5/market/recent-trade'))).toMatchObject([
      { side: 'Buy', size: '0.01', symbol: 'BTCUSDT' },
    ]);
  });

  test('candles of the mark price are those of the last price, without a volume', async () => {
    const query = { interval: '1', limit: '3', end: String(Date.now() - 120_000) };
    const candles = (await get('/v5/market/kline', query)).body.result['list'] as string[][];
    const marks = (await get('/v5/market/mark-price-kline', query)).body.result['list'];
    expect(marks).toEqual(candles.map((candle) => candle.slice(0, 5)));
  });

  test('the tiers of risk begin at the whole leverage, and each allows less of it for more', async () => {
    const tiers = rows(await get('/v5/market/risk-limit'));
    expect(tiers[0]).toMatchObject({
      id: 1,
      riskLimitValue: '2000000',
      maintenanceMargin: '0.005',
      initialMargin: '0.01',
      isLowestRisk: 1,
      maxLeverage: '100.00',
      mmDeduction: '',
    });
    const ascending = (name: string): boolean =>
      tiers.every((tier, index) => index === 0 || Number(tier[name]) > Number(tiers[index - 1]![name]));
    expect(['riskLimitValue', 'maintenanceMargin', 'initialMargin', 'mmDeduction'].map(ascending)).toEqual(
      Array(4).fill(true),
    );
    expect(tiers.at(-1)).toMatchObject({ maxLeverage: '1.00', isLowestRisk: 0 });
  });

  test.each([
    ['/v5/market/orderbook', { symbol: 'NONEUSDT' }],
    ['/v5/market/orderbook', { limit: '1001' }],
    ['/v5/market/recent-trade', { category: 'spot' }],
    ['/v5/market/funding/history', { limit: '201' }],
    ['/v5/market/mark-price-kline', { interval: '7' }],
    ['/v5/market/risk-limit', { category: 'option' }],
    ['/v5/market/price-limit', { category: 'spot' }],
  ])('%s refuses %j', async (path, query) => {
    expect((await get(path, query as Record<string, string>)).body.retCode).toBe(10001);
  });
});
