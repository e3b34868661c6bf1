/** Whatever the side, the price and its step: what guards a position is on the step, on its side, and no looser than asked. */
import fc from 'fast-check';
import { ExactDecimal } from '../../src/domain/decimal';
import { isDenial } from '../../src/domain/denial';
import { protectionOf } from '../../src/domain/protection/plan-protection';
import { breakEvenStop, isTighter, tighterStop } from '../../src/domain/protection/ratchet';
import { market, signal, UNGUARDED } from '../unit/domain/fixtures';

const STEPS = ['0.000000000000000001', '0.00000001', '0.01', '0.3', '1', '25', '100000', '10000000000'];
const decimals = (max: number, digits: number) =>
  fc.integer({ min: 1, max }).map((units) => new ExactDecimal(units).dividedBy(10 ** digits).toFixed());
const price = fc.oneof(decimals(1_000_000_000, 2), decimals(1_000_000_000, 18), decimals(1_000_000, 0));
const side = fc.constantFrom('LONG' as const, 'SHORT' as const);

const world = fc.record({
  side,
  ask: price,
  spread: fc.integer({ min: 0, max: 100 }),
  step: fc.constantFrom(...STEPS),
  stop: fc.integer({ min: 1, max: 550 }),
  target: fc.integer({ min: 1, max: 999 }),
  leverage: fc.constantFrom(1, 1, 2, 3, 10, 100),
  limit: fc.option(fc.integer({ min: 900, max: 1_100 }), { nil: undefined }),
});

test('a planned stop is on its step, beyond bid and ask, no farther than asked for and before liquidation', () => {
  let planned = 0;
  fc.assert(
    fc.property(world, ({ side, ask, spread, step, stop, target, leverage, limit }) => {
      const isLong = side === 'LONG';
      const bid = new ExactDecimal(ask)
        .times(10_000 - spread)
        .dividedBy(10_000)
        .toDecimalPlaces(18)
        .toFixed();
      const limitPrice = limit === undefined ? undefined : new ExactDecimal(ask).times(limit).dividedBy(1_000);
      const settings = {
        ...UNGUARDED.settings,
        required: true,
        stopLossFraction: String(stop / 1_000),
        takeProfitFraction: String(target / 1_000),
      };
      const direction = isLong ? ('BUY' as const) : ('SELL' as const);
      const entry = {
        direction,
        market: { ...market, priceStep: step },
        ticker: { symbol: 'X', bid, ask },
        leverage,
        limitPrice,
      };
      const plan = protectionOf({ ...signal, direction }, entry, { settings, isAttachable: true });
      if (isDenial(plan)) return;
      planned += 1;
      const sign = isLong ? 1 : -1;
      const filled = isLong ? ExactDecimal.min(limitPrice ?? ask, ask) : ExactDecimal.max(limitPrice ?? bid, bid);
      const [at, to] = [new ExactDecimal(plan.stopLoss!), new ExactDecimal(plan.takeProfit!)];
      expect([at.mod(step).isZero(), to.mod(step).isZero()]).toEqual([true, true]);
      const loss = filled.minus(at).times(sign);
      const lost = loss.dividedBy(filled);
      expect(loss.greaterThan(0) && at.greaterThan(0)).toBe(true);
      expect((isLong ? at.lessThan(bid) : at.greaterThan(ask)) || filled.equals(at)).toBe(true);
      expect(lost.toNumber()).toBeGreaterThanOrEqual(0.0005);
      expect(loss.lessThanOrEqualTo(filled.times(stop).dividedBy(1_000))).toBe(true);
      if (leverage > 1) expect(lost.lessThan(new ExactDecimal(1).dividedBy(leverage))).toBe(true);
      const base = limitPrice ?? filled;
      const gain = to.minus(base).times(sign);
      expect(gain.greaterThan(0)).toBe(true);
      expect(gain.lessThanOrEqualTo(base.times(target).dividedBy(1_000))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  expect(planned).toBeGreaterThan(200);
});

test('the tighter of two stops is one of them, whichever comes first, and no stop is tighter than it', () => {
  fc.assert(
    fc.property(side, price, price, (side, one, other) => {
      const tighter = tighterStop(side, one, other)!;
      expect([one, other]).toContain(tighter);
      expect(new ExactDecimal(tighterStop(side, other, one)!).equals(tighter)).toBe(true);
      expect(isTighter(side, one, tighter) || isTighter(side, other, tighter)).toBe(false);
      expect(isTighter(side, one, other) && isTighter(side, other, one)).toBe(false);
    }),
  );
});

test('a stop at break-even loses nothing, is not passed yet, and never loosens one', () => {
  const steps = fc.constantFrom(...STEPS);
  fc.assert(
    fc.property(
      side,
      price,
      price,
      fc.option(price, { nil: undefined }),
      steps,
      (side, entryPrice, now, stop, priceStep) => {
        const moved = breakEvenStop({ side, entryPrice, price: now, stop, priceStep }, '0.001');
        if (moved === undefined) return;
        const [level, sign] = [new ExactDecimal(moved), side === 'LONG' ? 1 : -1];
        expect(level.minus(entryPrice).times(sign).lessThan(0)).toBe(false);
        expect(new ExactDecimal(now).minus(level).times(sign).greaterThan(0)).toBe(true);
        expect(level.mod(priceStep).isZero()).toBe(true);
        expect(isTighter(side, stop, moved)).toBe(false);
      },
    ),
    { numRuns: 1_000 },
  );
});
