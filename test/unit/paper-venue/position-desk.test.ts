/** The adapter's desk against the paper venue: what one sets the other must show, from the entry's stop to the money. */
import { Decimal } from 'decimal.js';
import type { OrderPlan } from '../../../src/domain/market';
import type { PositionRow, ProtectionChange } from '../../../src/domain/position/types';
import { Secret } from '../../../src/secrets/secret';
import { createVenue } from '../../../src/venues/create-venue';
import type { PlaceOrderAnswer, PositionDesk, Venue } from '../../../src/venues/venue';
import { API_KEY, API_SECRET, PaperVenues } from './support/paper-server';

const SYMBOL = 'BTCUSDT';
const OTHER_SYMBOL = 'ETHUSDT';

const papers = new PaperVenues();
let venue: Venue;
let desk: PositionDesk;
let ask: Decimal;
let url: string;

beforeEach(async () => {
  ({ url } = await papers.start());
  venue = createVenue({
    name: 'bybit',
    config: {
      adapter: 'bybit',
      environment: 'paper',
      symbols: [SYMBOL, OTHER_SYMBOL],
      settleAsset: 'USDT',
      receiveWindowMs: 5_000,
      requestTimeoutMs: 5_000,
    },
    baseUrl: url,
    credentials: { apiKey: new Secret(API_KEY), apiSecret: new Secret(API_SECRET) },
    permits: 'not needed',
  });
  desk = venue.positionDesk!;
  const ticker = (await venue.tickers()).find(({ symbol }) => symbol === SYMBOL);
  ask = new Decimal(ticker?.ask ?? NaN);
});

afterEach(async () => {
  await venue.close();
  await papers.cleanUp();
});

/** A share of the price on the symbol's step. */
function priceAt(share: number): string {
  return ask.times(share).toDecimalPlaces(0).toFixed();
}

async function place(change: Partial<OrderPlan> = {}): Promise<PlaceOrderAnswer> {
  return venue.placeOrder({
    symbol: SYMBOL,
    direction: 'BUY',
    clientOrderId: 'entry-1',
    quantity: '0.01',
    reduceOnly: false,
    asset: 'USDT',
    reserveAmount: '1000',
    referencePrice: ask.toFixed(),
    stopLoss: priceAt(0.8),
    takeProfit: priceAt(1.2),
    ...change,
  });
}

async function close(): Promise<PlaceOrderAnswer> {
  const exit = { direction: 'SELL', clientOrderId: 'exit-1', reduceOnly: true } as const;
  return place({ ...exit, stopLoss: undefined, takeProfit: undefined });
}

async function set(change: Partial<ProtectionChange>): Promise<string> {
  const { status } = await desk.setProtection({
    symbol: SYMBOL,
    stopTrigger: 'mark',
    targetTrigger: 'last',
    ...change,
  });
  return status;
}

/** What a test lets happen at the venue. */
async function happen(what: string, command: object): Promise<void> {
  const response = await fetch(`${url}/paper/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(command),
  });
  expect([what, response.status]).toEqual([what, 200]);
}

async function row(): Promise<PositionRow | undefined> {
  const { rows, unreadable } = await desk.rows();
  expect(unreadable).toEqual([]);
  return rows.find(({ symbol }) => symbol === SYMBOL);
}

test('an entry brings its stop and its target: the position has them, and no order of ours is open', async () => {
  const { outcome } = await place();
  expect(outcome.kind).toBe('PLACED');
  expect(await row()).toMatchObject({
    side: 'LONG',
    size: '0.01',
    stopLoss: priceAt(0.8),
    takeProfit: priceAt(1.2),
    status: 'normal',
  });
  expect((await venue.openOrders()).clientOrderIds).toEqual([]);
});

test('an entry whose stop was passed meanwhile opens nothing, and says so', async () => {
  const { outcome } = await place({ referencePrice: priceAt(1.2), stopLoss: priceAt(1.1), takeProfit: undefined });
  expect(outcome).toMatchObject({
    kind: 'REJECTED',
    message: expect.stringContaining('the stop was already passed') as string,
  });
  expect(await row()).toBeUndefined();
});

test('what guards a position is set, moved and removed, each leg alone', async () => {
  await place({ takeProfit: undefined });
  const seen = [
    await set({ stopLoss: priceAt(0.9) }),
    await set({ stopLoss: priceAt(0.9) }),
    await set({ stopLoss: priceAt(1.1) }),
    await set({ takeProfit: priceAt(0.9) }),
    await set({ takeProfit: priceAt(1.3), trailingDistance: priceAt(0.05) }),
    await set({ takeProfit: null }),
  ];
  expect(seen).toEqual(['set', 'already', 'price_passed', 'price_passed', 'set', 'set']);
  const { stopLoss, takeProfit, trailingDistance } = (await row())!;
  expect([stopLoss, takeProfit, trailingDistance]).toEqual([priceAt(0.9), undefined, priceAt(0.05)]);
});

test('where no position is there is nothing to guard, and nothing to reduce', async () => {
  expect(await set({ symbol: OTHER_SYMBOL, stopLoss: '1000' })).toBe('no_position');
  expect((await close()).outcome).toMatchObject({ kind: 'REJECTED', venueCode: '110017' });
});

test('a closed position is told by its executions and its money, to the last digit', async () => {
  const sinceMs = (await venue.time()) - 1_000;
  const before = (await venue.balances()).assets['USDT']!;
  await place();
  await close();
  expect(await row()).toBeUndefined();
  const executions = await desk.executions(SYMBOL, sinceMs);
  expect(executions).toMatchObject([
    { clientOrderId: 'entry-1', direction: 'BUY', kind: 'trade', quantity: '0.01', closedQuantity: '0' },
    { clientOrderId: 'exit-1', direction: 'SELL', kind: 'trade', quantity: '0.01', closedQuantity: '0.01' },
  ]);
  const money = await desk.moneyLog(sinceMs);
  expect(money.map(({ executionId }) => executionId)).toEqual(executions.map(({ executionId }) => executionId));
  const changes = money.reduce((sum, { change }) => sum.plus(change), new Decimal(0));
  const after = (await venue.balances()).assets['USDT']!;
  expect(changes.toFixed()).toBe(new Decimal(after.total).minus(before.total).toFixed());
  expect(money.at(-1)?.balance).toBe(after.total);
});

test('a stop that the venue lost is seen, and set again', async () => {
  await place();
  await happen('positions/clear-stop', { symbol: SYMBOL });
  const bare = await row();
  expect([bare?.size, bare?.stopLoss, bare?.takeProfit]).toEqual(['0.01', undefined, undefined]);
  expect(await set({ stopLoss: priceAt(0.8) })).toBe('set');
  expect((await row())?.stopLoss).toBe(priceAt(0.8));
});

test('what others and the venue do to a position is told by its kind, and the money is the wallet', async () => {
  const sinceMs = (await venue.time()) - 1_000;
  const before = (await venue.balances()).assets['USDT']!;
  await place({ quantity: '0.1' });
  await happen('funding', { symbol: SYMBOL, rate: '0.001' });
  await happen('positions/close', { symbol: SYMBOL, quantity: '0.02' });
  await happen('positions/adl', { symbol: SYMBOL, quantity: '0.03' });
  await happen('transfer', { amount: '250.5' });
  await happen('transfer', { amount: '-50' });
  await happen('positions/liquidate', { symbol: SYMBOL });
  const executions = await desk.executions(SYMBOL, sinceMs);
  expect(executions.map(({ kind, closedQuantity, createType }) => [kind, closedQuantity, createType])).toEqual([
    ['trade', '0', 'CreateByUser'],
    ['funding', '0', ''],
    ['trade', '0.02', 'CreateByClosing'],
    ['adl', '0.03', 'CreateByAdl_PassThrough'],
    ['liquidation', '0.05', 'CreateByLiq'],
  ]);
  const money = await desk.moneyLog(sinceMs);
  const kinds = ['trade', 'funding', 'trade', 'adl', 'transfer_in', 'transfer_out', 'liquidation'];
  expect(money.map(({ kind }) => kind)).toEqual(kinds);
  const ids = executions.map(({ executionId }) => executionId);
  expect(money.filter(({ symbol }) => symbol === SYMBOL).map(({ executionId }) => executionId)).toEqual(ids);
  const after = (await venue.balances()).assets['USDT']!;
  const changes = money.reduce((sum, { change }) => sum.plus(change), new Decimal(before.total));
  expect(changes.toFixed()).toBe(new Decimal(after.total).toFixed());
});
