import { presentCancelled, presentOpenOrders } from '../../../src/api/present-orders';
import { renderCancelled, renderOpenOrders } from '../../../src/cli/render-open-orders';
import { openOrderOf, ordersToCancel, type OpenOrder } from '../../../src/intake/open-orders';
import type { Reservation } from '../../../src/domain/ledger/types';
import type { SignalView } from '../../../src/domain/signal-view';

const ORDER: OpenOrder = {
  fingerprint: '0123456789abcdef',
  stand: 'open',
  intent: 'entry',
  symbol: 'BTCUSDT',
  direction: 'BUY',
  quantity: '0.01',
  filledQuantity: '0',
  limitPrice: '1000',
  timeInForce: 'GTC',
};
const EXIT: OpenOrder = { ...ORDER, fingerprint: 'fedcba9876543210', intent: 'exit', direction: 'SELL' };
const UNSENT: OpenOrder = { ...ORDER, stand: 'unsent' };

function many(count: number): readonly OpenOrder[] {
  return Array.from({ length: count }, () => ORDER);
}

describe('what may still fill', () => {
  test('is told with what a person needs to decide', () => {
    const text = renderOpenOrders({ orders: [ORDER], waiting: 0 }, 'bybit', 'halted');
    expect(text).toContain('1 order is open at bybit and may still fill:');
    expect(text).toMatch(/0123456789abcdef +BUY +BTCUSDT +0.01 +0 +1000 +entry +GTC/);
    expect(text).toContain('oncefill signal cancel FINGERPRINT');
  });

  test('is said to be nothing where that is so', () => {
    expect(renderOpenOrders({ orders: [], waiting: 0 }, 'bybit', 'active')).toBe(
      'No order of a signal is open at bybit.',
    );
  });

  test('is bounded, for people and for programs', () => {
    const open = { orders: many(600), waiting: 0 };
    expect(renderOpenOrders(open, 'bybit', 'halted')).toContain('and 580 more');
    expect(presentOpenOrders(open)).toMatchObject({ open: 600, more: 580, orders: { length: 20 } });
    expect(renderCancelled(many(600).map((order) => ({ order, message: 'no' })))).toContain('and 580 more');
  });

  test('says what is not proven', () => {
    const text = renderOpenOrders({ orders: [{ ...ORDER, stand: 'unproven' }], waiting: 0 }, 'bybit', 'halted');
    expect(text).toContain('not proven');
    expect(presentOpenOrders({ orders: [{ ...ORDER, stand: 'unproven' }], waiting: 0 }).orders[0]).toMatchObject({
      is_proven: false,
    });
  });

  test('says of exits what a halt means for them', () => {
    const open = { orders: [ORDER, EXIT], waiting: 0 };
    expect(renderOpenOrders(open, 'bybit', 'halted')).toContain('1 of them only reduce');
    expect(renderOpenOrders(open, 'bybit', 'reducing')).not.toContain('only reduce');
  });
});

test.each([
  ['halted', 'DENIED (TRADING_HALTED)'],
  ['reducing', 'DENIED (REDUCE_ONLY)'],
  ['active', 'they go on'],
] as const)('while trading is %s, what was not sent yet is told with what becomes of it', (state, words) => {
  const text = renderOpenOrders({ orders: [UNSENT], waiting: 2 }, 'bybit', state);
  expect(text).toContain('3 signals are under way that have sent nothing yet');
  expect(text).toContain(words);
  expect(presentOpenOrders({ orders: [UNSENT], waiting: 2 })).toMatchObject({ open: 0, unsent: 3 });
});

test('a halt cancels everything, a reduction leaves the exits', () => {
  const orders = [ORDER, EXIT, UNSENT];
  expect(ordersToCancel(orders, 'halt')).toEqual(orders);
  expect(ordersToCancel(orders, 'reduce')).toEqual([ORDER, UNSENT]);
});

test('what was cancelled is told one by one, and what has not ended as that', () => {
  const cancelled = [
    { order: ORDER, outcome: 'CANCELLED', message: 'Nothing filled.' },
    { order: EXIT, message: 'It could not be asked to cancel.' },
  ] as const;
  const text = renderCancelled(cancelled);
  expect(text).toContain('1 of 2 signals');
  expect(text).toContain('fedcba9876543210  has not ended yet: It could not be asked to cancel.');
  expect(presentCancelled(cancelled)[0]).toMatchObject({ fingerprint: ORDER.fingerprint, outcome: 'CANCELLED' });
  expect(renderCancelled([])).toBe('There was nothing to cancel.');
});

test.each([
  ['WORKING', 'open'],
  ['RESERVING', 'unproven'],
  ['PLACING', 'unproven'],
  ['RESOLVING', 'unproven'],
  ['MISSING', 'unproven'],
  ['WAITING_FOR_PERMIT', 'unsent'],
  ['SETTLING', undefined],
  ['ENDED', undefined],
] as const)('an order whose signal is %s is %s', (state, stand) => {
  const reservation = { id: 'f', intent: 'entry', metadata: {} } as unknown as Reservation;
  expect(openOrderOf(reservation, { state } as SignalView)?.stand).toBe(stand);
});

test('an order that the venue was asked to cancel is told as that, and not as proven to be open', () => {
  const reservation = { id: 'f', intent: 'entry', metadata: {} } as unknown as Reservation;
  const view = { state: 'WORKING', isCancelAsked: true } as SignalView;
  expect(openOrderOf(reservation, view)?.stand).toBe('cancelling');
  const open = { orders: [ORDER, { ...ORDER, stand: 'cancelling' as const }], waiting: 0 };
  expect(renderOpenOrders(open, 'bybit', 'halted')).toContain('1 of them asked to cancel and not seen to end yet');
  expect(presentOpenOrders(open).orders.map(({ is_proven: isProven }) => isProven)).toEqual([true, false]);
});

test('an order whose signal does not answer may be at the venue', () => {
  const reservation = { id: 'f', intent: 'entry', metadata: {} } as unknown as Reservation;
  expect(openOrderOf(reservation, undefined)).toMatchObject({ stand: 'unproven', filledQuantity: undefined });
});
