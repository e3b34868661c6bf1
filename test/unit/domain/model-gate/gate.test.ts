import { isOpen, judgeAll, NO_VIEWS, symbolsToPrice, takeBack } from '../../../../src/domain/model-gate/gate';
import type { GateSettings, GateState, GateTerms, MarketCosts } from '../../../../src/domain/model-gate/types';
import { COSTS, MINUTE_MS, predicted, QUANTILES, START_MS, termsAt } from './fixtures';

/** What becomes of one prediction of one symbol after another, each with its candle's minute. */
function outcomes(
  steps: readonly (readonly [expectedReturn: number, minute: number])[],
  terms: (minute: number) => GateTerms = termsAt,
) {
  let state: GateState = NO_VIEWS;
  return steps.map(([expectedReturn, minute]) => {
    const judged = judgeAll(state, [predicted(expectedReturn, minute)], terms(minute));
    state = judged.state;
    return judged.verdicts[0]!.outcome;
  });
}

function outcomeUnder(terms: GateTerms, expectedReturn = 0.0009): string {
  return judgeAll(NO_VIEWS, [predicted(expectedReturn)], terms).verdicts[0]!.outcome;
}

test('a prediction beyond the least return becomes an entry that says when its position is to close', () => {
  const { verdicts } = judgeAll(NO_VIEWS, [predicted(0.0009), predicted(-0.0009, 0, 'ETHUSDT')], termsAt());
  const signal = {
    strategy: 'ml_strategy',
    timestampMs: START_MS,
    intent: 'entry',
    signalStrength: 0.75,
    stopLossDistance: '0.5809',
    takeProfitDistance: '0.7746',
    maxHoldingSeconds: 900,
  };
  const expectedCosts = expect.closeTo(0.0013, 8) as number;
  const needed = expect.any(Number) as number;
  expect(verdicts).toEqual([
    {
      symbol: 'BTCUSDT',
      outcome: 'OPENED',
      expectedCosts,
      needed,
      signal: { ...signal, symbol: 'BTCUSDT', direction: 'BUY' },
    },
    {
      symbol: 'ETHUSDT',
      outcome: 'OPENED',
      expectedCosts,
      needed,
      signal: { ...signal, symbol: 'ETHUSDT', direction: 'SELL' },
    },
  ]);
});

test.each([0, 0.0003, -0.0003, 0.0001, Number.NaN])('%d is below the least return', (expectedReturn) => {
  expect(outcomeUnder(termsAt(), expectedReturn)).toBe('BELOW_MINIMUM');
});

test('no view of the same side follows within the horizon, and the next one opens after the cool-down', () => {
  expect(
    outcomes([
      [0.001, 0],
      [0.002, 1],
      [0.001, 14],
      [0.001, 15],
      [0.001, 19],
      [0.001, 20],
    ]),
  ).toEqual(['OPENED', 'VIEW_OPEN', 'VIEW_OPEN', 'COOLING_DOWN', 'COOLING_DOWN', 'OPENED']);
});

test('a prediction against an open view is handed in as the opposite entry, once, and a fresh view needs a later candle', () => {
  const withoutCoolDown = (minute: number): GateTerms => termsAt(minute, { coolDownMinutes: 0 });
  const steps = [
    [0.001, 0],
    [-0.001, 3],
    [-0.001, 3],
    [-0.001, 4],
  ] as const;
  expect(outcomes(steps, withoutCoolDown)).toEqual(['OPENED', 'POSITION_OPPOSITE', 'COOLING_DOWN', 'OPENED']);
  expect(outcomes(steps)).toEqual(['OPENED', 'POSITION_OPPOSITE', 'COOLING_DOWN', 'COOLING_DOWN']);

  const { state } = judgeAll(NO_VIEWS, [predicted(0.001)], termsAt());
  const { verdicts } = judgeAll(state, [predicted(-0.001, 3)], termsAt(3));
  expect(verdicts[0]?.signal).toMatchObject({ direction: 'SELL', intent: 'entry' });
});

describe('the gate of costs', () => {
  const costs = termsAt(0, { gate: 'costs' });

  test.each([
    [0.0013, 'BELOW_COSTS'],
    [0.00139, 'BELOW_COSTS'],
    [-0.00139, 'BELOW_COSTS'],
    [0.00141, 'OPENED'],
    [-0.00141, 'OPENED'],
  ])('opens for %d only if two fees, the spread and the margin for slippage are less', (expectedReturn, outcome) => {
    expect(outcomeUnder(costs, expectedReturn)).toBe(outcome);
  });

  test('holds back a prediction against an open view, too: without a position it would open one', () => {
    const { state } = judgeAll(NO_VIEWS, [predicted(0.01)], costs);
    const later = { ...costs, nowMs: START_MS + MINUTE_MS };
    expect(judgeAll(state, [predicted(-0.001, 1)], later)).toEqual({
      state,
      verdicts: [
        {
          symbol: 'BTCUSDT',
          outcome: 'BELOW_COSTS',
          expectedCosts: expect.closeTo(0.0013, 8) as number,
          needed: expect.closeTo(0.0014, 8) as number,
        },
      ],
    });
  });

  test.each(['testnet', 'demo', 'live'] as const)(
    'opens in %s, where the gate of demos opens for nothing',
    (environment) => {
      expect(outcomeUnder({ ...costs, environment }, 0.01)).toBe('OPENED');
      expect(outcomeUnder({ ...termsAt(), environment }, 0.01)).toBe('NOT_ALLOWED');
    },
  );
});

test('the gate of demos opens for nothing where nobody says that it is paper', () => {
  const { environment: _, ...nameless } = termsAt();
  expect(outcomeUnder(nameless)).toBe('NOT_ALLOWED');
});

test.each([
  ['none', undefined],
  ['no fee', { ...COSTS, takerFee: '' }],
  ['no price', { ...COSTS, bid: '' }],
  ['a price of zero', { ...COSTS, bid: '0' }],
  ['a spread below zero', { ...COSTS, ask: '99' }],
  ['words', { ...COSTS, ask: 'much' }],
])('costs that are unknown are not zero: %s', (_name, costs) => {
  expect(outcomeUnder({ ...termsAt(), costs: costs ? { BTCUSDT: costs } : {} })).toBe('COSTS_UNKNOWN');
});

test('costs are asked for only where they decide', () => {
  const { state } = judgeAll(NO_VIEWS, [predicted(0.001)], termsAt());
  const predictions = [predicted(0.001, 1), predicted(0.001, 1, 'ETHUSDT'), predicted(0, 1, 'XRPUSDT')];
  expect(symbolsToPrice(state, predictions, termsAt(1))).toEqual(['ETHUSDT']);
});

test('predictions from candles that closed long before say nothing', () => {
  const late = { ...termsAt(), nowMs: START_MS + 2 * MINUTE_MS + 1 };
  expect(outcomeUnder(late)).toBe('STALE_CANDLES');
  expect(outcomeUnder({ ...late, nowMs: late.nowMs - 1 })).toBe('OPENED');
});

test('a view that a clock ten years ahead had made holds nothing up', () => {
  const ahead = 10 * 365 * 24 * 60;
  const { state } = judgeAll(NO_VIEWS, [predicted(0.001, ahead)], termsAt(ahead));
  expect(judgeAll(state, [predicted(0.001)], termsAt()).verdicts[0]?.outcome).toBe('OPENED');
  expect(judgeAll(state, [predicted(0)], termsAt()).state).toEqual(NO_VIEWS);
});

test('what intake refused opened nothing, and closed nothing', () => {
  const opened = judgeAll(NO_VIEWS, [predicted(0.001)], termsAt()).state;
  expect(takeBack(opened, NO_VIEWS, ['BTCUSDT'])).toEqual(NO_VIEWS);
  const closed = judgeAll(opened, [predicted(-0.001, 1)], termsAt(1)).state;
  expect(isOpen(closed['BTCUSDT']!, START_MS + MINUTE_MS)).toBe(false);
  expect(takeBack(closed, opened, ['BTCUSDT'])).toEqual(opened);
});

test('what a second run of a tick may find otherwise is in no signal', () => {
  const elsewhere = { ...COSTS, bid: '99.9', takerFee: '0.0001' };
  const signals = [COSTS, elsewhere].map((costs) => {
    const terms = { ...termsAt(), costs: { BTCUSDT: costs } };
    return judgeAll(NO_VIEWS, [predicted(0.0011)], terms).verdicts[0]?.signal;
  });
  expect(signals[0]).toEqual(signals[1]);
});

describe('with quantiles', () => {
  const DAY_MS = 86_400_000;
  /** Moved up: the mean is beyond the costs. */
  const risen = (by: number) => ({
    ...predicted(by),
    quantiles: QUANTILES.map(({ level, value }) => [level, value + by] as const),
  });
  const costs = termsAt(0, { gate: 'costs', netGainChanceMin: '0.5', assumedCosts: '0.0013' });
  const verdictOf = (prediction: ReturnType<typeof predicted>, terms: GateTerms) =>
    judgeAll(NO_VIEWS, [prediction], terms).verdicts[0]!;

  test('the gate of costs wants a net gain to be more likely than its bound, and says both', () => {
    expect(verdictOf(risen(0.002), costs)).toMatchObject({
      outcome: 'OPENED',
      netGainChance: 0.65,
      netGainChanceMin: 0.5,
    });
    const stricter = termsAt(0, { gate: 'costs', netGainChanceMin: '0.65' });
    expect(verdictOf(risen(0.002), stricter)).toMatchObject({
      outcome: 'BELOW_COSTS',
      netGainChance: 0.65,
      netGainChanceMin: 0.65,
    });
  });

  test('a mean within the costs is not enough, however likely a gain', () => {
    const bold = { ...risen(0.002), expectedReturn: 0.001 };
    expect(verdictOf(bold, costs)).toMatchObject({ outcome: 'BELOW_COSTS', netGainChance: 0.65 });
  });

  test('a model without quantiles is judged by its mean alone', () => {
    const verdict = verdictOf(predicted(0.002), costs);
    expect(verdict.outcome).toBe('OPENED');
    expect(verdict).not.toHaveProperty('netGainChance');
  });

  test('the gate of demos asks for no chance, and tells it', () => {
    const verdict = verdictOf(risen(0.0005), termsAt(0, { netGainChanceMin: '0.99' }));
    expect(verdict).toMatchObject({ outcome: 'OPENED', netGainChance: 0.275 });
    expect(verdict).not.toHaveProperty('netGainChanceMin');
  });

  test('strength is the chance of a net gain at the costs that are assumed, not at those of the moment', () => {
    const strengths = [COSTS, { ...COSTS, takerFee: '0' }].map((found) => {
      const terms = { ...costs, costs: { BTCUSDT: found } };
      return verdictOf(risen(0.002), terms).signal?.signalStrength;
    });
    expect(strengths).toEqual([0.675, 0.675]);
  });

  test('nothing opens while the model is not calibrated, and the shares are told', () => {
    const settings = { coverageMin: '0.8' };
    const terms = { ...termsAt(0, settings), model: { coverage: 0.78 } };
    expect(verdictOf(predicted(0.002), terms)).toEqual({
      symbol: 'BTCUSDT',
      outcome: 'NOT_CALIBRATED',
      actual: 0.78,
      bound: 0.8,
    });
    expect(verdictOf(predicted(0.002), termsAt(0, settings)).outcome).toBe('OPENED');
  });

  test('a model whose data ended longer ago than allowed opens nothing, nor does one that hides when', () => {
    const aged = (days: number, settings = {}): GateTerms => ({
      ...termsAt(0, settings),
      model: { endOfDataMs: START_MS - days * DAY_MS },
    });
    const bound = { modelAgeMaxDays: 90 };
    expect(verdictOf(predicted(0.002), aged(91, bound))).toMatchObject({
      outcome: 'MODEL_TOO_OLD',
      actual: 91,
      bound: 90,
    });
    expect(verdictOf(predicted(0.002), aged(90, bound)).outcome).toBe('OPENED');
    expect(verdictOf(predicted(0.002), aged(5_000)).outcome).toBe('OPENED');
    expect(verdictOf(predicted(0.002), termsAt(0, bound))).toMatchObject({ outcome: 'MODEL_TOO_OLD', bound: 90 });
  });

  test('candles that the model does not know open nothing, in words', () => {
    const outOfRange = 'the share of candles without trades is 0.9';
    const verdict = verdictOf({ ...predicted(0.002), outOfRange }, termsAt());
    expect(verdict).toMatchObject({ outcome: 'OUT_OF_RANGE', why: outOfRange });
  });

  test('nobody asks for the costs of what the model may not open', () => {
    const terms = { ...termsAt(0, { coverageMin: '0.8' }), model: { coverage: 0.5 } };
    expect(symbolsToPrice(NO_VIEWS, [predicted(0.002)], terms)).toEqual([]);
  });
});

describe('sized by risk', () => {
  const SIZES = { quantityStep: '0.01', quantityMin: '0.1', notionalMin: '5' };
  const sized = (settings: Partial<GateSettings>, market: Partial<MarketCosts> = SIZES) =>
    judgeAll(NO_VIEWS, [predicted(0.001)], {
      ...termsAt(0, { riskPerTrade: '10', ...settings }),
      costs: { BTCUSDT: { ...COSTS, ...market } },
    });

  test('an entry is bounded by what its stop may lose, and the figures are told', () => {
    const [verdict] = sized({}).verdicts;
    const size = { riskPerTrade: '10', stopDistance: '0.5809', amountMax: '17.21466689' };
    expect(verdict).toMatchObject({ outcome: 'OPENED', size, signal: { amountMax: '17.21466689' } });
    expect(verdict!.signal).not.toHaveProperty('amount');
  });

  test('what closes an opposite view is bounded, too: the position may be gone by then', () => {
    const { state } = sized({});
    const terms = { ...termsAt(1, { riskPerTrade: '10' }), costs: { BTCUSDT: { ...COSTS, ...SIZES } } };
    const [verdict] = judgeAll(state, [predicted(-0.001, 1)], terms).verdicts;
    expect(verdict).toMatchObject({ outcome: 'POSITION_OPPOSITE', signal: { amountMax: '17.21466689' } });
  });

  test.each(['0', undefined])('a risk of %p bounds nothing, and asks for no sizes', (riskPerTrade) => {
    const [verdict] = sized({ riskPerTrade }, {}).verdicts;
    expect(verdict).toMatchObject({ outcome: 'OPENED' });
    expect(verdict).not.toHaveProperty('size');
    expect(verdict!.signal).not.toHaveProperty('amountMax');
  });

  test.each([
    ['0.05', SIZES, 'cut to steps of 0.01 it is 0.08, and the smallest order is 0.1'],
    ['0.005', SIZES, 'cut to steps of 0.01 it is 0, and the smallest order is 0.1'],
    [
      '0.1',
      { ...SIZES, notionalMin: '18' },
      'cut to steps of 0.01 it is 0.17, worth 17.0017, and the least order value is 18',
    ],
  ])('a risk of %s that buys less than the smallest order opens no view', (riskPerTrade, market, why) => {
    const { verdicts, state } = sized({ riskPerTrade }, market);
    expect(verdicts[0]).toMatchObject({ outcome: 'BELOW_SMALLEST_ORDER', why });
    expect(verdicts[0]).not.toHaveProperty('signal');
    expect(state).toEqual({});
  });

  test.each([
    ['no stop of its own', { stopVolatilityMultiple: '0' }, SIZES],
    ['a venue that tells no sizes', {}, {}],
  ])('an entry with %s is left out', (_what, settings, market) => {
    expect(sized(settings, market).verdicts[0]).toMatchObject({ outcome: 'SIZE_UNKNOWN' });
  });
});
