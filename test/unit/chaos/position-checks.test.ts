/** What the attack makes of the venue's books: positions, and what no order of ours may do to them. */
import type { KnownExit } from '../../../chaos/exit-watch';
import { checkExecutions, checkLives, checkMoney } from '../../../chaos/position-checks';
import type { AuditedOrder } from '../../../chaos/venue-auditor';
import { venueEpisodes } from '../../../chaos/venue-episodes';
import { Violation } from '../../../chaos/violation';
import type { ClosedTrade } from '../../../src/domain/position/types';
import { newPositionLife } from '../../../src/paper-venue/book/position-life';

const STRANGER = 'external-1';
let sequence = 0;

beforeEach(() => {
  sequence = 0;
});

/** Filled at once. Each comes a second after the former one. */
function order(side: 'Buy' | 'Sell', qty: string, change: Partial<AuditedOrder> = {}): AuditedOrder {
  sequence += 1;
  const [orderId, execTime] = [`o${sequence}`, String(sequence * 1_000)];
  const reduceOnly = change.reduceOnly ?? false;
  return {
    orderId,
    orderLinkId: `of${sequence}`,
    symbol: 'BTCUSDT',
    side,
    reduceOnly,
    qty,
    stopLoss: reduceOnly ? '' : '90',
    orderStatus: 'Filled',
    cumExecQty: qty,
    avgPrice: '100',
    cumExecFee: '0',
    fills: [{ side, execQty: qty, closedSize: '0', execTime, seq: sequence }],
    ...change,
  };
}

function exitOf({ orderLinkId }: AuditedOrder, round: number): KnownExit {
  return { fingerprint: orderLinkId, clientOrderId: orderLinkId, symbol: 'BTCUSDT', openedAtMs: 1_000, round };
}

function check(orders: readonly AuditedOrder[], exits: readonly KnownExit[] = []) {
  const ids = new Set(exits.map(({ clientOrderId }) => clientOrderId));
  return checkExecutions({
    orders,
    episodes: venueEpisodes(orders),
    lives: {},
    exits,
    isHandedIn: (id) => id.startsWith('of') && !ids.has(id),
  });
}

test('a position is what fills from its opening to where it is flat; one that is turned over ends there, and the next begins', () => {
  const orders = [order('Buy', '2'), order('Sell', '3'), order('Buy', '1', { reduceOnly: true })];
  const [long, short] = venueEpisodes(orders.toReversed());
  expect(long).toMatchObject({ side: 'LONG', openedAtMs: 1_000, closedAtMs: 2_000 });
  expect(long!.fills.map(({ isFlip, reduces }) => [isFlip, reduces])).toEqual([
    [false, false],
    [true, true],
  ]);
  expect(short).toMatchObject({ side: 'SHORT', openedAtMs: 2_000, closedAtMs: 3_000 });
  expect(short!.fills.map(({ isFlip }) => isFlip)).toEqual([false, false]);
});

test('an entry with its stop and one exit break nothing, and are counted', () => {
  const [entry, exit] = [order('Buy', '2'), order('Sell', '2', { reduceOnly: true })];
  expect(check([entry, exit], [exitOf(exit, 1)])).toMatchObject({ positions: 1, exits: 1, doubleExits: 0, flips: 0 });
});

test.each<[fault: string, orders: () => readonly AuditedOrder[], rounds: readonly number[]]>([
  ['an entry without a stop', () => [order('Buy', '2', { stopLoss: '' })], []],
  ['an exit that may open something', () => [order('Buy', '2'), order('Sell', '2')], [1]],
  [
    'an exit that brings a stop',
    () => [order('Buy', '2'), order('Sell', '2', { reduceOnly: true, stopLoss: '9' })],
    [1],
  ],
  ['an entry that turns a position over', () => [order('Buy', '2'), order('Sell', '3')], []],
  ['an entry that reduces', () => [order('Buy', '2'), order('Sell', '1')], []],
  [
    'a former exit that fills after a later one',
    () => [order('Buy', '2'), order('Sell', '1', { reduceOnly: true }), order('Sell', '1', { reduceOnly: true })],
    [2, 1],
  ],
])('%s is a violation', (_fault, make, rounds) => {
  const orders = make();
  const exits = rounds.map((round, index) => exitOf(orders[index + 1]!, round));
  expect(() => check(orders, exits)).toThrow(Violation);
});

test('where somebody else had opened the position meanwhile, an entry is not to blame for what it met', () => {
  const orders = [order('Buy', '1', { orderLinkId: STRANGER, stopLoss: '' }), order('Sell', '3')];
  expect(check(orders)).toMatchObject({ flips: 0 });
});

test.each([
  ['without its stop', { unprotectedWithStop: { totalMs: 1, maxMs: 1 } }],
  ['without its stop at this moment', { unprotectedSinceMs: 5, timedAs: 'withStop' as const }],
  ['with two stops', { stopsMax: 2 }],
  ['with a stop of another size', { wrongQuantities: 1 }],
])('a position of ours %s is a violation', (_fault, change) => {
  const life = newPositionLife('BTCUSDT');
  expect(() => checkLives({ BTCUSDT: life })).not.toThrow();
  expect(() => checkLives({ BTCUSDT: { ...life, ...change } })).toThrow(Violation);
});

describe('money', () => {
  const trade = { symbol: 'BTCUSDT', side: 'LONG', openedAtMs: 1_000, net: '-1.25', isProven: true } as ClosedTrade;
  const books = () => ({
    episodes: venueEpisodes([order('Buy', '2'), order('Sell', '2', { reduceOnly: true })]),
    ledgers: {
      closed: [{ orderId: 'o2', symbol: 'BTCUSDT', closedPnl: '-1.5' }],
      changes: [
        { symbol: 'BTCUSDT', type: 'TRADE', change: '-1.5', transactionTime: '2000' },
        { symbol: 'BTCUSDT', type: 'SETTLEMENT', change: '0.25', transactionTime: '1500' },
      ],
    },
    trades: [trade],
    deposit: '100',
    wallet: '98.75',
    isHandedIn: () => true,
  });

  test('a trade that is what was closed and paid breaks nothing', () => {
    expect(checkMoney(books())).toEqual({ trades: 1, estimated: 0 });
  });

  test.each([
    ['a wallet that its log does not explain', { wallet: '98.7500000001' }],
    ['a trade that differs in its last digit', { trades: [{ ...trade, net: '-1.2500000001' }] }],
    ['a position of ours that nobody booked', { trades: [] }],
  ])('%s is a violation', (_fault, change) => {
    expect(() => checkMoney({ ...books(), ...change })).toThrow(Violation);
  });
});
