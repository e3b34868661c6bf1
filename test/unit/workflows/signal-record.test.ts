import type { OrderPlan, VenueOrder } from '../../../src/domain/market';
import { filledSentence, reservedSentence } from '../../../workflows/signal-record';

test.each([
  ['20.5', 'Reserved 20.5 USDT for 0.01 BTCUSDT.'],
  ['0', 'Reserved nothing: 0.01 BTCUSDT reduces a position.'],
  ['0.00', 'Reserved nothing: 0.01 BTCUSDT reduces a position.'],
])('of %p reserved the record says %p', (reserveAmount, sentence) => {
  const plan = { reserveAmount, asset: 'USDT', quantity: '0.01', symbol: 'BTCUSDT' } as OrderPlan;
  expect(reservedSentence(plan)).toBe(sentence);
});

describe('an entry that closes a position of the other side', () => {
  const plan = {
    closesOpposite: true,
    reserveAmount: '0',
    asset: 'USDT',
    quantity: '0.31',
    symbol: 'ETHUSDT',
    direction: 'BUY',
  } as OrderPlan;
  const order = { symbol: 'ETHUSDT', filledQuantity: '0.31', averagePrice: '1700.5', fee: '0.29' } as VenueOrder;

  test('says before it is sent what it does, and what of the signal is not used', () => {
    expect(reservedSentence(plan)).toBe(
      'Reserved nothing: closes SHORT 0.31 of ETHUSDT, and opens nothing; amount, stop and target of the signal are not used.',
    );
  });

  test.each([
    ['BUY', 'SHORT'],
    ['SELL', 'LONG'],
  ] as const)('says of a filled %s that the %s position is closed, and nothing opened', (direction, side) => {
    expect(filledSentence({ ...plan, direction }, order)).toBe(
      `Closed ${side} 0.31 of ETHUSDT at 1700.5, fee 0.29 USDT; opens nothing: amount, stop and target of the signal are not used.`,
    );
  });

  test('an order that opens something says what it bought', () => {
    expect(filledSentence({ ...plan, closesOpposite: undefined }, order)).toBe(
      '0.31 ETHUSDT at 1700.5, fee 0.29 USDT.',
    );
  });
});
