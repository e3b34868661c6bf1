/** Whatever a venue's candles look like: no prediction is made from a window that is not whole, and nothing is thrown. */
import * as fc from 'fast-check';
import { mergeSeries, seriesLength, seriesOf } from '../../src/domain/candle-series';
import type { Candle } from '../../src/domain/market';
import { buildFeatures, FEATURE_NAMES } from '../../src/inference/features';

const MINUTE_MS = 60_000;
const STEPS = 6;
const COUNT = STEPS + 1;
const TICK_MS = 1_000 * MINUTE_MS;

const goodPrice = fc.integer({ min: 90, max: 110 });
const goodCandle = fc.record({ low: goodPrice, up: fc.nat(9), rest: fc.nat(9), volume: fc.nat(20) });

/** One candle for each minute, the last of which closed at the tick. */
const goodCandles = fc.array(goodCandle, { minLength: COUNT, maxLength: COUNT + 4 }).map((list) =>
  list.map(({ low, up, rest, volume }, index): Candle => {
    const openTimeMs = TICK_MS - (list.length - index) * MINUTE_MS;
    return {
      openTimeMs,
      open: `${low}`,
      low: `${low}`,
      close: `${low + up}`,
      high: `${low + up + rest}`,
      volume: `${volume}`,
    };
  }),
);

const oddText = fc.constantFrom('NaN', '', 'abc', '-1', '0', 'Infinity', '1e999', '1e-320', '1e308');
type Mangle = (candles: readonly Candle[]) => readonly Candle[];
const at = fc.nat(COUNT + 4);
const mangle: fc.Arbitrary<Mangle> = fc.oneof(
  at.map(
    (index): Mangle =>
      (list) =>
        list.filter((_, position) => position !== index % list.length),
  ),
  at.map(
    (index): Mangle =>
      (list) =>
        list.toSpliced(index % (list.length || 1), 0, ...list.slice(index % (list.length || 1)).slice(0, 1)),
  ),
  fc.tuple(at, at).map(([one, other]): Mangle => (list) => {
    const [first, second] = [list[one], list[other]];
    return first && second ? list.with(one, second).with(other, first) : list;
  }),
  fc.tuple(at, fc.constantFrom('high', 'low', 'close', 'volume'), oddText).map(
    ([index, name, text]): Mangle =>
      (list) =>
        list.map((candle, position) => (position === index ? { ...candle, [name]: text } : candle)),
  ),
  fc.tuple(at, fc.constantFrom(NaN, -1, 1, 30_000, MINUTE_MS, 9 * MINUTE_MS, 1e18)).map(
    ([index, byMs]): Mangle =>
      (list) =>
        list.map((candle, position) =>
          position === index ? { ...candle, openTimeMs: candle.openTimeMs + byMs } : candle,
        ),
  ),
  fc.constant<Mangle>((list) => list.map((candle) => ({ ...candle, volume: '0' }))),
  fc.constant<Mangle>((list) => list.map((candle) => ({ ...candle, low: '5', high: '5', close: '5' }))),
  fc.constant<Mangle>(() => []),
);

/** Whether these candles, each counted once, hold one good candle for each interval of the window. */
function isWhole(candles: readonly Candle[], closeTimeMs: number): boolean {
  const window = Array.from({ length: COUNT }, (_, index) => closeTimeMs - (COUNT - index) * MINUTE_MS).map(
    (openTimeMs) => candles.filter((candle) => candle.openTimeMs === openTimeMs),
  );
  return window.every((found) => {
    const texts = new Set(
      found.map((candle) => JSON.stringify([candle.high, candle.low, candle.close, candle.volume].map(Number))),
    );
    const [high, low, close, volume] = [found[0]?.high, found[0]?.low, found[0]?.close, found[0]?.volume].map(Number);
    return (
      texts.size === 1 &&
      low! > 0 &&
      low! <= close! &&
      close! <= high! &&
      high! < Infinity &&
      volume! >= 0 &&
      volume! < Infinity
    );
  });
}

test('no features come of a broken window, and all that come are finite', () => {
  fc.assert(
    fc.property(goodCandles, fc.array(mangle, { maxLength: 3 }), fc.nat(2), (good, mangles, endsBefore) => {
      const candles = mangles.reduce((list, change) => change(list), good as readonly Candle[]);
      const batch = { tickMs: TICK_MS, intervalMs: MINUTE_MS, candles: { A: seriesOf(candles) } };
      const { batch: built, skipped } = buildFeatures(batch, ['A'], {
        steps: STEPS,
        features: FEATURE_NAMES,
        endsBefore,
      });
      expect(built.rows.length + skipped.length).toBe(1);
      if (skipped.length > 0) return;
      expect(isWhole(candles, TICK_MS - endsBefore * MINUTE_MS)).toBe(true);
      expect([...built.data].every(Number.isFinite)).toBe(true);
      expect([...built.data].some((value) => value !== 0)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('candles that came piece by piece are those that came at once', () => {
  fc.assert(
    fc.property(goodCandles, fc.array(fc.nat(3), { maxLength: 6 }), (all, cuts) => {
      let known = 0;
      let { series } = mergeSeries(seriesOf([]), seriesOf([]), COUNT);
      for (const more of [...cuts, all.length]) {
        const end = Math.min(all.length, known + more);
        const merged = mergeSeries(series, seriesOf(all.slice(Math.max(0, known - 1), end)), COUNT);
        expect(merged.isRevised).toBe(false);
        series = merged.series;
        known = end;
      }
      expect(series).toEqual(seriesOf(all.slice(-COUNT)));
    }),
  );
});

test('whatever follows kept candles, merging them does not throw, and an answer that lags takes nothing away', () => {
  fc.assert(
    fc.property(goodCandles, fc.array(mangle, { maxLength: 3 }), fc.nat(COUNT), (good, mangles, begin) => {
      const kept = seriesOf(good);
      const fetched = seriesOf(mangles.reduce((list, change) => change(list), good.slice(begin) as readonly Candle[]));
      expect(seriesLength(mergeSeries(kept, fetched, COUNT).series)).toBeLessThanOrEqual(
        good.length + seriesLength(fetched),
      );
      expect(mergeSeries(kept, seriesOf(good.slice(0, -1)), good.length).series).toEqual(kept);
    }),
  );
});
