import { isDenial } from '../../../src/domain/denial';
import { ExactDecimal } from '../../../src/domain/decimal';
import { orderBoundFigures, type OrderBounds } from '../../../src/domain/entry-bounds';
import type { TradingSignal } from '../../../src/domain/signal';
import { planOrder } from '../../../src/domain/sizing';
import { market, signal, ticker, UNBOUNDED, UNGUARDED } from './fixtures';

function resultOf(change: Partial<TradingSignal>, bounds: Partial<OrderBounds>, leverageMax?: string): string {
  const plan = planOrder({
    signal: { ...signal, amount: '0.1', ...change },
    market: { ...market, leverageMax },
    ticker,
    freeFunds: '',
    fractionOfFree: '0.1',
    safetyMargin: '0.02',
    leverage: 5,
    clientOrderId: 'of-1',
    protection: UNGUARDED,
    bounds: { ...UNBOUNDED, ...bounds },
  });
  return isDenial(plan) ? `${plan.code} ${plan.message}` : 'planned';
}

const EXIT = { intent: 'exit', direction: 'SELL' } as const;

test('an order above the largest value is refused, with both figures', () => {
  expect(resultOf({}, { orderValueMax: '5000' })).toBe('planned');
  expect(resultOf({}, { orderValueMax: '4999.99' })).toBe(
    'ORDER_TOO_LARGE 0.1 BTC at 50000 is worth 5000 USDT; at most 4999.99 is allowed (risk.orderValueMax). Send a smaller amount.',
  );
  expect(resultOf(EXIT, { orderValueMax: '1' })).toBe('planned');
});

describe('a limit price', () => {
  test.each([
    ['BUY', '52500', 'planned'],
    ['BUY', '52500.1', 'PRICE_OUT_OF_BAND'],
    ['SELL', '47499.91', 'planned'],
    ['SELL', '47499.8', 'PRICE_OUT_OF_BAND'],
    // They rest, and cost nobody anything.
    ['BUY', '1000', 'planned'],
    ['SELL', '900000', 'planned'],
  ] as const)('of a %s at %s is within the band: %s', (direction, limitPrice, expected) => {
    expect(resultOf({ direction, limitPrice }, { priceBandFraction: '0.05' }).split(' ')[0]).toBe(expected);
  });

  test('is named with the market’s', () => {
    expect(resultOf({ limitPrice: '500000' }, { priceBandFraction: '0.05' })).toBe(
      "PRICE_OUT_OF_BAND The limit price 500000 is far above the market's 50000; at most 52500 is allowed (risk.priceBandFraction 0.05). Correct the price.",
    );
  });

  test('of an exit may lie anywhere', () => {
    expect(resultOf({ ...EXIT, limitPrice: '1' }, { priceBandFraction: '0.05' })).toBe('planned');
  });
});

test('a leverage above the market’s highest is refused, where that is known', () => {
  expect(resultOf({}, {}, '5')).toBe('planned');
  expect(resultOf({}, {}, undefined)).toBe('planned');
  expect(resultOf({}, {}, '4.5')).toMatch(/^LEVERAGE_TOO_HIGH .* is 5, and the highest of BTCUSDT is 4.5/);
  expect(resultOf(EXIT, {}, '4.5')).toBe('planned');
});

test.each([{ orderValueMax: '1e3' }, { priceBandFraction: 'wide' }])(
  'a bound that cannot be read lets nothing through: %j',
  (bounds) => {
    expect(resultOf({ limitPrice: '50000' }, bounds)).toMatch(/^INVALID_SIGNAL .* is unusable/);
  },
);

test('of an order that passes, each bound that is set is told with what it allows and what it found', () => {
  const decimal = (text: string) => new ExactDecimal(text);
  const price = decimal('51000');
  const order = {
    direction: 'BUY',
    market: { ...market, leverageMax: '100' },
    quantity: decimal('0.1'),
    price,
    quote: decimal('50000'),
    leverage: decimal('5'),
  } as const;
  const bounds = { orderValueMax: '6000', priceBandFraction: '0.05' };
  expect(orderBoundFigures({ ...order, limitPrice: price }, bounds)).toEqual([
    ['LEVERAGE_TOO_HIGH', '100', '5'],
    ['PRICE_OUT_OF_BAND', "5 % beyond the market's", '2 %'],
    ['ORDER_TOO_LARGE', '6000 USDT', '5100'],
  ]);
  const better = orderBoundFigures({ ...order, direction: 'SELL', limitPrice: price }, bounds);
  expect(better[1]).toEqual(['PRICE_OUT_OF_BAND', "5 % beyond the market's", '0 %']);
  expect(orderBoundFigures({ ...order, market }, UNBOUNDED)).toEqual([]);
});
