/**
 * Candles to the model's input. training/features.py computes the same numbers for training; the vectors in test_data/
 * hold the two together. Features are not money, so binary floats are right here.
 */
import type { CandleSeries } from '../domain/candle-series';
import { ownValue } from '../domain/plain-values';
import { selectWindow, type WindowWanted } from './candle-window';
import { returnDeviation } from './volatility';
import type { CandleBatch, FeatureBatch, FeatureRow, SkippedSymbol } from './types';

/** Every feature there is, for one step of a window. All are free of scale: no price or volume unit is left in them. */
export const FEATURE_NAMES = [
  /** ln(close / previous close); any sign, 0 without movement, about ±0.001 for one minute. */
  'log_return',
  /** ln(high / close); 0 or above. */
  'high_log_return',
  /** ln(low / close); 0 or below. */
  'low_log_return',
  /** ln(1 + volume / the window's mean volume); 0 or above, ln 2 for a step with the mean volume, 0 without trades. */
  'relative_volume',
] as const;

export type FeatureName = (typeof FEATURE_NAMES)[number];

/** The part of a model's metadata that decides its input. */
export interface FeatureLayout {
  /** Steps of a window; one more candle is needed, for the first previous close. */
  readonly steps: number;
  /** The features of a step, in the model's order. */
  readonly features: readonly FeatureName[];
  /** So many candles before the newest does the window end, 0 or more; absent: with the newest. */
  readonly endsBefore?: number;
}

export interface BuiltFeatures {
  readonly batch: FeatureBatch;
  readonly skipped: readonly SkippedSymbol[];
}

/**
 * The input for one inference over all symbols: float32 [symbols, steps, features], symbols in the order given.
 *
 * A symbol whose window ending at the tick is not complete, gap-free and valid is left out with the reason: no value is
 * ever made up, and none is NaN.
 *
 * @param candleBatch closed candles; candles that close after its tick are not used
 * @param symbols who should get a prediction
 */
export function buildFeatures(
  candleBatch: CandleBatch,
  symbols: readonly string[],
  layout: FeatureLayout,
): BuiltFeatures {
  const { steps, features, endsBefore = 0 } = layout;
  const { tickMs, intervalMs } = candleBatch;
  const wanted = { tickMs, intervalMs, closeTimeMs: tickMs - endsBefore * intervalMs, count: steps + 1 };
  const rows: FeatureRow[] = [];
  const skipped: SkippedSymbol[] = [];
  const windowLength = steps * features.length;
  const data = new Float32Array(symbols.length * windowLength);
  for (const symbol of symbols) {
    const selected = windowOf(candleBatch, symbol, wanted);
    if ('code' in selected) {
      skipped.push({ symbol, ...selected });
      continue;
    }
    const { closes } = selected.window;
    writeFeatures(data.subarray(rows.length * windowLength), selected.window, features);
    rows.push({
      symbol,
      closeTimeMs: wanted.closeTimeMs,
      close: closes.at(-1)!,
      deviation: returnDeviation(closes),
    });
  }
  const used = rows.length === symbols.length ? data : data.slice(0, rows.length * windowLength);
  return { batch: { rows, steps, features: features.length, data: used }, skipped };
}

function windowOf({ candles, missing = {} }: CandleBatch, symbol: string, wanted: WindowWanted) {
  const series = ownValue(candles, symbol);
  const reason = ownValue(missing, symbol);
  if (series === undefined) return { code: 'CANDLES_MISSING', message: reason ?? 'no candles were fetched' } as const;
  const selected = selectWindow(series, wanted);
  if ('window' in selected || reason === undefined) return selected;
  return { ...selected, message: `${selected.message} (${reason})` };
}

/** @param window one candle more than there are steps */
function writeFeatures(to: Float32Array, window: CandleSeries, features: readonly FeatureName[]): void {
  for (const [index, name] of features.entries()) writeFeature(to, window, { name, index, count: features.length });
}

function writeFeature(
  to: Float32Array,
  { highs, lows, closes, volumes }: CandleSeries,
  { name, index, count }: { readonly name: FeatureName; readonly index: number; readonly count: number },
): void {
  switch (name) {
    case 'log_return':
      for (let step = 1, at = index; step < closes.length; step += 1, at += count) {
        to[at] = Math.log(closes[step]! / closes[step - 1]!);
      }
      break;
    case 'high_log_return':
      writeLogRatios(to, highs, closes, { index, count });
      break;
    case 'low_log_return':
      writeLogRatios(to, lows, closes, { index, count });
      break;
    case 'relative_volume':
      writeVolumes(to, volumes, { index, count });
      break;
  }
}

/** Where a feature stands in a window: its place within a step, and how many there are of each. */
interface Place {
  readonly index: number;
  readonly count: number;
}

function writeLogRatios(to: Float32Array, prices: Float64Array, closes: Float64Array, { index, count }: Place): void {
  for (let step = 1, at = index; step < closes.length; step += 1, at += count) {
    to[at] = Math.log(prices[step]! / closes[step]!);
  }
}

function writeVolumes(to: Float32Array, volumes: Float64Array, { index, count }: Place): void {
  let sum = 0;
  for (let step = 1; step < volumes.length; step += 1) sum += volumes[step]!;
  const mean = sum / (volumes.length - 1);
  for (let step = 1, at = index; step < volumes.length; step += 1, at += count) {
    to[at] = mean > 0 ? Math.log1p(volumes[step]! / mean) : 0;
  }
}

/**
 * The share of a window's steps without trades, 0 to 1, as training/metadata.py computes it.
 *
 * @param window one row of a batch
 * @param features its features, in the model's order
 * @returns undefined where the model does not look at volumes
 */
export function zeroVolumeShare(
  window: Float32Array,
  features: readonly FeatureName[] = FEATURE_NAMES,
): number | undefined {
  return zeroShare(window, features, 'relative_volume');
}

/** The same of steps whose close is the one before; undefined where the model does not look at returns. */
export function zeroReturnShare(
  window: Float32Array,
  features: readonly FeatureName[] = FEATURE_NAMES,
): number | undefined {
  return zeroShare(window, features, 'log_return');
}

function zeroShare(window: Float32Array, features: readonly FeatureName[], name: FeatureName): number | undefined {
  const column = features.indexOf(name);
  if (column < 0 || window.length === 0) return undefined;
  let zeros = 0;
  for (let at = column; at < window.length; at += features.length) if (window[at] === 0) zeros += 1;
  return zeros / (window.length / features.length);
}
