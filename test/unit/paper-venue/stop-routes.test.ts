/** Stops of positions as a client of the venue meets them: requests, rows, faults, the private books. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFaultPlan } from '../../../src/paper-venue/faults/fault-specification';
import type { FaultTarget } from '../../../src/paper-venue/faults/fault-plan';
import type { PaperVenue } from '../../../src/paper-venue/paper-venue';
import { waitFor } from '../../../harness/wait-for';
import { PaperVenues } from './support/paper-server';
import { type Answer, createOrder, marketOrder, rows, signedRequest } from './support/signed-request';

const venues = new PaperVenues();
let stateDir: string;
let venue: PaperVenue;

beforeAll(async () => {
  stateDir = venues.folder();
  venue = await venues.start({ stateDir });
});

afterEach(async () => {
  venue.setFaults(undefined);
  await create('', { side: 'Sell', reduceOnly: true });
  await post('/v5/order/cancel-all', { settleCoin: 'USDT' });
});

afterAll(() => venues.cleanUp());

/** Far from any price of the samples. */
const FAR = { stopLoss: '1000.0', takeProfit: '900000.0', tpslMode: 'Full' };

function post(path: string, body: object): Promise<Answer> {
  return signedRequest(venue.url, 'POST', path, { category: 'linear', ...body });
}

function get(path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return signedRequest(venue.url, 'GET', path, { category: 'linear', symbol: 'BTCUSDT', ...query });
}

function create(clientOrderId: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  return createOrder(venue.url, marketOrder(clientOrderId, changes));
}

function setStops(changes: object): Promise<Answer> {
  return post('/v5/position/trading-stop', { symbol: 'BTCUSDT', positionIdx: 0, tpslMode: 'Full', ...changes });
}

async function position(query: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>> {
  return rows(await get('/v5/position/list', query))[0]!;
}

async function stops(query: Readonly<Record<string, string>> = {}): Promise<Record<string, string>[]> {
  return rows(await get('/v5/order/realtime', { orderFilter: 'StopOrder', ...query }));
}

function aim(target: FaultTarget): void {
  venue.setFaults(parseFaultPlan({ targets: [{ ordinal: 1, ...target }] }, 'of the test'));
}

test('an order with stops gives rows as the venue has them', async () => {
  await create('rows', { ...FAR, slTriggerBy: 'MarkPrice' });
  const [target, stop] = await stops();
  expect(stop).toMatchObject({
    orderLinkId: '',
    parentOrderLinkId: 'rows',
    orderStatus: 'Untriggered',
    stopOrderType: 'StopLoss',
    createType: 'CreateByStopLoss',
    orderType: 'Market',
    timeInForce: 'IOC',
    side: 'Sell',
    qty: '0.01',
    leavesQty: '0.01',
    price: '0',
    triggerPrice: '1000',
    triggerBy: 'MarkPrice',
    triggerDirection: 2,
    reduceOnly: true,
    closeOnTrigger: true,
  });
  expect(target).toMatchObject({ stopOrderType: 'TakeProfit', triggerBy: 'LastPrice', triggerDirection: 1 });
  const [entry] = rows(await get('/v5/order/history', { orderLinkId: 'rows' }));
  expect(entry).toMatchObject({ stopLoss: '1000', takeProfit: '900000', tpslMode: 'Full', slTriggerBy: 'MarkPrice' });
});

test('a query of orders names plain ones, stops, or both where it names no kind', async () => {
  await create('kinds', FAR);
  await create('kinds-resting', { orderType: 'Limit', price: '1000.0' });
  const kindsOf = async (query: Readonly<Record<string, string>>): Promise<unknown[]> =>
    rows(await get('/v5/order/realtime', query)).map((row) => row['stopOrderType']);
  expect(await kindsOf({})).toEqual(['', 'TakeProfit', 'StopLoss']);
  expect(await kindsOf({ orderFilter: 'Order' })).toEqual(['']);
  expect(await kindsOf({ orderFilter: 'StopOrder' })).toEqual(['TakeProfit', 'StopLoss']);
});

test('cancelling all plain orders leaves the stops, and cancelling all of them does not', async () => {
  await create('all', FAR);
  await create('all-resting', { orderType: 'Limit', price: '1000.0' });
  const plain = await post('/v5/order/cancel-all', { symbol: 'BTCUSDT', orderFilter: 'Order' });
  expect(rows(plain)).toHaveLength(1);
  expect(await stops()).toHaveLength(2);
  await post('/v5/order/cancel-all', { symbol: 'BTCUSDT' });
  expect(await stops()).toHaveLength(0);
});

test('stops are no orders of clients, and the books name them apart', async () => {
  const { accepted, open } = venue.audit().orders;
  const former = venue.audit().positionLives['BTCUSDT'];
  await create('apart', FAR);
  const newest = async (query: string): Promise<unknown> => {
    const answer = await fetch(`${venue.url}/paper/orders?limit=1${query}`);
    return ((await answer.json()) as { orders: { orderLinkId: string }[] }).orders[0]?.orderLinkId;
  };
  expect([await newest(''), await newest('&stops=1')]).toEqual(['apart', '']);
  const audit = venue.audit();
  expect(audit.orders).toMatchObject({ accepted: accepted + 1, open });
  expect(audit.openOrders).toEqual([]);
  expect(audit.stopOrders).toHaveLength(2);
  expect(audit.positionLives['BTCUSDT']).toMatchObject({
    unprotectedWithStop: former?.unprotectedWithStop,
    flips: 0,
  });
});

test('the row of a position shows what guards it, when it was opened, and a sequence that grows', async () => {
  await create('row', FAR);
  const opened = await position();
  expect(opened).toMatchObject({ stopLoss: '1000', takeProfit: '900000', trailingStop: '0', positionStatus: 'Normal' });
  expect((await setStops({ stopLoss: '1100', takeProfit: '0', trailingStop: '500' })).body).toMatchObject({
    retCode: 0,
    result: {},
  });
  const changed = await position({ settleCoin: 'USDT' });
  expect(changed).toMatchObject({
    stopLoss: '1100',
    takeProfit: '',
    trailingStop: '500',
    openTime: opened['openTime'],
  });
  expect(changed['seq']).toBe(Number(opened['seq']) + 1);
  await create('', { side: 'Sell', reduceOnly: true });
  expect(await position()).toMatchObject({ size: '0', side: '', stopLoss: '', openTime: 0 });
  expect(
    rows(await signedRequest(venue.url, 'GET', '/v5/position/list', { category: 'linear', settleCoin: 'USDT' })),
  ).toEqual([]);
});

test.each([
  [{ stopLoss: '1000.0' }, 'can not set tp/sl/ts for zero position'],
  [{ stopLoss: '1000.0', tpslMode: 'Partial' }, 'does not support tpslMode Partial'],
  [{ stopLoss: '1000.0', slSize: '0.01' }, 'does not support slSize'],
  [{ takeProfit: '1000.0', tpLimitPrice: '1000.0' }, 'does not support tpLimitPrice'],
  [{ stopLoss: '1000.0', positionIdx: 1 }, 'position idx not match position mode'],
  [{ stopLoss: 'cheap' }, 'StopLoss invalid'],
])('a change of %j is refused in words', async (change, message) => {
  expect((await setStops(change)).body).toMatchObject({ retCode: 10001, retMsg: expect.stringContaining(message) });
});

test('what is there already is not modified', async () => {
  await create('already', FAR);
  expect((await setStops(FAR)).body).toMatchObject({ retCode: 34040, retMsg: 'not modified' });
});

test('stops and the account of them survive a restart', async () => {
  await create('survives', FAR);
  await setStops({ trailingStop: '500000', activePrice: '900000' }).then(({ body }) =>
    expect(body.retCode).toBe(10001),
  );
  await setStops({ trailingStop: '500', activePrice: '900000' });
  const before = { stops: await stops(), position: await position(), lives: venue.audit().positionLives };
  await venue.close();
  venue = await venues.start({ stateDir });
  expect({ stops: await stops(), lives: venue.audit().positionLives }).toEqual({
    stops: before.stops,
    lives: before.lives,
  });
  expect(await position()).toMatchObject({ stopLoss: '1000', trailingStop: '500', seq: before.position['seq'] });
});

test('a stop that was cancelled by its id takes its partner along, and both are in the history', async () => {
  await create('pair', FAR);
  const [target] = await stops();
  await post('/v5/order/cancel', { symbol: 'BTCUSDT', orderId: target!['orderId'] });
  expect(await stops()).toEqual([]);
  const ended = rows(await get('/v5/order/history', { orderFilter: 'StopOrder', limit: '2' }));
  expect(ended.map(({ orderStatus, cancelType }) => [orderStatus, cancelType])).toEqual(
    expect.arrayContaining([
      ['Cancelled', 'CancelByUser'],
      ['Deactivated', 'CancelByUser'],
    ]),
  );
});

describe('faults', () => {
  test('attached_stop_lost: the order says that it has a stop, and none comes', async () => {
    aim({ fault: 'attached_stop_lost', endpoint: 'order_create', variant: 0 });
    await create('lost', FAR);
    expect((await stops()).map((row) => row['stopOrderType'])).toEqual(['TakeProfit']);
    expect(await position()).toMatchObject({ stopLoss: '', takeProfit: '900000' });
    expect(venue.audit().positionLives['BTCUSDT']?.unprotectedSinceMs).toBeGreaterThan(0);
  });

  test('stop_cleared: soon after a look at the positions one of them has no stop', async () => {
    await create('cleared', FAR);
    aim({ fault: 'stop_cleared', endpoint: 'position_list', variant: 0, delayMs: 20 });
    expect(await position()).toMatchObject({ stopLoss: '1000' });
    await waitFor('the stop to be lost', async () => (await position())['stopLoss'] === '', {
      intervalMs: 10,
      timeoutMs: 20_000,
    });
  });

  test.each([
    [0, 10001],
    [1, 10001],
    [2, 34040],
    [3, 10016],
  ])('stop_refused variant %i answers %i, and changes nothing', async (variant, retCode) => {
    await create(`refused-${variant}`, FAR);
    aim({ fault: 'stop_refused', endpoint: 'trading_stop', variant });
    expect((await setStops({ stopLoss: '1200' })).body.retCode).toBe(retCode);
    expect(await position()).toMatchObject({ stopLoss: '1000' });
  });

  test.each([
    ['stop_late', { delayMs: 1_000 }, { lateMs: 1_000 }],
    ['stop_fills_partly', { share: 0.5 }, { fillShare: 0.5 }],
  ] as const)('%s stays with the stops until they are set off', async (fault, how, trouble) => {
    await create(fault);
    aim({ fault, endpoint: 'trading_stop', ...how });
    await setStops({ stopLoss: '1300' });
    expect(readFileSync(join(stateDir, 'journal.jsonl'), 'utf8')).toContain(JSON.stringify(trouble));
  });

  test('position_stale: a position that has just changed is shown as it was', async () => {
    await create('stale', FAR);
    venue.setFaults(
      parseFaultPlan({ targets: [{ fault: 'position_stale', endpoint: 'position_list', ordinal: 2 }] }, 'of the test'),
    );
    const before = await position();
    await setStops({ stopLoss: '1200' });
    expect(await position()).toEqual(before);
    expect(await position()).toMatchObject({ stopLoss: '1200' });
  });

  test('position_stale: one that has just been closed is still there', async () => {
    await create('stale-closed', FAR);
    venue.setFaults(
      parseFaultPlan({ targets: [{ fault: 'position_stale', endpoint: 'position_list', ordinal: 2 }] }, 'of the test'),
    );
    const list = async (): Promise<unknown[]> =>
      rows(await signedRequest(venue.url, 'GET', '/v5/position/list', { category: 'linear', settleCoin: 'USDT' })).map(
        (row) => row['size'],
      );
    expect(await list()).toEqual(['0.01']);
    await create('', { side: 'Sell', reduceOnly: true });
    expect(await list()).toEqual(['0.01']);
    expect(await list()).toEqual([]);
  });

  test('position_hidden: positions are missing, and never twice in a row', async () => {
    await create('hidden', FAR);
    venue.setFaults(
      parseFaultPlan({ targets: [{ fault: 'position_hidden', endpoint: 'position_list', variant: 1 }] }, 'of the test'),
    );
    expect(rows(await get('/v5/position/list'))).toEqual([]);
    await waitFor('the position to be old enough', async () => rows(await get('/v5/position/list')).length === 1, {
      intervalMs: 50,
      timeoutMs: 20_000,
    });
  });

  test('duplicate_delivery of a change of stops: the second finds nothing to modify', async () => {
    await create('twice', FAR);
    aim({ fault: 'duplicate_delivery', endpoint: 'trading_stop' });
    expect((await setStops({ stopLoss: '1200' })).body.retCode).toBe(34040);
    expect(await position()).toMatchObject({ stopLoss: '1200' });
  });
});
