import type { Direction, TradingSignal } from '../signal';
import { netGainChance, quantilesOf, roundedChance } from './chance';
import { stopDistances } from './distances';
import type { GateSettings, ModelPrediction } from './types';

/** Decimal places of a signal's strength: fewer than the differences between two machines' floating-point results. */
const STRENGTH_DECIMALS = 4;
const SECONDS_PER_MINUTE = 60;

export function directionOf({ expectedReturn }: ModelPrediction): Direction {
  return expectedReturn > 0 ? 'BUY' : 'SELL';
}

/**
 * The entry that a view asks for. It carries the close time of the candle behind it, so that the same tick predicted twice gives
 * the same fingerprint, and nothing that a second run of that tick could find otherwise: costs stay out of it. No amount is set:
 * orders are sized from free funds, and where settings say so bounded by what their stop may lose (./size).
 */
export function signalOf(prediction: ModelPrediction, settings: GateSettings, candleIntervalMs: number): TradingSignal {
  const { symbol, closeTimeMs } = prediction;
  return {
    symbol,
    direction: directionOf(prediction),
    strategy: settings.strategy,
    timestampMs: closeTimeMs,
    intent: 'entry',
    signalStrength: strengthOf(prediction, settings),
    ...stopDistances(prediction, settings, candleIntervalMs),
    maxHoldingSeconds: settings.horizonMinutes * SECONDS_PER_MINUTE,
  };
}

/**
 * The chance of a net gain at the costs that are assumed: those of the moment are another at every run. Of a model without
 * quantiles, how far its prediction lies beyond the least return.
 */
function strengthOf(prediction: ModelPrediction, { assumedCosts, minimumReturn }: GateSettings): number {
  const chance =
    assumedCosts === undefined
      ? undefined
      : netGainChance(quantilesOf(prediction.quantiles), directionOf(prediction), Number(assumedCosts));
  return chance === undefined
    ? signalStrength(prediction.expectedReturn, Number(minimumReturn))
    : roundedChance(chance);
}

/**
 * How far a prediction lies beyond the least return: 0.5 on it, towards 1 far beyond, never falling between. A rank, not a
 * probability.
 */
export function signalStrength(expectedReturn: number, minimumReturn: number): number {
  const size = Math.abs(expectedReturn);
  return Number((size / (size + minimumReturn)).toFixed(STRENGTH_DECIMALS));
}
