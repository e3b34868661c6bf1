import { ExactDecimal, formatDecimal } from '../decimal';
import { quantilesOf, valueAt } from './chance';
import type { GateSettings, ModelPrediction } from './types';

const MINUTE_MS = 60_000;
/** Two runs of one tick must give the same signal: digits beyond these are left out. */
const SIGNIFICANT_DIGITS = 4;
/** As many as a decimal string may have. */
const FRACTION_DIGITS_MAX = 18;
/** The price may move until the order is planned: a stop at the very edge would then be refused. A fraction of the edge. */
const EDGE_MARGIN = 0.1;
/** Of the moves against a position, the one that nine of ten do not exceed. */
export const ADVERSE_LEVEL = 0.9;

/** Distances from the order's price, in quote units; absent: none by volatility. */
export interface StopDistances {
  readonly stopLossDistance?: string;
  readonly takeProfitDistance?: string;
}

/**
 * Where stop and target lie. By volatility: the deviation of one candle, scaled to the horizon by the square root of time, times
 * the multiples. The stop by the adverse move, where settings want it and the model tells it: the move against the position that
 * is exceeded one time in ten. Both stay within the bounds of stops.
 */
export function stopDistances(
  prediction: ModelPrediction,
  settings: GateSettings,
  candleIntervalMs: number,
): StopDistances {
  const { close, deviation } = prediction;
  if (close === undefined || !(close > 0)) return {};
  const byVolatility = expectedMove(deviation, settings, candleIntervalMs);
  const adverse = settings.stopFrom === 'adverseMove' ? adverseMove(prediction) : undefined;
  const distance = (move: number | undefined, multiple: string): string | undefined =>
    move !== undefined && Number(multiple) > 0 ? rounded(close * within(move * Number(multiple), settings)) : undefined;
  const stopLossDistance =
    adverse === undefined
      ? distance(byVolatility, settings.stopVolatilityMultiple)
      : distance(adverse, settings.stopAdverseMultiple ?? '1');
  const takeProfitDistance = distance(byVolatility, settings.targetVolatilityMultiple);
  return {
    ...(stopLossDistance !== undefined && { stopLossDistance }),
    ...(takeProfitDistance !== undefined && { takeProfitDistance }),
  };
}

function expectedMove(
  deviation: number | undefined,
  { horizonMinutes }: GateSettings,
  candleIntervalMs: number,
): number | undefined {
  if (deviation === undefined || !(deviation > 0)) return undefined;
  return deviation * Math.sqrt((horizonMinutes * MINUTE_MS) / candleIntervalMs);
}

/** A log return, taken as a fraction: so far from the price the two differ by less than a stop's rounding matters. */
function adverseMove({ expectedReturn, rise, fall }: ModelPrediction): number | undefined {
  const move = valueAt(quantilesOf(expectedReturn > 0 ? fall : rise), ADVERSE_LEVEL);
  return move !== undefined && move > 0 ? move : undefined;
}

function within(fraction: number, { stopDistanceMin, stopDistanceMax }: GateSettings): number {
  const highest = Number(stopDistanceMax) * (1 - EDGE_MARGIN);
  return Math.min(highest, Math.max(Number(stopDistanceMin) * (1 + EDGE_MARGIN), fraction));
}

/** @returns undefined where nothing is left of it */
function rounded(distance: number): string | undefined {
  if (!Number.isFinite(distance)) return undefined;
  const value = new ExactDecimal(distance)
    .toSignificantDigits(SIGNIFICANT_DIGITS, ExactDecimal.ROUND_HALF_UP)
    .toDecimalPlaces(FRACTION_DIGITS_MAX, ExactDecimal.ROUND_HALF_UP);
  return value.isZero() ? undefined : formatDecimal(value);
}
