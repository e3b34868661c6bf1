import * as fc from 'fast-check';
import { ExactDecimal } from '../../../src/domain/decimal';
import type { OrderPlan } from '../../../src/domain/market';
import { isDenial } from '../../../src/domain/denial';
import { lockedAmount, planOrder, priceMoveDenial, spentAmount } from '../../../src/domain/sizing';
import type { PlanOrderInput } from '../../../src/domain/sizing';
import { symbolMargin } from '../../../src/paper-venue/book/margin';
import type { OrderRecord, PositionRecord } from '../../../src/paper-venue/book/records';
import { market, order, plan, signal, ticker, UNBOUNDED, UNGUARDED } from './fixtures';

const input: PlanOrderInput = {
  signal,
  market,
  ticker,
  freeFunds: '10000',
  fractionOfFree: '0.1',
  safetyMargin: '0.02',
  leverage: 5,
  clientOrderId: 'of-1',
  protection: UNGUARDED,
  bounds: UNBOUNDED,
};

function planned(change: Partial<PlanOrderInput>): OrderPlan {
  const result = planOrder({ ...input, ...change });
  if (isDenial(result)) throw new Error(result.message);
  return result;
}

function denialCode(change: Partial<PlanOrderInput>): string {
  const result = planOrder({ ...input, ...change });
  return isDenial(result) ? result.code : 'planned';
}

/** The margin of a resting order as our exchange computes it, at the leverage that was set there. */
function heldAtPaperVenue({ direction, quantity, limitPrice }: OrderPlan, leverage: string, takerFee: string) {
  const side = direction === 'BUY' ? 'Buy' : 'Sell';
  const resting = { side, quantity, filledQuantity: '0', limitPrice, reduceOnly: false } as OrderRecord;
  const flat = { size: '0', entryValue: '0', leverage } as PositionRecord;
  return symbolMargin(flat, [resting], takerFee).orders;
}

describe('a market entry', () => {
  test('sized from free funds uses its share, leveraged, at the ask', () => {
    expect(planned({})).toEqual({
      symbol: 'BTCUSDT',
      direction: 'BUY',
      clientOrderId: 'of-1',
      quantity: '0.1',
      reduceOnly: false,
      asset: 'USDT',
      reserveAmount: '1025.049',
      closingAmount: '2.805',
      referencePrice: '50000',
    });
  });

  test('is cut to the largest amount that its signal allows, and never raised to it', () => {
    expect(planned({ signal: { ...signal, amountMax: '0.0339' } }).quantity).toBe('0.033');
    expect(planned({ signal: { ...signal, amountMax: '3' } }).quantity).toBe('0.1');
    expect(denialCode({ signal: { ...signal, amountMax: '0.0009' } })).toBe('BELOW_MINIMUM');
    expect(denialCode({ signal: { ...signal, amountMax: '0' } })).toBe('INVALID_SIGNAL');
  });

  test('SELL uses the bid', () => {
    expect(planned({ signal: { ...signal, direction: 'SELL' } }).referencePrice).toBe('49999.9');
  });

  test('cuts its quantity down to the step, never up', () => {
    expect(planned({ signal: { ...signal, amount: '0.0129' } }).quantity).toBe('0.012');
  });

  test('rounds the reserved amount up to 8 decimals', () => {
    const steps = { ...market, quantityStep: '0.00000001', quantityMin: '0', notionalMin: '0' };
    const tiny = planned({ market: steps, signal: { ...signal, amount: '0.00000001' }, leverage: 3 });
    expect(tiny.reserveAmount).toBe('0.00017047');
  });

  test('of all free funds leaves room for fees and the safety margin', () => {
    const { reserveAmount } = planned({ fractionOfFree: '1' });
    expect(new ExactDecimal(reserveAmount).lessThanOrEqualTo('10000')).toBe(true);
  });
});

describe('a limit order', () => {
  test.each([
    ['BUY', '49000.19', '49000.1'],
    ['SELL', '51000.11', '51000.2'],
  ] as const)('%s at %s is rounded to %s, never worse than asked for', (direction, limitPrice, expected) => {
    const result = planned({ signal: { ...signal, direction, limitPrice } });
    expect([result.limitPrice, result.referencePrice]).toEqual([expected, expected]);
  });

  test('SELL below the bid reserves for the bid, where it fills', () => {
    const result = planned({ signal: { ...signal, direction: 'SELL', limitPrice: '40000' } });
    expect([result.limitPrice, result.referencePrice]).toEqual(['40000', '49999.9']);
  });

  test('may exceed the largest market order', () => {
    expect(planned({ signal: { ...signal, limitPrice: '49000', amount: '6' } }).quantity).toBe('6');
  });

  test('locks its margin, without fees, rounded down', () => {
    expect(lockedAmount({ ...plan, limitPrice: '49000.1' }, 3)).toBe('1633.33666666');
    expect(lockedAmount(plan, 3)).toBe('0');
  });

  const lockCases = [1, 2, 3, 10, 50, 100].flatMap((leverage) =>
    (['BUY', 'SELL'] as const).map((direction) => [direction, leverage] as const),
  );

  test.each(lockCases)(
    '%s at leverage %i locks no more than the venue holds, and no more than is reserved',
    (...of) => {
      const [direction, leverage] = of;
      for (const limitPrice of ['0.1', '48999.9', '50000', '73456.7']) {
        const steps = { ...market, quantityMin: '0', notionalMin: '0' };
        const limit = planned({
          market: steps,
          signal: { ...signal, direction, limitPrice, amount: '0.123' },
          leverage,
        });
        const locked = new ExactDecimal(lockedAmount(limit, leverage));
        const held = heldAtPaperVenue(limit, String(leverage), steps.takerFee);
        expect([locked.lte(held), held.lte(limit.reserveAmount)]).toEqual([true, true]);
      }
    },
  );

  test('locks more than a venue of more leverage holds, and less than one of less', () => {
    const limit = planned({ signal: { ...signal, limitPrice: '49000', amount: '0.1' }, leverage: 5 });
    const held = (leverage: string) => heldAtPaperVenue(limit, leverage, market.takerFee);
    const locked = lockedAmount(limit, 5);
    expect([held('10').lt(locked), held('5').gte(locked), held('2').gte(locked)]).toEqual([true, true, true]);
  });

  test('locks nothing for what only closes a position', () => {
    const limit = { ...plan, limitPrice: '49000.1' };
    expect(lockedAmount({ ...limit, offsetQuantity: '0.04' }, 3)).toBe('980.002');
    expect(lockedAmount({ ...limit, offsetQuantity: '0.1' }, 3)).toBe('0');
  });
});

describe('an exit', () => {
  const exit = { ...signal, intent: 'exit' as const, amount: '0.05' };

  test('reduces only, and reserves nothing', () => {
    const reduces = planned({ signal: exit });
    expect(reduces).toMatchObject({ quantity: '0.05', reduceOnly: true, reserveAmount: '0' });
    expect(reduces).not.toHaveProperty('closingAmount');
  });

  test('may be worth less than the least order value', () => {
    expect(denialCode({ signal: { ...exit, amount: '0.001' }, market: { ...market, notionalMin: '100' } })).toBe(
      'planned',
    );
  });

  test('must name its amount', () => {
    expect(denialCode({ signal: { ...exit, amount: undefined } })).toBe('INVALID_SIGNAL');
  });
});

test.each<[string, string, Partial<PlanOrderInput>]>([
  ['less than a step', 'BELOW_MINIMUM', { signal: { ...signal, amount: '0.0009' } }],
  ['less than the smallest quantity', 'BELOW_MINIMUM', { market: { ...market, quantityMin: '0.2' } }],
  ['less than the least order value', 'BELOW_MINIMUM', { market: { ...market, notionalMin: '5000.1' } }],
  ['more than the largest market order', 'ABOVE_MAXIMUM', { signal: { ...signal, amount: '5.001' } }],
  [
    'more than the largest limit order',
    'ABOVE_MAXIMUM',
    {
      signal: { ...signal, amount: '20.001', limitPrice: '49000' },
      market: { ...market, limitQuantityMax: '20' },
    },
  ],
  [
    'more than the largest limit order, to reduce a position',
    'ABOVE_MAXIMUM',
    {
      signal: { ...signal, intent: 'exit', amount: '20.001', limitPrice: '49000' },
      market: { ...market, limitQuantityMax: '20' },
    },
  ],
  ['an amount that is no number', 'INVALID_SIGNAL', { signal: { ...signal, amount: '1e3' } }],
  ['an amount of zero', 'INVALID_SIGNAL', { signal: { ...signal, amount: '0.0' } }],
  ['a limit price that is no number', 'INVALID_SIGNAL', { signal: { ...signal, limitPrice: 'NaN' } }],
  ['a limit price below a step', 'INVALID_SIGNAL', { signal: { ...signal, limitPrice: '0.01' } }],
  ['a price of zero', 'VENUE_UNAVAILABLE', { ticker: { ...ticker, ask: '0' } }],
  ['a price that is missing', 'VENUE_UNAVAILABLE', { ticker: { ...ticker, ask: '' } }],
  ['a market without steps', 'VENUE_UNAVAILABLE', { market: { ...market, quantityStep: '0' } }],
  ['free funds that are no number', 'NO_BALANCE_KNOWN', { freeFunds: '' }],
  ['no free funds', 'INSUFFICIENT_FUNDS', { freeFunds: '0' }],
  ['a leverage of zero', 'INVALID_SIGNAL', { leverage: 0 }],
  ['a share above one', 'INVALID_SIGNAL', { fractionOfFree: '1.1' }],
])('%s is denied with %s', (_what, code, change) => {
  expect(denialCode(change)).toBe(code);
});

describe('the spent amount', () => {
  test('is the margin of what filled, and its fees', () => {
    expect(spentAmount({ plan, order, leverage: 5 })).toBe('1002.95');
    const half = { ...order, filledQuantity: '0.05', fee: '1.375' };
    expect(spentAmount({ plan, order: half, leverage: 5 })).toBe('501.475');
  });

  test('of nothing filled is zero', () => {
    const unfilled = { ...order, status: 'cancelled' as const, filledQuantity: '0', averagePrice: undefined, fee: '0' };
    expect(spentAmount({ plan, order: unfilled, leverage: 5 })).toBe('0');
  });

  test.each([
    ['all of it', '0.1', '2.75'],
    ['more than it', '1', '2.75'],
    ['a part of it', '0.04', '602.87'],
    ['nothing that can be read', 'much', '1002.95'],
  ])('of an entry that closes a position with %s is its fees, and the margin of the rest', (_part, offset, spent) => {
    expect(spentAmount({ plan: { ...plan, offsetQuantity: offset }, order, leverage: 5 })).toBe(spent);
  });

  test('of a part that filled is the margin of what is beyond the offset, which fills first', () => {
    const half = { ...order, filledQuantity: '0.05', fee: '1.375' };
    const spent = (offsetQuantity: string) =>
      spentAmount({ plan: { ...plan, offsetQuantity }, order: half, leverage: 5 });
    expect([spent('0.04'), spent('0.06')]).toEqual(['101.395', '1.375']);
  });

  test('of an exit is its fees', () => {
    expect(spentAmount({ plan: { ...plan, reduceOnly: true }, order, leverage: 5 })).toBe('2.75');
  });

  test('has no fee where the fee was paid in another asset', () => {
    const paid = { ...order, fee: '0', otherFees: { MNT: '0.0024' } };
    const half = { ...paid, filledQuantity: '0.05' };
    const spent = [paid, half].map((of) => spentAmount({ plan, order: of, leverage: 5 }));
    expect(spent).toEqual(['1000.2', '500.1']);
    expect(spentAmount({ plan: { ...plan, reduceOnly: true }, order: paid, leverage: 5 })).toBe('0');
  });

  test('shrinks by a rebate, never below zero', () => {
    expect(spentAmount({ plan, order: { ...order, fee: '-1' }, leverage: 5 })).toBe('999.2');
    expect(spentAmount({ plan: { ...plan, reduceOnly: true }, order: { ...order, fee: '-1' }, leverage: 5 })).toBe('0');
  });

  test('is the whole reservation when the figures cannot be read', () => {
    expect(spentAmount({ plan, order: { ...order, filledQuantity: '1e-1' }, leverage: 5 })).toBe(plan.reserveAmount);
  });
});

test('every plan keeps to the steps and never needs more than is free', () => {
  const decimals = (max: number, digits: number) =>
    fc.integer({ min: 1, max }).map((units) => new ExactDecimal(units).dividedBy(10 ** digits).toFixed());
  fc.assert(
    fc.property(
      fc.record({
        free: decimals(10_000_000, 2),
        fraction: decimals(100, 2),
        step: fc.constantFrom('0.001', '0.05', '1', '0.3'),
        priceStep: fc.constantFrom('0.1', '0.5', '0.25'),
        ask: decimals(1_000_000, 1),
        limit: fc.option(decimals(1_000_000, 3), { nil: undefined }),
        leverage: fc.integer({ min: 1, max: 100 }),
        direction: fc.constantFrom('BUY' as const, 'SELL' as const),
      }),
      ({ free, fraction, step, priceStep, ask, limit, leverage, direction }) => {
        const result = planOrder({
          ...input,
          signal: { ...signal, direction, ...(limit === undefined ? {} : { limitPrice: limit }) },
          market: { ...market, quantityStep: step, priceStep, quantityMin: step, quantityMax: undefined },
          ticker: { ...ticker, ask, bid: ask },
          freeFunds: free,
          fractionOfFree: fraction,
          leverage,
        });
        if (isDenial(result)) return;
        expect(new ExactDecimal(result.quantity).mod(step).isZero()).toBe(true);
        expect(new ExactDecimal(result.reserveAmount).lessThanOrEqualTo(free)).toBe(true);
        if (result.limitPrice === undefined || limit === undefined) return;
        expect(new ExactDecimal(result.limitPrice).mod(priceStep).isZero()).toBe(true);
        const worse = new ExactDecimal(result.limitPrice).minus(limit).times(direction === 'BUY' ? 1 : -1);
        expect(worse.greaterThan(0)).toBe(false);
      },
    ),
    { numRuns: 2_000 },
  );
});

test.each([{ fractionOfFree: '1.5' }, { fractionOfFree: '0' }, { safetyMargin: 'much' }, { leverage: 0 }])(
  'an exit that names its amount is planned whatever the sizing settings say: %j',
  (settings) => {
    const exit = { ...signal, intent: 'exit', amount: '0.1' } as const;
    const others = { protection: UNGUARDED, bounds: UNBOUNDED };
    const input = { signal: exit, market, ticker, freeFunds: '', clientOrderId: 'of-1', ...others };
    const usual = { fractionOfFree: '0.01', safetyMargin: '0.02', leverage: 1 };
    expect(planOrder({ ...input, ...usual, ...settings })).toEqual(planOrder({ ...input, ...usual }));
    expect(planOrder({ ...input, ...usual, ...settings })).toMatchObject({ quantity: '0.1', reserveAmount: '0' });
  },
);

describe("an order's cost", () => {
  const cost = (direction: 'BUY' | 'SELL', leverage: number, price: string, takerFee: string) =>
    planned({
      signal: { ...signal, direction, amount: '1', limitPrice: undefined },
      market: { ...market, takerFee, quantityMax: '1' },
      ticker: { ...ticker, bid: price, ask: price },
      safetyMargin: '0',
      leverage,
    });

  // "Order Cost (USDT Contract)": 5000 + 27.5 + 24.75, and 200 + 7.5 + 7.35 for the same at 50 times.
  test.each([
    ['BUY', 10, '50000', '0.00055', '5052.25'],
    ['BUY', 50, '10000', '0.00075', '214.85'],
    ['SELL', 50, '10000', '0.00075', '215.15'],
    ['BUY', 1, '10000', '0.00075', '10007.5'],
    ['SELL', 1, '10000', '0.00075', '10022.5'],
    ['BUY', 100, '10000', '0.00075', '114.925'],
    ['SELL', 100, '10000', '0.00075', '115.075'],
  ] as const)('of %s at leverage %d and %s is margin and both fees', (direction, leverage, price, fee, expected) => {
    expect(cost(direction, leverage, price, fee)).toMatchObject({ reserveAmount: expected });
  });
});

describe('a market entry that waited', () => {
  const bought = { ...plan, reduceOnly: false, limitPrice: undefined, direction: 'BUY', quantity: '1' } as const;
  const denied = (change: Partial<typeof bought> & { offsetQuantity?: string }, ask: string, leverage = 1) =>
    priceMoveDenial(
      { ...bought, reserveAmount: '102', ...change },
      {
        market: { ...market, takerFee: '0.001' },
        ticker: { ...ticker, ask },
        leverage,
      },
    )?.code;

  test.each([
    ['at the same price', {}, '100', undefined],
    ['at the last price that is covered', { reserveAmount: '100.1' }, '100', undefined],
    ['at a price a little above', { reserveAmount: '100.09' }, '100', 'PRICE_MOVED'],
    ['three per cent up', {}, '103', 'PRICE_MOVED'],
    [
      'three per cent up, where most of it closes a position',
      { offsetQuantity: '0.9', reserveAmount: '11' },
      '103',
      undefined,
    ],
    ['at no price', {}, '', 'VENUE_UNAVAILABLE'],
    ['without a reservation that can be read', { reserveAmount: '' }, '100', 'VENUE_UNAVAILABLE'],
  ])('is judged %s', (_what, change, ask, code) => {
    expect(denied(change, ask)).toBe(code);
  });
});

describe('without free funds', () => {
  const unsized = { ...signal, amount: undefined };

  test.each([
    [
      'an account that holds nothing',
      '0',
      '0 USDT in the unified account; transfer from Funding. Then send a new signal.',
    ],
    [
      'the zero of another spelling',
      '0.00',
      '0 USDT in the unified account; transfer from Funding. Then send a new signal.',
    ],
    [
      'an account whose funds are all held',
      '1000',
      'No USDT is free to size the order from. Add funds or wait until other orders end.',
    ],
    [
      'an account of which nothing more is known',
      undefined,
      'No USDT is free to size the order from. Add funds or wait until other orders end.',
    ],
  ])('%s is told what to do', (_name, totalFunds, message) => {
    const denied = planOrder({ ...input, signal: unsized, freeFunds: '0', totalFunds });
    expect(denied).toEqual({ code: 'INSUFFICIENT_FUNDS', message });
  });
});
