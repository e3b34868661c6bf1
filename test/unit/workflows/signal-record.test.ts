import type { OrderPlan } from '../../../src/domain/market';
import { reservedSentence } from '../../../workflows/signal-record';

test.each([
  ['20.5', 'Reserved 20.5 USDT for 0.01 BTCUSDT.'],
  ['0', 'Reserved nothing: 0.01 BTCUSDT reduces a position.'],
  ['0.00', 'Reserved nothing: 0.01 BTCUSDT reduces a position.'],
])('of %p reserved the record says %p', (reserveAmount, sentence) => {
  const plan = { reserveAmount, asset: 'USDT', quantity: '0.01', symbol: 'BTCUSDT' } as OrderPlan;
  expect(reservedSentence(plan)).toBe(sentence);
});
