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
 * @param minutes the horizons that are wanted, some of the metadata's; a number that is not finite counts in all of them
 */
export function toInference(
  { outputs, horizonsMinutes }: Pick<ModelMetadata, 'outputs' | 'horizonsMinutes'>,
  rows: readonly FeatureRow[],
  arrays: readonly Float32Array[],
  minutes: readonly number[] = horizonsMinutes,
): Inference {
  const predictions: Prediction[] = [];
  const skipped: SkippedSymbol[] = [];
  const columns = outputs.map((output, at) => ({ output, size: valuesPerRow(output), values: arrays[at]! }));
  const horizons = minutes.map((one) => ({ minutes: one, columns: columns.filter((column) => isOf(column, one)) }));
  const scale = columns.find(({ output }) => output.kind === 'scale')?.values;
  for (const [index, row] of rows.entries()) {
    const fault = faultOf(columns, index);
    if (fault !== undefined) {
      skipped.push({ symbol: row.symbol, code: 'PREDICTION_NOT_FINITE', message: fault });
      continue;
    }
    predictions.push({
      ...row,
      horizons: horizons.map((horizon) => toHorizon(horizon.minutes, horizon.columns, index)),
      ...(scale && { scale: Math.max(0, scale[index]!) }),
    });
  }
  return { predictions, skipped };
}

/** What the model gave for an output, all rows. */
interface Column {
  readonly output: ContractOutput;
  readonly size: number;
  readonly values: Float32Array;
}

function isOf({ output }: Column, minutes: number): boolean {
  return output.kind !== 'scale' && output.horizonMinutes === minutes;
}

function faultOf(columns: readonly Column[], row: number): string | undefined {
  for (const { output, size, values } of columns) {
    for (let at = row * size; at < (row + 1) * size; at += 1) {
      if (!Number.isFinite(values[at])) return `the model's ${output.name} is ${values[at]}`;
    }
  }
  return undefined;
}

function toHorizon(minutes: number, columns: readonly Column[], row: number): HorizonForecast {
  let mean = Number.NaN;
  const found: { quantiles?: readonly Quantile[]; rise?: readonly Quantile[]; fall?: readonly Quantile[] } = {};
  for (const { output, size, values } of columns) {
    if (output.kind === 'scale') continue;
    const own = values.subarray(row * size, (row + 1) * size);
    if (output.kind === 'mean') mean = own[0]!;
    else if (output.kind === 'quantiles') found.quantiles = byLevel(output.levels, own);
    // Files tell falls with either sign; how far a price goes has none.
    else found[output.kind] = byLevel(output.levels, own.map(Math.abs));
  }
  return { minutes, mean, ...found };
}

/** Quantiles that cross are put in order: a higher level never has the lower value. */
function byLevel(levels: readonly number[], values: Float32Array): readonly Quantile[] {
  let ordered = values;
  for (let index = 1; index < values.length && ordered === values; index += 1) {
    if (values[index]! < values[index - 1]!) ordered = values.toSorted();
  }
  return levels.map((level, index) => ({ level, value: ordered[index]! }));
}
