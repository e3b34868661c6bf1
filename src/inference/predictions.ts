import type { ModelPrediction } from '../domain/model-gate/types';
import type { HorizonForecast, Prediction } from './types';

/** What signals are made of. */
const HORIZON_MINUTES = 15;
/** Digits of a prediction that two machines' floating-point results share. */
const SIGNIFICANT_DIGITS = 4;

/**
 * The predictions beyond the least return, up or down, as the gate judges them: the others only fill histories.
 *
 * @param minimumReturn a decimal string; absent: none is
 */
export function beyondLeastReturn(
  predictions: readonly Prediction[],
  minimumReturn: string | undefined,
): readonly ModelPrediction[] {
  return predictions
    .filter((prediction) => isBeyond(expectedReturn(prediction), minimumReturn))
    .map((prediction) => ({
      symbol: prediction.symbol,
      expectedReturn: rounded(expectedReturn(prediction)),
      closeTimeMs: prediction.closeTimeMs,
      ...(prediction.close !== undefined && { close: prediction.close }),
      ...(prediction.deviation !== undefined && { deviation: prediction.deviation }),
    }));
}

/** The others, by symbol: what is told of them to whoever asks why there was no signal. */
export function notBeyondLeastReturn(
  predictions: readonly Prediction[],
  minimumReturn: string | undefined,
): Readonly<Record<string, number>> {
  const others = predictions.filter((prediction) => !isBeyond(expectedReturn(prediction), minimumReturn));
  return Object.fromEntries(others.map((prediction) => [prediction.symbol, rounded(expectedReturn(prediction))]));
}

/** The mean over HORIZON_MINUTES, or over the nearest horizon that the model has. */
export function expectedReturn({ horizons }: Prediction): number {
  const distance = ({ minutes }: HorizonForecast): number => Math.abs(minutes - HORIZON_MINUTES);
  return horizons.toSorted((left, right) => distance(left) - distance(right))[0]!.mean;
}

function rounded(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

function isBeyond(logReturn: number, minimumReturn: string | undefined): boolean {
  return Math.abs(logReturn) > Number(minimumReturn);
}
