import type { ModelPrediction } from '../domain/model-gate/types';
import type { Prediction } from './types';

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
    .filter(({ returns15m }) => isBeyond(returns15m, minimumReturn))
    .map(({ symbol, returns15m, closeTimeMs, close, deviation }) => ({
      symbol,
      expectedReturn: Number(returns15m.toPrecision(SIGNIFICANT_DIGITS)),
      closeTimeMs,
      ...(close !== undefined && { close }),
      ...(deviation !== undefined && { deviation }),
    }));
}

/** The others, by symbol: what is told of them to whoever asks why there was no signal. */
export function notBeyondLeastReturn(
  predictions: readonly Prediction[],
  minimumReturn: string | undefined,
): Readonly<Record<string, number>> {
  const others = predictions.filter(({ returns15m }) => !isBeyond(returns15m, minimumReturn));
  return Object.fromEntries(
    others.map(({ symbol, returns15m }) => [symbol, Number(returns15m.toPrecision(SIGNIFICANT_DIGITS))]),
  );
}

function isBeyond(logReturn: number, minimumReturn: string | undefined): boolean {
  return Math.abs(logReturn) > Number(minimumReturn);
}
