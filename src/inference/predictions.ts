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
  const least = Number(minimumReturn);
  return predictions
    .filter(({ returns15m }) => Math.abs(returns15m) > least)
    .map(({ symbol, returns15m, closeTimeMs, close, deviation }) => ({
      symbol,
      expectedReturn: Number(returns15m.toPrecision(SIGNIFICANT_DIGITS)),
      closeTimeMs,
      ...(close !== undefined && { close }),
      ...(deviation !== undefined && { deviation }),
    }));
}
