/** The real ccxt bybit driven against the paper venue: what the venue says must be what ccxt understands. */
import ccxt = require('ccxt');
import type { bybit, Order } from 'ccxt';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { API_KEY, API_SECRET, PaperVenues } from './support/paper-server';

const SYMBOL = 'BTC/USDT:USDT';

const venues = new PaperVenues();
let venue: PaperVenue;
let exchange: bybit;

function client(url: string): bybit {
  const sections = ['spot', 'futures', 'v2', 'public', 'private'];
  return new ccxt.bybit({
    apiKey: API_KEY,
    secret: API_SECRET,
    number: String,
    enableRateLimit: false,
    urls: { api: Object.fromEntries(sections.map((section) => [section, url])) },
    has: { fetchCurrencies: false },
    options: {
      fetchMarkets: { types: ['spot', 'linear'] },
      enableUnifiedMargin: false,
      enableUnifiedAccount: true,
      unifiedMarginStatus: 6,
      defaultType: 'swap',
      defaultSubType: 'linear',
      defaultSettle: 'USDT',
      fetchOrder: { acknowledged: true },
    },
  });
}

async function fetchByClientId(clientOrderId: string): Promise<Order> {
  return exchange.fetchOrder('', SYMBOL, { orderLinkId: clientOrderId });
}

beforeEach(async () => {
  venue = await venues.start({ candlesDir: undefined });
  exchange = client(venue.url);
});

afterEach(() => venues.cleanUp());

test('markets carry the filters that orders are checked against', async () => {
  await exchange.loadMarkets();
  const market = exchange.market(SYMBOL);
  expect(exchange.symbols).toHaveLength(2);
  expect(market).toMatchObject({ id: 'BTCUSDT', linear: true, settle: 'USDT', active: true });
  expect(market.precision).toMatchObject({ amount: '0.001', price: '0.10' });
  expect(market.limits.cost).toMatchObject({ min: '5' });
});

test('time, ticker and candles agree with each other', async () => {
  const time = await exchange.fetchTime();
  const ticker = await exchange.fetchTicker(SYMBOL);
  const candles = await exchange.fetchOHLCV(SYMBOL, '1m', undefined, 1_000);
  expect(Math.abs(Number(time) - Date.now())).toBeLessThan(5_000);
  expect(ticker.symbol).toBe(SYMBOL);
  expect(Number(ticker.ask)).toBeGreaterThan(Number(ticker.bid));
  expect(candles).toHaveLength(1_000);
  const steps = candles.slice(1).map((candle, index) => Number(candle[0]) - Number(candles[index]![0]));
  expect(new Set(steps)).toEqual(new Set([60_000]));
});

test('a market order fills at the touch, and wallet, position and trades tell the same story', async () => {
  const placed = await exchange.createOrder(SYMBOL, 'market', 'buy', '0.5' as never, undefined, {
    clientOrderId: 'market-1',
  });
  const order = await fetchByClientId('market-1');
  expect(order.id).toBe(placed.id);
  expect(order).toMatchObject({ status: 'closed', filled: '0.5', clientOrderId: 'market-1' });

  const [position] = await exchange.fetchPositions([SYMBOL]);
  expect(position).toMatchObject({ side: 'long', contracts: '0.5' });
  const [trade] = await exchange.fetchMyTrades(SYMBOL);
  expect(trade).toMatchObject({ order: placed.id, amount: '0.5', takerOrMaker: 'taker' });

  const notional = Number(order.average) * 0.5;
  const balance = await exchange.fetchBalance();
  expect(Number(balance['USDT']!.total)).toBeCloseTo(100_000 - notional * 0.00055, 4);
  expect(Number(balance['USDT']!.used)).toBeCloseTo(notional / 10, 4);
  const audited = venue.audit().balances['USDT']!;
  expect(Number(balance['USDT']!.free)).toBeCloseTo(Number(audited.available), 8);
});

test('a resting limit order locks margin until it is cancelled, and is then in the history', async () => {
  const { bid } = await exchange.fetchTicker(SYMBOL);
  const price = exchange.priceToPrecision(SYMBOL, Number(bid) * 0.9);
  await exchange.createOrder(SYMBOL, 'limit', 'buy', '0.2' as never, price as never, { clientOrderId: 'limit-1' });
  expect(await exchange.fetchOpenOrders(SYMBOL)).toHaveLength(1);
  expect(Number(venue.audit().balances['USDT']!.locked)).toBeGreaterThan(0);

  await exchange.cancelOrder('', SYMBOL, { orderLinkId: 'limit-1' });
  expect(await exchange.fetchOpenOrders(SYMBOL)).toHaveLength(0);
  expect(venue.audit().balances['USDT']!.locked).toBe('0');
  const [closed] = await exchange.fetchCanceledAndClosedOrders(SYMBOL, undefined, undefined, {
    orderLinkId: 'limit-1',
  });
  expect(closed).toMatchObject({ clientOrderId: 'limit-1', status: 'canceled', filled: '0' });
  await expect(exchange.cancelOrder('', SYMBOL, { orderLinkId: 'limit-1' })).rejects.toThrow(ccxt.OrderNotFound);
});

test('an order that was never sent is not found', async () => {
  await expect(fetchByClientId('nobody')).rejects.toThrow(ccxt.OrderNotFound);
});

test('ccxt recognises refusals: funds, a used client id, a closed order', async () => {
  await expect(exchange.createOrder(SYMBOL, 'market', 'buy', '100' as never)).rejects.toThrow(ccxt.InsufficientFunds);
  await exchange.createOrder(SYMBOL, 'market', 'buy', '0.01' as never, undefined, { clientOrderId: 'twice' });
  await expect(
    exchange.createOrder(SYMBOL, 'market', 'buy', '0.01' as never, undefined, { clientOrderId: 'twice' }),
  ).rejects.toThrow('110072');
  expect(venue.audit()).toMatchObject({
    duplicatesRefused: 1,
    maxOrdersPerClientId: 1,
    orders: { accepted: 1, rejected: 2 },
  });
});

test('leverage changes the margin of a position', async () => {
  await exchange.setLeverage(5, SYMBOL);
  await exchange.createOrder(SYMBOL, 'market', 'sell', '0.1' as never);
  const [position] = await exchange.fetchPositions([SYMBOL]);
  expect(position).toMatchObject({ side: 'short', leverage: '5' });
  expect(Number(position!.initialMargin)).toBeCloseTo(Number(position!.notional) / 5, 0);
});
