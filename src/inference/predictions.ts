import type { TradingSignal } from '../domain/signal';
import type { Prediction } from './types';

/** Decimal places of a signal's strength: fewer than the differences between two machines' floating-point results. */
const STRENGTH_DECIMALS = 4;

export interface SignalRule {
  /** A prediction beyond this, up or down, becomes a signal: a log return above zero, `0.0003` is about 0.03 %. */
  readonly minimumReturn: string;
  /** Becomes the signals' strategy, and so a part of their fingerprints. */
  readonly strategy: string;
}

/**
 * The signals of one tick: BUY above the threshold, SELL below its negative, nothing between or exactly on it. Each
 * carries the close time of the candle behind it, so that the same tick predicted twice gives the same fingerprint. No
 * amount is set: orders are sized from free funds.
 *
 * @throws RangeError when the threshold is not a decimal number above zero
 */
export function toSignals(predictions: readonly Prediction[], rule: SignalRule): TradingSignal[] {
  const minimumReturn = Number(rule.minimumReturn);
  if (!Number.isFinite(minimumReturn) || minimumReturn <= 0) {
    throw new RangeError(`minimumReturn must be a decimal number above zero, not "${rule.minimumReturn}".`);
  }
  return predictions
    .filter((prediction) => Number.isFinite(prediction.returns15m))
    .filter((prediction) => Math.abs(prediction.returns15m) > minimumReturn)
    .map((prediction) => ({
      symbol: prediction.symbol,
      direction: prediction.returns15m > 0 ? 'BUY' : 'SELL',
      strategy: rule.strategy,
      timestampMs: prediction.closeTimeMs,
      intent: 'entry',
      signalStrength: signalStrength(prediction.returns15m, minimumReturn),
    }));
}

/**
 * How far a prediction lies beyond the threshold: 0.5 on it, towards 1 far beyond, never falling between. A rank, not a
 * probability.
 */
export function signalStrength(returns15m: number, minimumReturn: number): number {
  const size = Math.abs(returns15m);
  return Number((size / (size + minimumReturn)).toFixed(STRENGTH_DECIMALS));
}
