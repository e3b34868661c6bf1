import { episodeOfOrders, unshownEntries } from '../../../../src/domain/position/episode-of-orders';
import type { Execution } from '../../../../src/domain/position/types';

const AT_MS = 1_700_000_000_000;

function execution(clientOrderId: string, direction: 'BUY' | 'SELL', atMs: number, closedQuantity = '0'): Execution {
  const ids = { executionId: `${clientOrderId}-${atMs}`, orderId: clientOrderId, clientOrderId };
  const figures = { quantity: '1', price: '100', fee: '0', closedQuantity };
  return { ...ids, ...figures, symbol: 'X', direction, kind: 'trade', stopOrderType: '', createType: '', atMs };
}

const ENTRY = execution('entry', 'BUY', AT_MS);
const CLOSING = execution('against', 'SELL', AT_MS + 5_000, '1');
const FORMER = { side: 'LONG', openedAtMs: AT_MS, closedAtMs: AT_MS + 5_000, isProven: true, signals: [] } as const;

test('an entry that closed a position opened none', () => {
  expect(episodeOfOrders('X', [ENTRY, CLOSING], ['against'], undefined)).toBe('none');
});

test('what was booked before is not found again, and what an order of the same opened since is', () => {
  expect(episodeOfOrders('X', [ENTRY, CLOSING], ['entry'], FORMER)).toBe('none');
  const again = execution('entry', 'BUY', AT_MS + 9_000);
  const found = { side: 'LONG', openedAtMs: AT_MS + 9_000 };
  expect(episodeOfOrders('X', [ENTRY, CLOSING, again], ['entry'], FORMER)).toEqual(found);
});

test('an order that the venue does not tell of yet may have opened one', () => {
  expect(episodeOfOrders('X', [ENTRY, CLOSING], ['entry', 'later'], FORMER)).toBeUndefined();
  expect(episodeOfOrders('X', [], ['entry'], undefined)).toBeUndefined();
  expect(episodeOfOrders('X', [ENTRY], ['entry'], undefined)).toEqual({ side: 'LONG', openedAtMs: AT_MS });
});

test('an entry that filled and is in no execution is named, one that may still fill is not', () => {
  const opener = (clientOrderId: string) => ({ fingerprint: clientOrderId, clientOrderId, quantity: '1' });
  const filled = (clientOrderId: string) => ({ ...opener(clientOrderId), filledAtMs: AT_MS });
  const unshown = unshownEntries([ENTRY], [filled('entry'), filled('lost'), opener('rests')]);
  expect(unshown).toEqual([filled('lost')]);
});
