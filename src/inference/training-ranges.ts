/** Whether a window is like those that the model was made from: what it says of others, nobody has tested. */
import { zeroReturnShare, zeroVolumeShare, type FeatureLayout } from './features';
import type { TrainingRanges } from './model-metadata';
import type { FeatureBatch, Prediction } from './types';

const WORDS: Readonly<Record<keyof TrainingRanges, string>> = {
  scale: 'the usual return of a candle',
  zeroVolumeShare: 'the share of candles without trades',
  zeroReturnShare: 'the share of candles without movement',
};
/** Of a figure in words. */
const SIGNIFICANT_DIGITS = 4;

/**
 * By symbol, what of its window lies outside of the ranges, in words. Symbols of which nothing does are not there.
 *
 * @param ranges absent: the model does not tell any, and nothing lies outside
 */
export function outOfRange(
  predictions: readonly Prediction[],
  batch: FeatureBatch,
  features: FeatureLayout['features'],
  ranges: TrainingRanges | undefined,
): ReadonlyMap<string, string> {
  if (ranges === undefined) return new Map();
  const size = batch.steps * batch.features;
  const rows = new Map(batch.rows.map(({ symbol }, index) => [symbol, index]));
  const found = predictions.flatMap(({ symbol, scale }) => {
    const row = rows.get(symbol);
    if (row === undefined) return [];
    const window = batch.data.subarray(row * size, (row + 1) * size);
    const values = {
      scale,
      zeroVolumeShare: zeroVolumeShare(window, features),
      zeroReturnShare: zeroReturnShare(window, features),
    };
    const words = wordsOf(values, ranges);
    return words === undefined ? [] : [[symbol, words] as const];
  });
  return new Map(found);
}

function wordsOf(
  values: Readonly<Record<keyof TrainingRanges, number | undefined>>,
  ranges: TrainingRanges,
): string | undefined {
  for (const name of Object.keys(WORDS) as (keyof TrainingRanges)[]) {
    const [value, [low, high]] = [values[name], ranges[name]];
    if (value === undefined || (value >= low && value <= high)) continue;
    return `${WORDS[name]} is ${shown(value)}; the model knows ${shown(low)} to ${shown(high)}`;
  }
  return undefined;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(SIGNIFICANT_DIGITS)));
}
