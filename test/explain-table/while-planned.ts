import type { Explanation } from '../../src/domain/explain/types';
import { planOrder, type PlanOrderInput } from '../../src/domain/sizing';
import { market, ticker, UNBOUNDED, UNGUARDED } from '../unit/domain/fixtures';
import { denialIn, refused, SIGNAL, type Scenario } from './scenario';

/*
 * Signals of which the real planner makes no order.
 */

const NEEDS_STOP = { ...UNGUARDED, settings: { ...UNGUARDED.settings, required: true } };

function planned(change: Partial<PlanOrderInput> = {}): Explanation {
  const input: PlanOrderInput = {
    signal: SIGNAL,
    market,
    ticker,
    freeFunds: '10000',
    fractionOfFree: '0.1',
    safetyMargin: '0.005',
    leverage: 1,
    clientOrderId: 'of1',
    protection: UNGUARDED,
    bounds: UNBOUNDED,
    ...change,
  };
  return refused(denialIn(planOrder(input)), 'plan', input.signal);
}

export const REFUSED_WHILE_PLANNED = {
  BELOW_MINIMUM: {
    what: 'an amount below the least order',
    told: () => planned({ signal: { ...SIGNAL, amount: '0.0004' } }),
  },
  ABOVE_MAXIMUM: {
    what: 'an amount above the largest order',
    told: () => planned({ signal: { ...SIGNAL, amount: '7' } }),
  },
  NO_STOP: { what: 'no stop, where one is needed', told: () => planned({ protection: NEEDS_STOP }) },
  STOP_INVALID: {
    what: 'a stop on the wrong side',
    told: () => planned({ signal: { ...SIGNAL, stopLoss: '51000' }, protection: NEEDS_STOP }),
  },
  STOP_BEYOND_LIQUIDATION: {
    what: 'a stop that is farther than the margin reaches',
    told: () => planned({ signal: { ...SIGNAL, stopLoss: '45000' }, leverage: 20, protection: NEEDS_STOP }),
  },
  ORDER_TOO_LARGE: {
    what: 'an order above risk.orderValueMax',
    told: () => planned({ bounds: { ...UNBOUNDED, orderValueMax: '400' } }),
  },
  PRICE_OUT_OF_BAND: {
    what: 'a limit price far above the market',
    told: () =>
      planned({ signal: { ...SIGNAL, limitPrice: '60000' }, bounds: { ...UNBOUNDED, priceBandFraction: '0.05' } }),
  },
  LEVERAGE_TOO_HIGH: {
    what: 'more leverage than the symbol has',
    told: () => planned({ leverage: 50, market: { ...market, leverageMax: '25' } }),
  },
  VENUE_UNAVAILABLE: {
    what: "a venue's price that is none",
    told: () => planned({ ticker: { ...ticker, ask: '0' } }),
  },
} as const satisfies Readonly<Record<string, Scenario>>;
