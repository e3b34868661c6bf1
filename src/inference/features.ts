/**
 * Candles to the model's input. training/features.py computes the same numbers for training; the vectors in test_data/
 * hold the two together. Features are not money, so binary floats are right here.
 */
import type { Candle } from '../domain/market';
import { returnDeviation } from './volatility';
import type { CandleBatch, FeatureBatch, FeatureRow, SkipCode, SkippedSymbol } from './types';

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
}

export interface BuiltFeatures {
  readonly batch: FeatureBatch;
  readonly skipped: readonly SkippedSymbol[];
}

/** A candle as floats. */
interface Bar {
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
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
  const rows: FeatureRow[] = [];
  const windows: Float32Array[] = [];
  const skipped: SkippedSymbol[] = [];
  for (const symbol of symbols) {
    const selected = selectWindow(candleBatch, symbol, layout.steps + 1);
    if ('code' in selected) {
      skipped.push({ symbol, ...selected });
      continue;
    }
    const closes = selected.bars.map(({ close }) => close);
    rows.push({ symbol, closeTimeMs: candleBatch.tickMs, close: closes.at(-1)!, deviation: returnDeviation(closes) });
    windows.push(windowFeatures(selected.bars, layout.features));
  }
  const windowLength = layout.steps * layout.features.length;
  const data = new Float32Array(rows.length * windowLength);
  for (const [index, window] of windows.entries()) data.set(window, index * windowLength);
  return { batch: { rows, steps: layout.steps, features: layout.features.length, data }, skipped };
}

interface Skip {
  readonly code: SkipCode;
  readonly message: string;
}

function selectWindow(
  candleBatch: CandleBatch,
  symbol: string,
  needed: number,
): Skip | { readonly bars: readonly Bar[] } {
  const all = candleBatch.candles[symbol];
  if (all === undefined) return { code: 'CANDLES_MISSING', message: 'no candles were fetched' };
  const { intervalMs } = candleBatch;
  const candles = all.filter((candle) => candle.openTimeMs + intervalMs <= candleBatch.tickMs).slice(-needed);
  if (candles.length < needed) {
    return { code: 'CANDLES_TOO_FEW', message: `${candles.length} closed candles of ${needed} needed` };
  }
  const newest = candles[needed - 1]!;
  if (newest.openTimeMs + intervalMs !== candleBatch.tickMs) {
    const closed = new Date(newest.openTimeMs + intervalMs).toISOString();
    return { code: 'CANDLES_STALE', message: `the newest candle closed at ${closed}, before this tick` };
  }
  for (const [index, candle] of candles.entries()) {
    if (candle.openTimeMs !== newest.openTimeMs - (needed - 1 - index) * intervalMs) {
      const opened = new Date(candle.openTimeMs).toISOString();
      return { code: 'CANDLES_GAP', message: `candles are not one per interval around ${opened}` };
    }
  }
  const bars = candles.map(toBar);
  const invalid = bars.findIndex((bar) => !isValid(bar));
  if (invalid >= 0) {
    const opened = new Date(candles[invalid]!.openTimeMs).toISOString();
    return { code: 'CANDLES_INVALID', message: `the candle of ${opened} has a price or volume that cannot be` };
  }
  return { bars };
}

function toBar(candle: Candle): Bar {
  return {
    high: Number(candle.high),
    low: Number(candle.low),
    close: Number(candle.close),
    volume: Number(candle.volume),
  };
}

function isValid({ high, low, close, volume }: Bar): boolean {
  return [high, low, close, volume].every(Number.isFinite) && low > 0 && low <= close && close <= high && volume >= 0;
}

function windowFeatures(bars: readonly Bar[], features: readonly FeatureName[]): Float32Array {
  const steps = bars.slice(1);
  const meanVolume = steps.reduce((sum, bar) => sum + bar.volume, 0) / steps.length;
  const window = new Float32Array(steps.length * features.length);
  for (const [step, bar] of steps.entries()) {
    const previousClose = bars[step]!.close;
    for (const [index, name] of features.entries()) {
      window[step * features.length + index] = featureValue(name, bar, previousClose, meanVolume);
    }
  }
  return window;
}

function featureValue(name: FeatureName, bar: Bar, previousClose: number, meanVolume: number): number {
  switch (name) {
    case 'log_return':
      return Math.log(bar.close / previousClose);
    case 'high_log_return':
      return Math.log(bar.high / bar.close);
    case 'low_log_return':
      return Math.log(bar.low / bar.close);
    case 'relative_volume':
      return meanVolume > 0 ? Math.log1p(bar.volume / meanVolume) : 0;
  }
}
