import type { Candle } from './market';

/**
 * Candles of one symbol as columns of numbers, in the order in which they came: what a model needs of them, and nothing that
 * money depends on. A text that is no number is NaN here. All columns have the same length.
 */
export interface CandleSeries {
  /** Opening times, milliseconds UTC. */
  readonly openTimesMs: Float64Array;
  readonly highs: Float64Array;
  readonly lows: Float64Array;
  readonly closes: Float64Array;
  readonly volumes: Float64Array;
}

const COLUMNS = [
  'openTimesMs',
  'highs',
  'lows',
  'closes',
  'volumes',
] as const satisfies readonly (keyof CandleSeries)[];

/** The columns of a series, always in the same order. */
export function columnsOf(series: CandleSeries): readonly Float64Array[] {
  return COLUMNS.map((name) => series[name]);
}

/** The series that these columns are of. */
export function seriesOfColumns([openTimesMs, highs, lows, closes, volumes]: readonly Float64Array[]): CandleSeries {
  return { openTimesMs: openTimesMs!, highs: highs!, lows: lows!, closes: closes!, volumes: volumes! };
}

/** So many columns does a series have. */
export const COLUMN_COUNT = COLUMNS.length;

export function seriesOf(candles: readonly Candle[]): CandleSeries {
  const column = (value: (candle: Candle) => number): Float64Array => Float64Array.from(candles, value);
  return {
    openTimesMs: column(({ openTimeMs }) => openTimeMs),
    highs: column(({ high }) => Number(high)),
    lows: column(({ low }) => Number(low)),
    closes: column(({ close }) => Number(close)),
    volumes: column(({ volume }) => Number(volume)),
  };
}

export function seriesLength({ openTimesMs }: CandleSeries): number {
  return openTimesMs.length;
}

/** When the newest candle opened, milliseconds UTC; undefined: there is none. */
export function newestOpenMs({ openTimesMs }: CandleSeries): number | undefined {
  return openTimesMs.at(-1);
}

/** Some candles of a series that follow each other, without a copy. */
export function sliceOf(series: CandleSeries, from: number, to?: number): CandleSeries {
  return seriesOfColumns(columnsOf(series).map((column) => column.subarray(from, to)));
}

/** Whether two candles of two series say the same; NaN is the same as NaN. */
export function areSame(one: CandleSeries, at: number, other: CandleSeries, otherAt: number): boolean {
  return COLUMNS.every((name) => Object.is(one[name][at], other[name][otherAt]));
}

/** Whether there is one candle for each interval, the oldest first. */
export function isGapFree({ openTimesMs }: CandleSeries, intervalMs: number): boolean {
  for (let index = 1; index < openTimesMs.length; index += 1) {
    if (openTimesMs[index] !== openTimesMs[index - 1]! + intervalMs) return false;
  }
  return true;
}

/** What came of candles that were kept, and of newer ones. */
export interface MergedSeries {
  readonly series: CandleSeries;
  /** Whether the newer ones say something else of a candle that was kept: nothing that was kept can be trusted. */
  readonly isRevised: boolean;
}

/**
 * Kept candles, continued by what was fetched: from its oldest candle on, that counts alone. What is wrong with the fetched ones
 * (gaps, repetitions) stays, for whoever uses them to find.
 *
 * @param kept the oldest first
 * @param countMax of the newest candles; the older ones are left out
 */
export function mergeSeries(kept: CandleSeries, fetched: CandleSeries, countMax: number): MergedSeries {
  // An answer that is behind what is known already, as a venue's lagging copy gives it, takes nothing away.
  if ((newestOpenMs(fetched) ?? -Infinity) < (newestOpenMs(kept) ?? -Infinity))
    return { series: kept, isRevised: false };
  let startMs = Infinity;
  for (const openTimeMs of fetched.openTimesMs) startMs = Math.min(startMs, openTimeMs);
  const before = kept.openTimesMs.findIndex((openTimeMs) => openTimeMs >= startMs);
  const keptCount = before < 0 ? seriesLength(kept) : before;
  const isRevised = isRevisedBy(kept, keptCount, fetched);
  const count = keptCount + seriesLength(fetched);
  const from = Math.max(0, count - countMax);
  const fetchedColumns = columnsOf(fetched);
  const columns = columnsOf(kept).map((column, index) => {
    const merged = new Float64Array(count - from);
    const older = column.subarray(Math.min(from, keptCount), keptCount);
    merged.set(older);
    merged.set(fetchedColumns[index]!.subarray(Math.max(0, from - keptCount)), older.length);
    return merged;
  });
  return { series: seriesOfColumns(columns), isRevised };
}

/** Compares what both know; a venue's closed candles do not change, unless it is another venue or corrects itself. */
function isRevisedBy(kept: CandleSeries, from: number, fetched: CandleSeries): boolean {
  for (let index = from; index < seriesLength(kept); index += 1) {
    const at = fetched.openTimesMs.indexOf(kept.openTimesMs[index]!);
    if (at < 0 || !areSame(kept, index, fetched, at)) return true;
  }
  return false;
}
