import type { Candle } from '../../../src/domain/market';
import { buildFeatures } from '../../../src/inference/features';
import { candleBatch, LAYOUT, MINUTE_MS, STEPS, SYMBOLS, TICK_MS, VECTORS } from './vectors';

const [FIRST] = VECTORS;
const SYMBOL = FIRST!.symbol;
const CANDLES = FIRST!.candles;

function changed(index: number, change: Partial<Candle>): Candle[] {
  return CANDLES.map((candle, position) => (position === index ? { ...candle, ...change } : candle));
}

/** The code with which the first symbol is left out when it has these candles. */
function skipCode(candles: readonly Candle[]): string | undefined {
  const { batch, skipped } = buildFeatures(candleBatch({ [SYMBOL]: candles }), [SYMBOL], LAYOUT);
  expect(batch.rows).toHaveLength(skipped.length === 0 ? 1 : 0);
  return skipped[0]?.code;
}

describe('features', () => {
  test('are the numbers that training used', () => {
    const { batch } = buildFeatures(candleBatch(), SYMBOLS, LAYOUT);
    const expected = VECTORS.flatMap((vector) => vector.features);
    expect(batch.data).toHaveLength(expected.length);
    for (const [index, value] of expected.entries()) expect(batch.data[index]).toBeCloseTo(value, 7);
  });

  test('have a row per symbol in the order asked for, with the time of the newest close', () => {
    const { batch, skipped } = buildFeatures(candleBatch(), SYMBOLS.toReversed(), LAYOUT);
    expect(batch).toMatchObject({ steps: STEPS, features: 4 });
    expect(batch.rows).toMatchObject(VECTORS.toReversed().map(({ symbol }) => ({ symbol, closeTimeMs: TICK_MS })));
    expect(skipped).toEqual([]);
  });

  test('follow the order of the layout', () => {
    const layout = { steps: 2, features: ['relative_volume', 'log_return'] as const };
    const candles = [
      { openTimeMs: 0, open: '1', high: '1', low: '1', close: '1', volume: '9' },
      { openTimeMs: MINUTE_MS, open: '1', high: '2', low: '1', close: '2', volume: '1' },
      { openTimeMs: 2 * MINUTE_MS, open: '2', high: '2', low: '1', close: '1', volume: '3' },
    ];
    const batch = { tickMs: 3 * MINUTE_MS, intervalMs: MINUTE_MS, candles: { A: candles } };
    const { data } = buildFeatures(batch, ['A'], layout).batch;
    const expected = [Math.log(1.5), Math.log(2), Math.log(2.5), -Math.log(2)].map(Math.fround);
    expect([...data]).toEqual(expected);
  });

  test('do not change with the units of price and volume', () => {
    const scaled = CANDLES.map((candle) => ({
      openTimeMs: candle.openTimeMs,
      open: `${Number(candle.open) * 1000}`,
      high: `${Number(candle.high) * 1000}`,
      low: `${Number(candle.low) * 1000}`,
      close: `${Number(candle.close) * 1000}`,
      volume: `${Number(candle.volume) / 1000}`,
    }));
    const { data } = buildFeatures(candleBatch(), [SYMBOL], LAYOUT).batch;
    const { data: ofScaled } = buildFeatures(candleBatch({ [SYMBOL]: scaled }), [SYMBOL], LAYOUT).batch;
    for (const [index, value] of data.entries()) expect(ofScaled[index]).toBeCloseTo(value, 7);
  });

  test('are finite for a market without trades', () => {
    const flat = CANDLES.map(({ openTimeMs }) => ({
      openTimeMs,
      open: '5',
      high: '5',
      low: '5',
      close: '5',
      volume: '0',
    }));
    const { data } = buildFeatures(candleBatch({ [SYMBOL]: flat }), [SYMBOL], LAYOUT).batch;
    expect([...data].every((value) => value === 0)).toBe(true);
  });

  test('use neither older candles than needed nor one that closes after the tick', () => {
    const older = { ...CANDLES[0]!, openTimeMs: CANDLES[0]!.openTimeMs - MINUTE_MS, close: '1', low: '1' };
    const later = { ...CANDLES[0]!, openTimeMs: TICK_MS };
    const { batch } = buildFeatures(candleBatch({ [SYMBOL]: [older, ...CANDLES, later] }), [SYMBOL], LAYOUT);
    expect(batch).toEqual(buildFeatures(candleBatch(), [SYMBOL], LAYOUT).batch);
  });
});

test('a window can end before the newest candle, and knows nothing of what came later', () => {
  const layout = { ...LAYOUT, steps: STEPS - 5 };
  const { batch } = buildFeatures(candleBatch(), SYMBOLS, { ...layout, endsBefore: 5 });
  const before = VECTORS.map(({ symbol, candles }) => [symbol, candles.slice(0, -5)] as const);
  const then = { ...candleBatch(Object.fromEntries(before)), tickMs: TICK_MS - 5 * MINUTE_MS };
  expect(batch).toEqual(buildFeatures(then, SYMBOLS, layout).batch);
  expect(batch.rows.map(({ closeTimeMs }) => closeTimeMs)).toEqual(SYMBOLS.map(() => TICK_MS - 5 * MINUTE_MS));
});

describe('a symbol is left out with a reason', () => {
  test('and the others stay', () => {
    const { batch, skipped } = buildFeatures(candleBatch(), ['NEWUSDT', ...SYMBOLS], LAYOUT);
    expect(batch.rows.map((row) => row.symbol)).toEqual(SYMBOLS);
    expect(skipped).toEqual([expect.objectContaining({ symbol: 'NEWUSDT', code: 'CANDLES_MISSING' })]);
  });

  test('when it has too few candles', () => {
    expect(skipCode(CANDLES.slice(1))).toBe('CANDLES_TOO_FEW');
    expect(skipCode([])).toBe('CANDLES_TOO_FEW');
  });

  test('when a candle is absent between others', () => {
    const older = { ...CANDLES[0]!, openTimeMs: CANDLES[0]!.openTimeMs - MINUTE_MS };
    expect(skipCode([older, ...CANDLES.filter((_, index) => index !== 30)])).toBe('CANDLES_GAP');
  });

  test('when a candle comes twice, or candles are not in order', () => {
    expect(skipCode(CANDLES.toSpliced(30, 0, CANDLES[30]!))).toBe('CANDLES_GAP');
    expect(skipCode(CANDLES.with(10, CANDLES[11]!).with(11, CANDLES[10]!))).toBe('CANDLES_GAP');
  });

  test('when its newest candle closed before the tick', () => {
    const older = { ...CANDLES[0]!, openTimeMs: CANDLES[0]!.openTimeMs - MINUTE_MS };
    expect(skipCode([older, ...CANDLES.slice(0, -1)])).toBe('CANDLES_STALE');
  });

  test.each([
    ['a price that is no number', { close: 'abc' }],
    ['an infinite price', { high: 'Infinity' }],
    ['a price of zero', { low: '0' }],
    ['a high below the close', { high: '1', low: '0.5' }],
    ['a low above the close', { low: '24999999', high: '25000000' }],
    ['a negative volume', { volume: '-1' }],
    ['an infinite volume', { volume: '1e999' }],
  ])('when it has %s', (_, change) => {
    expect(skipCode(changed(40, change))).toBe('CANDLES_INVALID');
  });
});
