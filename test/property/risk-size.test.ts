/** Entries that are sized by risk: from the gate's settings to the order as it is sent. */
import * as fc from 'fast-check';
import { ExactDecimal, formatDecimal } from '../../src/domain/decimal';
import { isDenial } from '../../src/domain/denial';
import { judgeAll, NO_VIEWS } from '../../src/domain/model-gate/gate';
import { planOrder } from '../../src/domain/sizing';
import { market, ticker, UNBOUNDED, UNGUARDED } from '../unit/domain/fixtures';
import { predicted, termsAt } from '../unit/domain/model-gate/fixtures';

const STEPS = ['0.001', '0.01', '1', '10'] as const;

const worlds = fc.record({
  direction: fc.constantFrom(1, -1),
  /** Of the candle, and how far the price moved since. */
  close: fc.double({ min: 0.001, max: 100_000, noNaN: true }),
  moved: fc.integer({ min: -50, max: 50 }),
  adverse: fc.double({ min: 0.00001, max: 0.3, noNaN: true }),
  risk: fc.integer({ min: 1, max: 1_000_000 }).map((cents) => formatDecimal(new ExactDecimal(cents).dividedBy(100))),
  free: fc.integer({ min: 1, max: 10_000_000 }).map(String),
  quantityStep: fc.constantFrom(...STEPS),
  quantityMin: fc.constantFrom(...STEPS),
  notionalMin: fc.constantFrom(undefined, '5', '100'),
});

/** A price on steps that are small against it. */
function priced(price: number): { readonly price: string; readonly priceStep: string } {
  const decimals = Math.min(10, Math.max(0, 5 - Math.floor(Math.log10(price))));
  return { price: price.toFixed(decimals), priceStep: formatDecimal(new ExactDecimal(10).pow(-decimals)) };
}

test('an entry loses no more at its stop than is allowed, is no larger than without that, and is never raised to the smallest order', () => {
  fc.assert(
    fc.property(worlds, ({ direction, close, moved, adverse, risk, free, ...sizes }) => {
      const { price, priceStep } = priced(close * (1 + moved / 10_000));
      const costs = { takerFee: '0.00055', bid: price, ask: price, ...sizes };
      const settings = { stopFrom: 'adverseMove', stopAdverseMultiple: '1', riskPerTrade: risk } as const;
      const moves = { rise: [[0.9, adverse] as const], fall: [[0.9, adverse] as const] };
      const prediction = { ...predicted(0.01 * direction), close, ...moves };
      const [verdict] = judgeAll(NO_VIEWS, [prediction], {
        ...termsAt(0, settings),
        costs: { BTCUSDT: costs },
      }).verdicts;
      const { signal, size, outcome } = verdict!;
      const most = new ExactDecimal(size!.amountMax);
      const cut = most.dividedToIntegerBy(sizes.quantityStep).times(sizes.quantityStep);
      expect(most.times(size!.stopDistance).lessThanOrEqualTo(risk)).toBe(true);
      const isSmall =
        cut.isZero() || cut.lessThan(sizes.quantityMin) || cut.times(price).lessThan(sizes.notionalMin ?? '0');
      expect(outcome).toBe(isSmall ? 'BELOW_SMALLEST_ORDER' : 'OPENED');
      expect(signal?.amountMax).toBe(isSmall ? undefined : size!.amountMax);
      if (signal === undefined) return;
      const input = {
        market: { ...market, ...sizes, priceStep, quantityMax: undefined },
        ticker: { ...ticker, bid: price, ask: price },
        freeFunds: free,
        fractionOfFree: '0.1',
        safetyMargin: '0.02',
        leverage: 2,
        clientOrderId: 'of-1',
        protection: UNGUARDED,
        bounds: UNBOUNDED,
      };
      const plan = planOrder({ ...input, signal });
      if (isDenial(plan)) return;
      const lost = new ExactDecimal(plan.referencePrice).minus(plan.stopLoss!).abs().times(plan.quantity);
      expect(lost.lessThanOrEqualTo(risk)).toBe(true);
      const unbounded = planOrder({ ...input, signal: { ...signal, amountMax: undefined } });
      if (isDenial(unbounded)) throw new Error(unbounded.message);
      expect(new ExactDecimal(plan.quantity).lessThanOrEqualTo(unbounded.quantity)).toBe(true);
      expect([unbounded.quantity, formatDecimal(cut)]).toContain(plan.quantity);
    }),
  );
});
