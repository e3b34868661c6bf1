import type { Candle } from '../../../src/domain/market';
import { seriesOf } from '../../../src/domain/candle-series';
import { buildFeatures, zeroReturnShare, zeroVolumeShare } from '../../../src/inference/features';
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
    const batch = { tickMs: 3 * MINUTE_MS, intervalMs: MINUTE_MS, candles: { A: seriesOf(candles) } };
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

  test('use neither older candles than needed nor one that closes after the tick', () => {
    const older = { ...CANDLES[0]!, openTimeMs: CANDLES[0]!.openTimeMs - MINUTE_MS, close: '1', low: '1' };
    const later = [0, 1].map((count) => ({ ...CANDLES[0]!, openTimeMs: TICK_MS + count * MINUTE_MS }));
    const { batch } = buildFeatures(candleBatch({ [SYMBOL]: [older, ...CANDLES, ...later] }), [SYMBOL], LAYOUT);
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

test('the shares of steps without trades and without a move are those of the training', () => {
  const features = [
    [0.5, 0, 0, 0],
    [0, 0, 0, 0.25],
    [0, 0, 0, 0],
    [-1, 0, 0, 2],
  ].flat();
  const window = Float32Array.from(features);
  // (features[:, 3] == 0).mean() and (features[:, 0] == 0).mean() in numpy
  expect([zeroVolumeShare(window), zeroReturnShare(window)]).toEqual([0.5, 0.5]);
  expect(zeroVolumeShare(window.subarray(4))).toBeCloseTo(1 / 3, 15);
  expect(zeroVolumeShare(Float32Array.of(0, 1, 0), ['relative_volume'])).toBeCloseTo(2 / 3, 15);
  expect(zeroReturnShare(window, ['relative_volume'])).toBeUndefined();
});

test.each(VECTORS)('of the test vector $symbol too', ({ features }) => {
  const share = (column: number): number => {
    const values = features.filter((_, index) => index % LAYOUT.features.length === column);
    return values.filter((value) => Math.fround(value) === 0).length / values.length;
  };
  const window = Float32Array.from(features);
  expect(zeroVolumeShare(window)).toBe(share(3));
  expect(zeroReturnShare(window)).toBe(share(0));
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

  test('when candles are not in order, or one comes twice with other figures', () => {
    expect(skipCode(CANDLES.with(10, CANDLES[11]!).with(11, CANDLES[10]!))).toBe('CANDLES_DISORDERED');
    expect(skipCode(CANDLES.toSpliced(30, 0, { ...CANDLES[30]!, volume: '7' }))).toBe('CANDLES_CONFLICT');
  });

  test('but not when one comes twice with the same figures', () => {
    const twice = candleBatch({ [SYMBOL]: CANDLES.toSpliced(30, 0, CANDLES[30]!) });
    expect(buildFeatures(twice, SYMBOLS, LAYOUT)).toEqual(buildFeatures(candleBatch(), SYMBOLS, LAYOUT));
  });

  test('when the price stood still, or nothing was traded', () => {
    const still = { high: '5', low: '5', close: '5' };
    expect(skipCode(CANDLES.map((candle) => ({ ...candle, ...still, volume: '0' })))).toBe('CANDLES_CONSTANT');
    expect(skipCode(CANDLES.map((candle) => ({ ...candle, ...still })))).toBe('CANDLES_CONSTANT');
    expect(skipCode(CANDLES.map((candle) => ({ ...candle, volume: '0' })))).toBe('CANDLES_WITHOUT_VOLUME');
  });

  test('when a candle is further ahead than any that may have closed meanwhile', () => {
    const ahead = { ...CANDLES[0]!, openTimeMs: TICK_MS + 2 * MINUTE_MS };
    expect(skipCode([...CANDLES, ahead])).toBe('CANDLES_FUTURE');
  });

  test('with the value that is wrong, and with why no newer candles could be had', () => {
    const reasons = (candles: readonly Candle[]) =>
      buildFeatures({ ...candleBatch({ [SYMBOL]: candles }), missing: { [SYMBOL]: 'No.' } }, [SYMBOL], LAYOUT).skipped;
    expect(reasons(changed(40, { high: '1', low: '0.5' }))[0]!.message).toMatch(/high 1, low 0\.5, close \d+/);
    expect(reasons(CANDLES.slice(1))[0]!.message).toBe(`${STEPS} closed candles of ${STEPS + 1} needed (No.)`);
    const { skipped } = buildFeatures({ ...candleBatch(), missing: { NEWUSDT: 'No.' } }, ['NEWUSDT'], LAYOUT);
    expect(skipped).toEqual([{ symbol: 'NEWUSDT', code: 'CANDLES_MISSING', message: 'No.' }]);
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
    ['a price that is beyond all measure', { low: '1e-320' }],
  ])('when it has %s', (_, change) => {
    expect(skipCode(changed(40, change))).toBe('CANDLES_INVALID');
  });
});
