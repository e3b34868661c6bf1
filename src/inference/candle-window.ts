/** One window of a symbol's candles, found and checked: whatever is wrong with it ends in a reason, never in a prediction. */
import {
  areSame,
  type CandleSeries,
  newestOpenMs,
  seriesLength,
  seriesOfColumns,
  sliceOf,
  columnsOf,
} from '../domain/candle-series';
import type { SkipCode } from './types';

/** Candles may close while others are fetched; one that opens later than so many after the tick is none of this clock's. */
const FUTURE_CANDLES_MAX = 2;

/** Why there is no window. */
export interface Skip {
  readonly code: SkipCode;
  readonly message: string;
}

export interface WindowWanted {
  /** When the window's last candle closed, milliseconds UTC. */
  readonly closeTimeMs: number;
  /** When the newest candle closed, milliseconds UTC. */
  readonly tickMs: number;
  readonly intervalMs: number;
  /** Candles of the window. */
  readonly count: number;
}

/** @returns exactly `count` candles, one for each interval, the last of which closed at `closeTimeMs`; or why not */
export function selectWindow(all: CandleSeries, wanted: WindowWanted): Skip | { readonly window: CandleSeries } {
  const ordered = withoutRepetitions(all);
  if ('code' in ordered) return ordered;
  const { closeTimeMs, tickMs, intervalMs, count } = wanted;
  const newestMs = newestOpenMs(ordered) ?? -Infinity;
  if (newestMs >= tickMs + FUTURE_CANDLES_MAX * intervalMs) {
    return skip('CANDLES_FUTURE', `a candle of ${instant(newestMs)} is ahead of this tick at ${instant(tickMs)}`);
  }
  let end = seriesLength(ordered);
  while (end > 0 && ordered.openTimesMs[end - 1]! + intervalMs > closeTimeMs) end -= 1;
  if (end < count) return skip('CANDLES_TOO_FEW', `${end} closed candles of ${count} needed`);
  const window = sliceOf(ordered, end - count, end);
  const fault = faultOfTimes(window, closeTimeMs, intervalMs) ?? faultOfValues(window);
  return fault ?? { window };
}

/** A candle that came twice with the same content counts once. */
function withoutRepetitions(series: CandleSeries): Skip | CandleSeries {
  const { openTimesMs } = series;
  let repetitions = 0;
  for (let index = 0; index < openTimesMs.length; index += 1) {
    const openTimeMs = openTimesMs[index]!;
    if (!Number.isSafeInteger(openTimeMs)) {
      return skip('CANDLES_INVALID', `a candle opens at ${openTimeMs}, which is no time`);
    }
    const beforeMs = index === 0 ? -Infinity : openTimesMs[index - 1]!;
    if (openTimeMs < beforeMs) {
      return skip('CANDLES_DISORDERED', `the candle of ${instant(openTimeMs)} follows that of ${instant(beforeMs)}`);
    }
    if (openTimeMs > beforeMs) continue;
    if (!areSame(series, index, series, index - 1)) return skip('CANDLES_CONFLICT', conflict(series, index));
    repetitions += 1;
  }
  if (repetitions === 0) return series;
  const isKept = (_: number, index: number): boolean => openTimesMs[index] !== openTimesMs[index - 1];
  return seriesOfColumns(columnsOf(series).map((column) => column.filter(isKept)));
}

function conflict({ openTimesMs, highs, lows, closes, volumes }: CandleSeries, at: number): string {
  const shown = [highs, lows, closes, volumes].map((column) => `${column[at - 1]!} and ${column[at]!}`);
  return `the candle of ${instant(openTimesMs[at]!)} came twice: high ${shown[0]}, low ${shown[1]}, close ${shown[2]}, volume ${shown[3]}`;
}

function faultOfTimes({ openTimesMs }: CandleSeries, closeTimeMs: number, intervalMs: number): Skip | undefined {
  const newestMs = openTimesMs.at(-1)!;
  if (newestMs + intervalMs !== closeTimeMs) {
    const message = `the newest candle closed at ${instant(newestMs + intervalMs)}, before ${instant(closeTimeMs)}`;
    return skip('CANDLES_STALE', message);
  }
  for (let index = openTimesMs.length - 1; index > 0; index -= 1) {
    const beforeMs = openTimesMs[index - 1]!;
    const openTimeMs = openTimesMs[index]!;
    if (openTimeMs - beforeMs === intervalMs) continue;
    return skip('CANDLES_GAP', `no candle between those of ${instant(beforeMs)} and ${instant(openTimeMs)}`);
  }
  return undefined;
}

function faultOfValues({ openTimesMs, highs, lows, closes, volumes }: CandleSeries): Skip | undefined {
  let volumeSum = 0;
  let isConstant = true;
  let highest = 0;
  let lowest = Infinity;
  const price = closes[0]!;
  for (let index = 0; index < closes.length; index += 1) {
    const high = highs[index]!;
    const low = lows[index]!;
    const close = closes[index]!;
    const volume = volumes[index]!;
    if (!isPossible(high, low, close, volume)) {
      const figures = `high ${high}, low ${low}, close ${close}, volume ${volume}`;
      return skip('CANDLES_INVALID', `the candle of ${instant(openTimesMs[index]!)} cannot be: ${figures}`);
    }
    if (high > highest) highest = high;
    if (low < lowest) lowest = low;
    // The first candle only gives a price to begin with.
    if (index === 0) continue;
    volumeSum += volume;
    isConstant &&= high === price && low === price && close === price;
  }
  if (isConstant) return skip('CANDLES_CONSTANT', `the price stood at ${price} for ${closes.length - 1} candles`);
  if (volumeSum === 0) return skip('CANDLES_WITHOUT_VOLUME', `nothing was traded for ${closes.length - 1} candles`);
  if (volumeSum === Infinity) return skip('CANDLES_INVALID', 'the volumes are too large to be added');
  if (highest / lowest < Infinity) return undefined;
  return skip('CANDLES_INVALID', `prices from ${lowest} to ${highest} are too far apart`);
}

function isPossible(high: number, low: number, close: number, volume: number): boolean {
  return low > 0 && low <= close && close <= high && high < Infinity && volume >= 0 && volume < Infinity;
}

function skip(code: SkipCode, message: string): Skip {
  return { code, message };
}

/** Dates end where years have six digits. */
const TIME_MAX_MS = 8.64e15;

function instant(timeMs: number): string {
  return Math.abs(timeMs) <= TIME_MAX_MS ? new Date(timeMs).toISOString() : `${timeMs} ms`;
}
