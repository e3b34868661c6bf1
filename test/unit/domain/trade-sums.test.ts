import fc from 'fast-check';
import { equityCurve, sumOfTrades, sumsBy } from '../../../src/domain/position/trade-sums';
import { aTrade } from '../positions/samples';

const trades = fc.array(
  fc
    .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.constantFrom('BTCUSDT', 'ETHUSDT', 'SOLUSDT'))
    .map(([cents, symbol]) => aTrade({ symbol, net: (cents / 100).toFixed(2) })),
  { maxLength: 30 },
);

test('the sums of all symbols are the sum of all trades, to the last digit', () => {
  fc.assert(
    fc.property(trades, (some) => {
      const bySymbol = sumsBy(some, ({ symbol }) => symbol).map(([, { net }]) => aTrade({ net }));
      expect(sumOfTrades(bySymbol).net).toBe(sumOfTrades(some).net);
    }),
  );
});

test('the curve ends at the sum', () => {
  fc.assert(
    fc.property(trades, (some) => {
      expect(equityCurve(some).at(-1)?.net ?? '0').toBe(sumOfTrades(some).net);
    }),
  );
});

test('a figure that cannot be read makes its sum unknown, never smaller', () => {
  expect(sumOfTrades([aTrade({ net: '1' }), aTrade({ net: 'NaN' })])).toMatchObject({ net: '', trades: 2 });
});
