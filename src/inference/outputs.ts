/** From the model's arrays to predictions. */
import type { ContractOutput, ModelMetadata } from './contract-schema';
import type { FeatureRow, HorizonForecast, Prediction, Quantile, SkippedSymbol } from './types';

export interface Inference {
  /** In the order of the batch's rows. */
  readonly predictions: readonly Prediction[];
  /** Symbols for which the model gave no finite number. */
  readonly skipped: readonly SkippedSymbol[];
}

/** How many numbers an output has for each row. */
export function valuesPerRow(output: ContractOutput): number {
  return 'levels' in output ? output.levels.length : 1;
}

/**
 * @param arrays one for each of the metadata's outputs, in their order, rows × valuesPerRow numbers each
 */
export function toInference(
  { outputs, horizonsMinutes }: Pick<ModelMetadata, 'outputs' | 'horizonsMinutes'>,
  rows: readonly FeatureRow[],
  arrays: readonly Float32Array[],
): Inference {
  const predictions: Prediction[] = [];
  const skipped: SkippedSymbol[] = [];
  for (const [index, row] of rows.entries()) {
    const values = outputs.map((output, at) => {
      const size = valuesPerRow(output);
      return Array.from(arrays[at]!.subarray(index * size, (index + 1) * size));
    });
    const fault = values.findIndex((some) => !some.every(Number.isFinite));
    if (fault >= 0) {
      const message = `the model's ${outputs[fault]!.name} is ${values[fault]!.find((value) => !Number.isFinite(value))}`;
      skipped.push({ symbol: row.symbol, code: 'PREDICTION_NOT_FINITE', message });
      continue;
    }
    const scaleAt = outputs.findIndex(({ kind }) => kind === 'scale');
    predictions.push({
      ...row,
      horizons: horizonsMinutes.map((minutes) => toHorizon(minutes, outputs, values)),
      ...(scaleAt >= 0 && { scale: Math.max(0, values[scaleAt]![0]!) }),
    });
  }
  return { predictions, skipped };
}

function toHorizon(
  minutes: number,
  outputs: readonly ContractOutput[],
  values: readonly (readonly number[])[],
): HorizonForecast {
  let mean = Number.NaN;
  const found: { quantiles?: readonly Quantile[]; rise?: readonly Quantile[]; fall?: readonly Quantile[] } = {};
  for (const [index, output] of outputs.entries()) {
    if (output.kind === 'scale' || output.horizonMinutes !== minutes) continue;
    if (output.kind === 'mean') mean = values[index]![0]!;
    else if (output.kind === 'quantiles') found.quantiles = byLevel(output.levels, values[index]!);
    // Files tell falls with either sign; how far a price goes has none.
    else found[output.kind] = byLevel(output.levels, values[index]!.map(Math.abs));
  }
  return { minutes, mean, ...found };
}

/** Quantiles that cross are put in order: a higher level never has the lower value. */
function byLevel(levels: readonly number[], values: readonly number[]): readonly Quantile[] {
  const ordered = values.toSorted((left, right) => left - right);
  return levels.map((level, index) => ({ level, value: ordered[index]! }));
}
