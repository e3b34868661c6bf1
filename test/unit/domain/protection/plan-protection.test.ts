import { isDenial } from '../../../../src/domain/denial';
import type { OrderPlan } from '../../../../src/domain/market';
import { protectionMoveDenial, type ProtectionTerms } from '../../../../src/domain/protection/plan-protection';
import type { ProtectionSettings } from '../../../../src/domain/protection/types';
import type { TradingSignal } from '../../../../src/domain/signal';
import { planOrder } from '../../../../src/domain/sizing';
import { market, plan, signal, ticker, UNBOUNDED, UNGUARDED } from '../fixtures';

interface World {
  readonly signal?: Partial<TradingSignal>;
  readonly settings?: Partial<ProtectionSettings>;
  readonly terms?: Partial<ProtectionTerms>;
  readonly market?: Partial<typeof market>;
  readonly leverage?: number;
}

const RULES: ProtectionSettings = {
  ...UNGUARDED.settings,
  required: true,
  stopLossFraction: '0.02',
  takeProfitFraction: '0.04',
};

function resultOf(world: World) {
  return planOrder({
    signal: { ...signal, amount: '0.1', ...world.signal },
    market: { ...market, ...world.market },
    ticker: { ...ticker, bid: '49999.9', ask: '50000' },
    freeFunds: '',
    fractionOfFree: '0.1',
    safetyMargin: '0.02',
    leverage: world.leverage ?? 1,
    clientOrderId: 'of-1',
    protection: { ...UNGUARDED, settings: { ...RULES, ...world.settings }, ...world.terms },
    bounds: UNBOUNDED,
  });
}

function planned(world: World): OrderPlan {
  const result = resultOf(world);
  if (isDenial(result)) throw new Error(`${result.code} ${result.message}`);
  return result;
}

function denied(world: World): string {
  const result = resultOf(world);
  return isDenial(result) ? `${result.code} ${result.message}` : 'planned';
}

describe('a position is guarded from the price that its order is expected to fill at', () => {
  test.each([
    ['a market BUY, by rule', {}, '49000', '52000'],
    ['a market SELL, by rule', { direction: 'SELL' }, '50999.8', '48000'],
    ['a limit BUY that rests', { limitPrice: '40000' }, '39200', '41600'],
    [
      'a limit BUY that fills at once, the stop from the market’s price and the target from its own',
      { limitPrice: '51000' },
      '49000',
      '53040',
    ],
    ['a limit SELL that rests', { direction: 'SELL', limitPrice: '60000' }, '61200', '57600'],
    ['a limit SELL that fills at once', { direction: 'SELL', limitPrice: '49000' }, '50999.8', '47040'],
    ['the prices of the signal', { stopLoss: '48000', takeProfit: '55000' }, '48000', '55000'],
    ['the distances of the signal', { stopLossDistance: '1000', takeProfitDistance: '500' }, '49000', '50500'],
    [
      'the distances of a SELL',
      { direction: 'SELL', stopLossDistance: '1000', takeProfitDistance: '500' },
      '50999.9',
      '49499.9',
    ],
  ] as const)('%s', (_what, change, stopLoss, takeProfit) => {
    expect(planned({ signal: change })).toMatchObject({
      stopLoss,
      takeProfit,
      stopTrigger: 'mark',
      targetTrigger: 'last',
    });
  });
});

test.each([
  ['BUY', '48000.01', '55000.09', '48000.1', '55000'],
  ['SELL', '52000.09', '45000.01', '52000', '45000.1'],
] as const)(
  'prices of a %s off the step are rounded towards the entry',
  (direction, stop, target, onStep, targetOnStep) => {
    const plan = planned({ signal: { direction, stopLoss: stop, takeProfit: target } });
    expect(plan).toMatchObject({ stopLoss: onStep, takeProfit: targetOnStep });
  },
);

test('a trailing distance and a holding time go along for the position, and a signal’s own come first', () => {
  const settings = { trailingFraction: '0.01', maxHoldingMinutes: 60 };
  expect(planned({ settings })).toMatchObject({ trailingDistance: '500', maxHoldingSeconds: 3_600 });
  const named = planned({ settings, signal: { trailingDistance: '250.17', maxHoldingSeconds: 90 } });
  expect(named).toMatchObject({ trailingDistance: '250.1', maxHoldingSeconds: 90, stopLoss: '49000' });
});

test('where only a trailing distance is known, the stop begins at it', () => {
  const plan = planned({ settings: { stopLossFraction: null }, signal: { trailingDistance: '250' } });
  expect(plan).toMatchObject({ stopLoss: '49750', trailingDistance: '250' });
});

test('an exit carries none of it, whatever the settings are', () => {
  const exit = { intent: 'exit', direction: 'SELL' } as const;
  const unusable = { stopDistanceMin: 'near' };
  expect(planned({ signal: exit, settings: unusable, terms: { isAttachable: false } })).toEqual(
    planned({ signal: exit, settings: UNGUARDED.settings }),
  );
});

describe('an entry without a stop', () => {
  const noRule = { stopLossFraction: null, takeProfitFraction: null };

  test('is refused where one is required', () => {
    expect(denied({ settings: noRule })).toMatch(/^NO_STOP The signal names no stop, and no rule gives it one/);
  });

  test('is planned without one where the configuration allows it', () => {
    const plan = planned({ settings: { ...noRule, required: false } });
    expect(Object.keys(plan)).toEqual(expect.not.arrayContaining(['stopLoss', 'takeProfit', 'stopTrigger']));
  });
});

describe('where the venue takes no stop with an entry', () => {
  const terms = (required: boolean): World => ({
    terms: { isAttachable: false, settings: { ...RULES, required, maxHoldingMinutes: 5 } },
  });

  test('none is sent while stops are required', () => {
    expect(denied(terms(true))).toMatch(/^NO_STOP The exchange takes no stop in the same request/);
  });

  test('none is sent without a price that its signal names, required or not', () => {
    expect(denied({ ...terms(false), signal: { stopLoss: '48000' } })).toMatch(/^NO_STOP/);
    expect(denied({ ...terms(false), signal: { takeProfitDistance: '100' } })).toMatch(/^NO_STOP/);
  });

  test('the position’s own rules guard it where stops are not required', () => {
    const plan = planned(terms(false));
    expect(plan).toMatchObject({ maxHoldingSeconds: 300 });
    expect(plan.stopLoss).toBeUndefined();
  });
});

test.each<[string, World, RegExp]>([
  [
    'a stop above a BUY',
    { signal: { stopLoss: '50500' } },
    /^STOP_INVALID The stop of a BUY must be a price below 49999.9.*50500/,
  ],
  ['a stop at the bid', { signal: { stopLoss: '49999.9' } }, /^STOP_INVALID/],
  [
    'a stop below a SELL',
    { signal: { direction: 'SELL', stopLoss: '49000' } },
    /^STOP_INVALID The stop of a SELL must be a price above 50000/,
  ],
  [
    'a stop that a step moves to the entry',
    { market: { priceStep: '30000' }, signal: { stopLoss: '40000' } },
    /^STOP_INVALID/,
  ],
  [
    'a stop that is nearer than the least',
    { signal: { stopLoss: '49980' } },
    /^STOP_INVALID The stop is 20 away .*0.04 % .* at least 0.05 %/,
  ],
  [
    'a stop that is farther than the most',
    { signal: { stopLoss: '24999.9' } },
    /^STOP_INVALID The stop is 25000.1 away, 50.0002 % .* at most 50 %/,
  ],
  ['a distance beyond zero', { signal: { stopLossDistance: '50000' } }, /^STOP_INVALID/],
  [
    'a target below a BUY',
    { signal: { takeProfit: '49000' } },
    /^STOP_INVALID The target of a BUY must be a price above 50000/,
  ],
  [
    'a target between market and limit',
    { signal: { limitPrice: '51000', takeProfit: '50500' } },
    /^STOP_INVALID .* above 51000/,
  ],
  [
    'a target above a SELL',
    { signal: { direction: 'SELL', takeProfit: '50000' } },
    /^STOP_INVALID The target of a SELL/,
  ],
  ['a target below zero', { signal: { direction: 'SELL', takeProfitDistance: '60000' } }, /^STOP_INVALID/],
  [
    'a trailing distance below a step',
    { signal: { trailingDistance: '0.05' } },
    /^STOP_INVALID The trailing stop is 0 away/,
  ],
  ['settings that cannot be read', { settings: { stopDistanceMin: '1e-3' } }, /^INVALID_SIGNAL .*stopDistanceMin 1e-3/],
])('%s is refused in a sentence', (_what, world, expected) => {
  expect(denied(world)).toMatch(expected);
});

test('at the nearest and the farthest that are allowed, a stop is taken', () => {
  expect(planned({ signal: { stopLoss: '49975' } })).toMatchObject({ stopLoss: '49975' });
  expect(planned({ signal: { stopLoss: '25000' } })).toMatchObject({ stopLoss: '25000' });
});

describe('with leverage the stop comes before liquidation', () => {
  // The margin is 0.1 of the price; 0.005 must be left, and 0.00055 pays the fee.
  const told = { leverageMax: '100' };

  test.each([
    ['BUY', '45300', '45270'],
    ['SELL', '54700', '54730'],
  ] as const)('of a %s: %s is taken and %s is refused', (direction, nearer, beyond) => {
    expect(planned({ leverage: 10, market: told, signal: { direction, stopLoss: nearer } }).stopLoss).toBe(nearer);
    expect(denied({ leverage: 10, market: told, signal: { direction, stopLoss: beyond } })).toMatch(
      /^STOP_BEYOND_LIQUIDATION At leverage 10 the position is liquidated at about \d+\.\d+, before/,
    );
  });

  test.each([
    [{ maintenanceMargin: '0.004' }, '45230'],
    [{ leverageMax: '50' }, '45530'],
    // One in a hundred is assumed where nothing is told.
    [{}, '45530'],
  ])('what must be left is what the market tells of it: %j', (market, stopLoss) => {
    const nextStep = String(Number(stopLoss) - 10);
    expect(planned({ leverage: 10, market, signal: { stopLoss } }).stopLoss).toBe(stopLoss);
    expect(denied({ leverage: 10, market, signal: { stopLoss: nextStep } })).toMatch(/^STOP_BEYOND/);
  });

  test('without leverage nothing is liquidated before', () => {
    expect(planned({ signal: { stopLoss: '25000' } }).stopLoss).toBe('25000');
  });
});

describe('a market order that waited is judged again', () => {
  const waited = { ...plan, stopLoss: '49000', takeProfit: '52000' } as const;
  const judged = (bid: string, change: Partial<OrderPlan> = {}, leverage = 1) =>
    protectionMoveDenial(
      { ...waited, ...change },
      { market, ticker: { ...ticker, bid, ask: String(Number(bid) + 1) }, leverage },
      RULES,
    );

  test.each<[string, string, Partial<OrderPlan>, string | undefined]>([
    ['at a price between', '50000', {}, undefined],
    ['past its stop', '48900', {}, 'PRICE_MOVED'],
    ['at its stop', '49000', {}, 'PRICE_MOVED'],
    ['past its target', '52001', {}, 'PRICE_MOVED'],
    ['of a SELL past its stop', '49100', { direction: 'SELL', takeProfit: undefined }, 'PRICE_MOVED'],
    ['of a SELL before its stop', '48000', { direction: 'SELL', takeProfit: undefined }, undefined],
    ['without a stop', '100', { stopLoss: undefined, takeProfit: undefined }, undefined],
    ['of an exit', '100', { reduceOnly: true }, undefined],
  ])('%s', (_what, bid, change, code) => {
    expect(judged(bid, change)?.code).toBe(code);
  });

  test('its stop may lie beyond liquidation by now', () => {
    const at = { stopLoss: '45600', takeProfit: undefined };
    expect(judged('50000', at, 10)).toBeUndefined();
    expect(judged('51000', at, 10)?.code).toBe('STOP_BEYOND_LIQUIDATION');
  });
});
