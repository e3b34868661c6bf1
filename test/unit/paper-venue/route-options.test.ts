/** Options of Bybit's documents: what the paper venue does, it does as documented; the others it refuses. */
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { PaperVenues } from './support/paper-server';
import { createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const venues = new PaperVenues();
let venue: PaperVenue;

beforeAll(async () => {
  venue = await venues.start();
  await createOrder(venue.url, marketOrder('filled'));
  const resting = { orderType: 'Limit', price: '1000.0', qty: '0.01' };
  await createOrder(venue.url, marketOrder('resting', resting));
});

afterAll(() => venues.cleanUp());

const get = (path: string, query: Readonly<Record<string, string>>) =>
  signedRequest(venue.url, 'GET', path, { category: 'linear', ...query });

async function idsOf(path: string, query: Readonly<Record<string, string>>): Promise<(string | undefined)[]> {
  return rows(await get(path, query)).map((row) => row['orderLinkId']);
}

test.each([
  ['a slippage tolerance', { slippageToleranceType: 'Percent', slippageTolerance: '1' }],
  ['a best bid or offer', { bboSideType: 'Queue', bboLevel: '1' }],
  ['close on trigger', { closeOnTrigger: true }],
  ['market maker protection', { mmp: true }],
  ['a loan', { isLeverage: 1 }],
  ['another kind of order', { orderFilter: 'StopOrder' }],
  ['retail price improvement', { rpiTakerAccess: true }],
  ['self-match prevention', { smpType: 'CancelMaker' }],
  ['a trigger', { triggerPrice: '1' }],
])('an order that asks for %s is refused, never accepted without it', async (_, option) => {
  const { body } = await createOrder(venue.url, marketOrder('odd', option));
  expect(body.retCode).toBe(10001);
  expect(body.retMsg).toMatch(/the paper venue does not support/);
});

test('an order that says that it asks for none of that is accepted', async () => {
  const options = { closeOnTrigger: false, mmp: false, isLeverage: 0, orderFilter: 'Order', smpType: 'None' };
  expect((await createOrder(venue.url, marketOrder('plain', options))).body.retCode).toBe(0);
});

test.each([
  ['/v5/order/realtime', {}],
  ['/v5/order/realtime', { orderLinkId: 'filled' }],
  ['/v5/order/realtime', { settleCoin: 'USDT', openOnly: '2' }],
  ['/v5/order/history', { orderFilter: 'Marvellous' }],
  ['/v5/market/tickers', { baseCoin: 'BTC' }],
  ['/v5/market/instruments-info', { symbolType: 'stock' }],
  ['/v5/market/instruments-info', { limit: '1001' }],
])('%s refuses %j', async (path, query) => {
  expect((await get(path, query as Record<string, string>)).body.retCode).toBe(10001);
});

test.each([
  [{ symbol: 'BTCUSDT' }, true],
  [{ baseCoin: 'BTC' }, true],
  [{ settleCoin: 'USDT' }, true],
  [{ symbol: 'BTCUSDT', orderFilter: 'Order' }, true],
  [{ baseCoin: 'ETH' }, false],
  [{ settleCoin: 'USDC' }, false],
  [{ symbol: 'BTCUSDT', orderFilter: 'StopOrder' }, false],
])('the real-time orders of %j hold one of BTCUSDT: %p', async (query, isHeld) => {
  expect((await idsOf('/v5/order/realtime', query as Record<string, string>)).includes('resting')).toBe(isHeld);
});

test('the real-time query shows what is open, or what closed last', async () => {
  const query = { settleCoin: 'USDT' };
  expect(await idsOf('/v5/order/realtime', query)).toEqual(['resting']);
  expect(await idsOf('/v5/order/realtime', { ...query, openOnly: '0' })).toEqual(['resting']);
  expect(await idsOf('/v5/order/realtime', { ...query, openOnly: '1' })).toContain('filled');
  expect(await idsOf('/v5/order/realtime', { ...query, openOnly: '1' })).not.toContain('resting');
});

test.each([
  [{ execType: 'Trade' }, true],
  [{ execType: 'Funding' }, false],
  [{ settleCoin: 'USDC' }, false],
  [{ baseCoin: 'BTC' }, true],
])('the fills of %j hold a trade of BTCUSDT: %p', async (query, isHeld) => {
  const ids = await idsOf('/v5/execution/list', query as unknown as Record<string, string>);
  expect(ids.includes('filled')).toBe(isHeld);
});

test.each([
  [{}, ['USDT']],
  [{ coin: 'USDT' }, ['USDT']],
  [{ coin: 'BTC,USDT' }, ['USDT']],
  [{ coin: 'BTC' }, []],
])('the wallet of %j shows %j', async (query, coins) => {
  const answer = await get('/v5/account/wallet-balance', {
    accountType: 'UNIFIED',
    ...(query as Record<string, string>),
  });
  const [wallet] = answer.body.result['list'] as { coin: { coin: string }[] }[];
  expect(wallet?.coin.map(({ coin }) => coin)).toEqual(coins);
});

test('instruments come by their base coin, and in pages', async () => {
  const path = '/v5/market/instruments-info';
  const symbolsOf = async (query: Record<string, string>): Promise<[string[], string]> => {
    const answer = await get(path, query);
    return [rows(answer).map((row) => row['symbol'] ?? ''), String(answer.body.result['nextPageCursor'])];
  };
  expect(await symbolsOf({ baseCoin: 'ETH' })).toEqual([['ETHUSDT'], '']);
  const [first, cursor] = await symbolsOf({ limit: '1' });
  const [second, end] = await symbolsOf({ limit: '1', cursor });
  expect([...first, ...second].toSorted()).toEqual(['BTCUSDT', 'ETHUSDT']);
  expect(end).toBe('');
});

test('positions come by their base coin, and in pages', async () => {
  const query = { settleCoin: 'USDT' };
  await createOrder(venue.url, marketOrder('other', { symbol: 'ETHUSDT', qty: '0.1' }));
  const path = '/v5/position/list';
  expect(rows(await get(path, { ...query, baseCoin: 'ETH' })).map((row) => row['symbol'])).toEqual(['ETHUSDT']);
  const first = await get(path, { ...query, limit: '1' });
  const cursor = String(first.body.result['nextPageCursor']);
  const second = await get(path, { ...query, limit: '1', cursor });
  expect([...rows(first), ...rows(second)].map((row) => row['symbol'] ?? '').toSorted()).toEqual([
    'BTCUSDT',
    'ETHUSDT',
  ]);
});

test('a venue that shows fills late shows an order as accepted until then, and its history nothing of it', async () => {
  let nowMs = Date.now();
  const late = await venues.start({ reportDelay: { realtimeMs: 100, historyMs: 200 }, now: () => nowMs });
  const timestampMs = nowMs;
  await createOrder(late.url, marketOrder('a'), { timestampMs });
  const statusesIn = async (path: string, query: Record<string, string> = {}): Promise<(string | undefined)[]> => {
    const all = { category: 'linear', symbol: 'BTCUSDT', ...query };
    const answer = await signedRequest(late.url, 'GET', path, all, { timestampMs: nowMs });
    return rows(answer).map((row) => row['orderStatus'] ?? row['execType']);
  };
  const seen = async (): Promise<unknown> => ({
    byId: await statusesIn('/v5/order/realtime', { orderLinkId: 'a' }),
    open: await statusesIn('/v5/order/realtime'),
    closed: await statusesIn('/v5/order/realtime', { openOnly: '1' }),
    history: await statusesIn('/v5/order/history'),
    fills: await statusesIn('/v5/execution/list'),
  });
  expect(await seen()).toEqual({ byId: ['New'], open: ['New'], closed: [], history: [], fills: [] });
  nowMs += 100;
  expect(await seen()).toEqual({ byId: ['Filled'], open: [], closed: ['Filled'], history: [], fills: [] });
  nowMs += 100;
  expect(await seen()).toEqual({
    byId: ['Filled'],
    open: [],
    closed: ['Filled'],
    history: ['Filled'],
    fills: ['Trade'],
  });
});
