/** Stops that come with an order, and what becomes of them: against a market that stands where the test puts it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderRecord } from '../../../src/paper-venue/book/records';
import { Account } from './support/account';

let stateDir: string;
let account: Account;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'paper-stops-'));
  account = new Account(stateDir);
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const BOTH = { stopLoss: '49000', takeProfit: '52000', tpslMode: 'Full' };

function place(changes: Readonly<Record<string, unknown>>): OrderRecord {
  return account.engine.place(account.order(changes));
}

function ended(): (string | undefined)[][] {
  return [...account.book.orders.orders()]
    .filter(({ stop, status }) => stop && status !== 'Untriggered')
    .map(({ stop, status, cancelType }) => [stop?.kind, status, cancelType])
    .toReversed();
}

test('they are there with the first fill, for the whole position, and name the order that brought them', () => {
  place({ ...BOTH, orderLinkId: 'entry' });
  expect(account.stops).toEqual(['StopLoss 49000 of 1', 'TakeProfit 52000 of 1']);
  const [stop] = account.book.orders.stops('BTCUSDT');
  expect(stop).toMatchObject({
    clientOrderId: '',
    side: 'Sell',
    reduceOnly: true,
    status: 'Untriggered',
    createType: 'CreateByStopLoss',
    stop: { parentClientOrderId: 'entry', triggerBy: 'LastPrice', lastPriceOnCreated: '50000.00' },
  });
});

test('fill and stops are one line of the journal: no crash comes between them', () => {
  const commits: number[] = [];
  account.book.onOrders((orders) => commits.push(orders.length));
  place(BOTH);
  expect(commits).toEqual([3]);
});

test('a resting order brings them when it fills, and grows them with every further fill', () => {
  const options = { partialFill: { share: 0.4, restDelayMs: 5_000 } };
  place({ ...BOTH, stopLoss: '48000', orderType: 'Limit', price: '49000' });
  expect(account.stops).toEqual([]);
  account.movePrice(48_990);
  expect(account.stops).toEqual(['StopLoss 48000 of 1', 'TakeProfit 52000 of 1']);
  account.engine.place(account.order({ qty: '1' }), options);
  expect(account.stops).toEqual(['StopLoss 48000 of 1.4', 'TakeProfit 52000 of 1.4']);
  account.waitMs(5_000);
  expect(account.stops).toEqual(['StopLoss 48000 of 2', 'TakeProfit 52000 of 2']);
});

test('those of a later order take the place of the former ones once it has executed, and keep their identity', () => {
  place(BOTH);
  const [former] = account.book.orders.stops('BTCUSDT');
  place({ stopLoss: '49500', orderLinkId: 'later', orderType: 'Limit', price: '49900' });
  expect(account.stops).toEqual(['StopLoss 49000 of 1', 'TakeProfit 52000 of 1']);
  account.movePrice(49_800);
  expect(account.stops).toEqual(['StopLoss 49500 of 2', 'TakeProfit 52000 of 2']);
  const [present] = account.book.orders.stops('BTCUSDT');
  expect(present).toMatchObject({ orderId: former?.orderId, stop: { parentClientOrderId: 'later' } });
});

test('a stop that moved meanwhile stays where it is while the rest of its order fills', () => {
  account.engine.place(account.order(BOTH), { partialFill: { share: 0.5, restDelayMs: 5_000 } });
  account.setStops({ stopLoss: '49900' });
  account.waitMs(5_000);
  expect(account.stops).toEqual(['StopLoss 49900 of 1', 'TakeProfit 52000 of 1']);
});

test('the rest of an order whose first part was closed meanwhile brings them again', () => {
  account.engine.place(account.order(BOTH), { partialFill: { share: 0.5, restDelayMs: 120_000 } });
  place({ side: 'Sell', qty: '1', reduceOnly: true });
  expect(account.stops).toEqual([]);
  account.waitMs(120_000);
  expect(account.stops).toEqual(['StopLoss 49000 of 0.5', 'TakeProfit 52000 of 0.5']);
});

test('an order of the other side that only reduces brings none, and leaves the present ones smaller', () => {
  place(BOTH);
  place({ side: 'Sell', qty: '0.4', stopLoss: '51000' });
  expect(account.stops).toEqual(['StopLoss 49000 of 0.6', 'TakeProfit 52000 of 0.6']);
});

test('an order beyond the position removes the former side and brings its own', () => {
  place(BOTH);
  place({ side: 'Sell', qty: '3', stopLoss: '51000' });
  expect(account.stops).toEqual(['StopLoss 51000 of 2']);
  expect(account.book.orders.stops('BTCUSDT')[0]).toMatchObject({ side: 'Buy' });
});

test('a position that is closed takes them along, some cancelled and some deactivated', () => {
  place(BOTH);
  place({ side: 'Sell', qty: '1', reduceOnly: true });
  expect(ended()).toEqual([
    ['StopLoss', 'Cancelled', 'CancelByTpSlTsClear'],
    ['TakeProfit', 'Deactivated', 'CancelByTpSlTsClear'],
  ]);
});

test('the stop closes by market at the touch when the price reaches it, and its partner goes', () => {
  place(BOTH);
  const [stop] = account.book.orders.stops('BTCUSDT');
  account.movePrice(48_990);
  expect(account.figures.size).toBe('0');
  expect(ended()).toEqual([
    ['StopLoss', 'Filled', undefined],
    ['TakeProfit', 'Deactivated', 'CancelByOCOTpCanceledBySlTriggered'],
  ]);
  const [execution] = account.book.orders.executions();
  expect(execution).toMatchObject({
    orderId: stop?.orderId,
    price: '48989.8',
    isMaker: false,
    stopOrderType: 'StopLoss',
    closedQuantity: '1',
  });
});

test('the target does the same, and removes the stop', () => {
  place(BOTH);
  account.movePrice(52_000);
  expect(account.figures.size).toBe('0');
  expect(ended().map(([kind, , why]) => [kind, why])).toEqual([
    ['StopLoss', 'CancelByOCOSlCanceledByTpTriggered'],
    ['TakeProfit', undefined],
  ]);
});

test('a short is guarded the other way round', () => {
  place({ side: 'Sell', stopLoss: '51000', takeProfit: '48000' });
  account.movePrice(50_900);
  expect(account.figures.size).toBe('-1');
  account.movePrice(51_000);
  expect(account.figures.size).toBe('0');
  expect(ended()[0]).toEqual(['StopLoss', 'Filled', undefined]);
});

test('a stop that finds only a part ends with it, and the rest is without one', () => {
  account.engine.place(account.order(BOTH), { stopTrouble: { fillShare: 0.3 } });
  account.movePrice(48_000);
  expect(account.figures.size).toBe('0.7');
  expect(account.stops).toEqual([]);
  expect(ended()[0]).toEqual(['StopLoss', 'Cancelled', undefined]);
});

test('what a fault loses never comes', () => {
  const order = account.engine.place(account.order(BOTH), { losesStops: ['StopLoss'] });
  expect(order.attached?.stopLoss).toBe('49000');
  expect(account.stops).toEqual(['TakeProfit 52000 of 1']);
});

describe('at its creation an order is refused', () => {
  const wording = (what: string, side: string, should: string) =>
    new RegExp(`^${what}:\\d+ set for ${side} position should ${should} base_price:500000000\\?\\?LastPrice$`);

  test.each([
    ['Buy', { stopLoss: '50000' }, wording('StopLoss', 'Buy', 'lower than')],
    ['Buy', { takeProfit: '50000' }, wording('TakeProfit', 'Buy', 'be higher than')],
    ['Sell', { stopLoss: '50000' }, wording('StopLoss', 'Sell', 'greater')],
    ['Sell', { takeProfit: '50000' }, wording('TakeProfit', 'Sell', 'lower than')],
  ])('on the %s side for %j, which the price has passed', (side, stops, message) => {
    expect(() => place({ side, ...stops })).toThrow(message);
    expect(account.book.orders.acceptedOrders).toBe(0);
  });

  test('that rests, by its own price', () => {
    const resting = { orderType: 'Limit', price: '49000', stopLoss: '49500' };
    expect(() => place(resting)).toThrow('base_price:490000000??LastPrice');
    expect(place({ ...resting, stopLoss: '48900', takeProfit: '49500' }).status).toBe('New');
  });

  test.each([
    ['Partial mode', { tpslMode: 'Partial', stopLoss: '49000' }, 'does not support tpslMode Partial'],
    [
      'a limit stop',
      { tpslMode: 'Full', stopLoss: '49000', slOrderType: 'Limit' },
      'does not support slOrderType Limit',
    ],
    ['a kind of order without a mode', { stopLoss: '49000', slOrderType: 'Market' }, 'when tpSlMode is empty'],
    ['another mode', { tpslMode: 'Half', stopLoss: '49000' }, 'tpslMode invalid'],
    ['another trigger', { stopLoss: '49000', slTriggerBy: 'Moon' }, 'SlTriggerBy invalid'],
    ['a price between steps', { stopLoss: '49000.05' }, 'StopLoss invalid'],
    ['a negative price', { takeProfit: '-1' }, 'TakeProfit invalid'],
    ['what only reduces', { side: 'Sell', reduceOnly: true, stopLoss: '51000' }, 'cannot be set with reduceOnly'],
  ])('for %s', (_, changes, message) => {
    expect(() => place(changes)).toThrow(message);
  });

  test('and one whose stops are zero or empty brings none', () => {
    expect(place({ stopLoss: '0', takeProfit: '', tpslMode: 'Full' }).attached).toBeUndefined();
    expect(account.stops).toEqual([]);
  });
});
