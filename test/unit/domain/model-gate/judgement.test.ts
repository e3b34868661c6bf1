import { withAnswer, withFindings, type TickFindings } from '../../../../src/domain/model-gate/judgement';

const PREDICTION = { symbol: 'BTCUSDT', expectedReturn: 0.001, closeTimeMs: 60_000 };
const TICK: TickFindings = {
  atMs: 60_000,
  predictions: [PREDICTION],
  verdicts: [{ symbol: 'BTCUSDT', outcome: 'BELOW_COSTS', expectedCosts: 0.0013, needed: 0.0014 }],
  below: { ETHUSDT: 0.0001 },
  least: 0.0003,
  missing: { XRPUSDT: 'CANDLES_STALE' },
};

test('each symbol has the last judgement with the figures that decided', () => {
  expect(withFindings({}, TICK, ['BTCUSDT', 'ETHUSDT', 'XRPUSDT'])).toEqual({
    BTCUSDT: { atMs: 60_000, outcome: 'BELOW_COSTS', expected: 0.001, needed: 0.0014, costs: 0.0013 },
    ETHUSDT: { atMs: 60_000, outcome: 'BELOW_MINIMUM', expected: 0.0001, needed: 0.0003 },
    XRPUSDT: { atMs: 60_000, outcome: 'NO_PREDICTION', why: 'CANDLES_STALE' },
  });
});

test('a symbol that the tick says nothing of keeps its last one, and one that is not traded any more has none', () => {
  const before = withFindings({}, TICK, ['BTCUSDT', 'ETHUSDT']);
  const quiet = { ...TICK, predictions: [], verdicts: [], below: {}, missing: {}, atMs: 120_000 };
  expect(withFindings(before, quiet, ['BTCUSDT'])).toEqual({ BTCUSDT: before['BTCUSDT'] });
});

test('no more than two hundred are kept', () => {
  const symbols = Array.from({ length: 500 }, (_, index) => `S${index}`);
  const below = Object.fromEntries(symbols.map((symbol) => [symbol, 0]));
  expect(Object.keys(withFindings({}, { ...TICK, below }, symbols))).toHaveLength(200);
});

test('what intake said is kept with it, cut, and not for a symbol without a judgement', () => {
  const judged = withFindings({}, TICK, ['BTCUSDT']);
  expect(withAnswer(judged, 'BTCUSDT', 'accepted as f')['BTCUSDT']).toMatchObject({ answer: 'accepted as f' });
  expect(withAnswer(judged, 'BTCUSDT', 'x'.repeat(5_000))['BTCUSDT']!.answer!.length).toBeLessThan(300);
  expect(withAnswer(judged, 'constructor', 'x')).toBe(judged);
});
