import * as fc from 'fast-check';
import { parseDecimal } from '../../../../src/domain/decimal';
import { stopDistances } from '../../../../src/domain/model-gate/distances';
import { signalStrength } from '../../../../src/domain/model-gate/signal-of-view';
import { MINUTE_MS, predicted, SETTINGS } from './fixtures';

const FIVE_MINUTES_MS = 5 * MINUTE_MS;

function distances(changes: object, settings = {}, candleIntervalMs = MINUTE_MS) {
  return stopDistances({ ...predicted(0.001), ...changes }, { ...SETTINGS, ...settings }, candleIntervalMs);
}

test('stop and target lie at multiples of the deviation within the horizon, to four digits', () => {
  const sixteen = { horizonMinutes: 16, stopVolatilityMultiple: '1', targetVolatilityMultiple: '2.5' };
  expect(distances({}, sixteen)).toEqual({ stopLossDistance: '0.4', takeProfitDistance: '1' });
  expect(distances({ close: 61_234.5 }, sixteen)).toEqual({ stopLossDistance: '244.9', takeProfitDistance: '612.3' });
  expect(distances({}, { ...sixteen, horizonMinutes: 20 }, FIVE_MINUTES_MS)).toMatchObject({ stopLossDistance: '0.2' });
});

test('a multiple of zero leaves the distance to the rules for every signal', () => {
  expect(distances({}, { stopVolatilityMultiple: '0', targetVolatilityMultiple: '0.0' })).toEqual({});
});

test.each([{ deviation: undefined }, { deviation: 0 }, { deviation: Number.NaN }, { close: undefined }, { close: 0 }])(
  'without an estimate there are none: %j',
  (changes) => {
    expect(distances(changes)).toEqual({});
  },
);

test('however calm or wild the market, both lie between the nearest and the farthest stop, as decimal strings', () => {
  const positive = fc.double({ min: 1e-12, max: 10, noNaN: true });
  const multiples = fc.integer({ min: 1, max: 10_000 }).map((hundredths) => (hundredths / 100).toFixed(2));
  const prices = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(positive, prices, multiples, (deviation, close, multiple) => {
      const settings = { stopVolatilityMultiple: multiple, targetVolatilityMultiple: multiple };
      for (const text of Object.values(distances({ deviation, close }, settings)) as string[]) {
        const distance = parseDecimal(text)?.toNumber() ?? Number.NaN;
        expect(distance).toBeGreaterThanOrEqual(close * Number(SETTINGS.stopDistanceMin));
        expect(distance).toBeLessThanOrEqual(close * Number(SETTINGS.stopDistanceMax));
        expect(
          text
            .replace(/^0\.0*/, '')
            .replace('.', '')
            .replace(/0+$/, '').length,
        ).toBeLessThanOrEqual(4);
      }
    }),
  );
});

describe('by the adverse move', () => {
  const moves = (half: number, ninety: number) => [[0.5, half] as const, [0.9, ninety] as const];
  const told = { fall: moves(0.001, 0.004), rise: moves(0.001, 0.006) };
  const adverse = { stopFrom: 'adverseMove', stopAdverseMultiple: '1.5' } as const;

  test('the stop lies where nine of ten moves against the position end, times the multiple', () => {
    expect(distances(told, adverse)).toEqual({ stopLossDistance: '0.6', takeProfitDistance: '0.7746' });
    expect(distances({ ...told, expectedReturn: -0.001 }, adverse)).toMatchObject({ stopLossDistance: '0.9' });
    expect(distances({ ...told, deviation: undefined }, adverse)).toEqual({ stopLossDistance: '0.6' });
  });

  test.each([{}, { fall: moves(0, 0) }, { fall: moves(0.1, 0.2).slice(0, 1) }])(
    'a model that does not tell such moves has stops by volatility: %j',
    (changes) => {
      expect(distances(changes, adverse)).toEqual(distances({}));
    },
  );

  test('within the bounds of stops', () => {
    expect(distances({ fall: moves(0, 1e-9) }, adverse)).toMatchObject({ stopLossDistance: '0.055' });
    expect(distances({ fall: moves(0, 2) }, adverse)).toMatchObject({ stopLossDistance: '45' });
  });
});

test('numbers that differ by less than machines do give the same distances', () => {
  const [one, other] = [0.001, 0.001 * (1 + 1e-12)].map((deviation) => distances({ deviation }));
  expect(one).toEqual(other);
});

test('strength lies in 0 to 1, never falls as the prediction grows, and is the same for both directions', () => {
  const sizes = fc.double({ min: 0, max: 10, noNaN: true });
  fc.assert(
    fc.property(sizes, sizes, (one, other) => {
      const [weaker, stronger] = [Math.min(one, other), Math.max(one, other)].map((size) =>
        signalStrength(size, 0.0003),
      );
      expect(weaker).toBeLessThanOrEqual(stronger!);
      expect(weaker).toBeGreaterThanOrEqual(0);
      expect(stronger).toBeLessThanOrEqual(1);
      expect(signalStrength(-one, 0.0003)).toBe(signalStrength(one, 0.0003));
    }),
  );
});
