/**
 * A tick's predictions on their way through the loop's history, which keeps every byte: by columns, so that names stand once and
 * not in every row, and without what the tick itself says. No digit is lost.
 */
import { ADVERSE_LEVEL } from './distances';
import type { ModelPrediction } from './types';

/** By symbol, in one order. Of the moves on the way the one that a stop may go by: `fall` of what rises, `rise` of what falls. */
export interface PredictionColumns {
  readonly symbols: readonly string[];
  readonly expected: readonly number[];
  /** null: not told. So it is with the next one. */
  readonly closes: readonly (number | null)[];
  readonly deviations: readonly (number | null)[];
  /** Of all quantiles. Absent: the model has none. */
  readonly levels?: readonly number[];
  readonly quantiles?: readonly (readonly number[])[];
  /** At ADVERSE_LEVEL. Absent: the model tells no moves. */
  readonly adverse?: readonly (number | null)[];
  /** By symbol; absent: all of them are known. */
  readonly outOfRange?: Readonly<Record<string, string>>;
}

/** @param predictions of one tick and one model */
export function toColumns(predictions: readonly ModelPrediction[]): PredictionColumns {
  const levels = predictions[0]?.quantiles?.map(([level]) => level);
  const adverse = predictions.map(({ rise, fall }) => (rise ?? fall)?.[0]?.[1] ?? null);
  const unknown = predictions.filter(({ outOfRange }) => outOfRange !== undefined);
  return {
    symbols: predictions.map(({ symbol }) => symbol),
    expected: predictions.map(({ expectedReturn }) => expectedReturn),
    closes: predictions.map(({ close = null }) => close),
    deviations: predictions.map(({ deviation = null }) => deviation),
    ...(levels && { levels, quantiles: predictions.map(({ quantiles = [] }) => quantiles.map(([, value]) => value)) }),
    ...(adverse.some((move) => move !== null) && { adverse }),
    ...(unknown.length > 0 && {
      outOfRange: Object.fromEntries(unknown.map(({ symbol, outOfRange }) => [symbol, outOfRange!])),
    }),
  };
}

/** @param closeTimeMs of the tick, milliseconds UTC */
export function ofColumns(columns: PredictionColumns, closeTimeMs: number): readonly ModelPrediction[] {
  const { symbols, expected, closes, deviations, levels, quantiles, adverse, outOfRange = {} } = columns;
  return symbols.map((symbol, index) => {
    const [close, deviation, move] = [closes[index] ?? null, deviations[index] ?? null, adverse?.[index] ?? null];
    const expectedReturn = expected[index]!;
    const values = quantiles?.[index] ?? [];
    return {
      symbol,
      expectedReturn,
      closeTimeMs,
      ...(close !== null && { close }),
      ...(deviation !== null && { deviation }),
      ...(levels && { quantiles: values.map((value, at) => [levels[at]!, value] as const) }),
      ...(move !== null && { [expectedReturn > 0 ? 'fall' : 'rise']: [[ADVERSE_LEVEL, move]] }),
      ...(Object.hasOwn(outOfRange, symbol) && { outOfRange: outOfRange[symbol]! }),
    };
  });
}
