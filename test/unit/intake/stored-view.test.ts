import type { SignalView } from '../../../src/domain/signal-view';
import { readSignalView } from '../../../src/intake/stored-view';

const REST = {
  fingerprint: '0123456789abcdef',
  venue: 'bybit',
  signal: { symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', timestampMs: 0, intent: 'entry' },
  outcome: 'FILLED',
  detail: '0.01 BTCUSDT at 100.',
  sendAttempts: 1,
  timeline: [],
} as const;
const ORDER = { clientOrderId: 'c', quantity: '0.02', averagePrice: '100' };
const VIEW: SignalView = { ...REST, state: 'ENDED', order: { ...ORDER, filledQuantity: '0.01' } };

test('an account is read as it is', () => {
  expect(readSignalView(VIEW)).toEqual(VIEW);
});

test('an account with the older names says the same', () => {
  const older = { ...REST, stage: 'ENDED', order: { ...ORDER, filledAmount: '0.01' } } as const;
  expect(readSignalView(older)).toEqual(VIEW);
});

test('an account with the older names and without an order has none', () => {
  expect(readSignalView({ ...REST, stage: 'SIZING' })).toEqual({ ...REST, state: 'SIZING', order: undefined });
});
