import { OrderStore, ORDERS_KEPT_MAX, RECENT_CLOSED_MAX } from '../../../src/paper-venue/book/order-store';
import type { OrderRecord } from '../../../src/paper-venue/book/records';

function order(sequence: number, changes: Partial<OrderRecord> = {}): OrderRecord {
  return {
    sequence,
    orderId: `order-${sequence}`,
    clientOrderId: `client-${sequence}`,
    symbol: 'BTCUSDT',
    side: 'Buy',
    type: 'Market',
    timeInForce: 'IOC',
    quantity: '1',
    reduceOnly: false,
    status: 'Filled',
    filledQuantity: '1',
    filledValue: '100',
    fee: '0',
    createdAtMs: sequence,
    updatedAtMs: sequence,
    ...changes,
  };
}

test('the real-time query keeps the 500 orders that closed last', () => {
  const store = new OrderStore();
  for (let sequence = 1; sequence <= 3 * RECENT_CLOSED_MAX + 7; sequence += 1) store.put(order(sequence));
  const recent = store.recentClosed();
  expect(recent).toHaveLength(RECENT_CLOSED_MAX);
  expect(recent[0]!.sequence).toBe(3 * RECENT_CLOSED_MAX + 7);
  expect(store.isRecentClosed(recent.at(-1)!.orderId)).toBe(true);
  expect(store.isRecentClosed(`order-${recent.at(-1)!.sequence - 1}`)).toBe(false);
});

test('orders that are let go leave their client ids used, and open ones stay', () => {
  const store = new OrderStore();
  store.put(order(1, { status: 'New' }));
  const total = ORDERS_KEPT_MAX + 15_000;
  for (let sequence = 2; sequence <= total; sequence += 1) store.put(order(sequence));
  expect(store.byOrderId('order-1')).toBeDefined();
  expect(store.byClientOrderId('client-2')).toBeUndefined();
  expect(store.isClientOrderIdUsed('client-2')).toBe(true);
  expect([store.acceptedOrders, store.acceptedByClientOrderId.size]).toEqual([total, total]);
  expect([...store.orders()].length).toBeLessThan(ORDERS_KEPT_MAX + 10_000);

  const restored = new OrderStore();
  restored.restoreRetired(store.retired.clientOrderIds, store.retired.orders);
  for (const kept of [...store.orders()].toReversed()) restored.put(kept);
  expect([restored.acceptedOrders, restored.lastSequence]).toEqual([total, total]);
  expect(restored.isClientOrderIdUsed('client-2')).toBe(true);
});
