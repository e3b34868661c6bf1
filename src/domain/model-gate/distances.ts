import { ExactDecimal, formatDecimal } from '../decimal';
import type { GateSettings, ModelPrediction } from './types';

const MINUTE_MS = 60_000;
/** Two runs of one tick must give the same signal: digits beyond these are left out. */
const SIGNIFICANT_DIGITS = 4;
/** As many as a decimal string may have. */
const FRACTION_DIGITS_MAX = 18;
/** The price may move until the order is planned: a stop at the very edge would then be refused. A fraction of the edge. */
const EDGE_MARGIN = 0.1;

/** Distances from the order's price, in quote units; absent: none by volatility. */
export interface StopDistances {
  readonly stopLossDistance?: string;
  readonly takeProfitDistance?: string;
}

/**
 * Where stop and target lie by the symbol's present volatility: the deviation of one candle, scaled to the horizon by the
 * square root of time, times the multiples. Both stay within the bounds of stops.
 */
export function stopDistances(
  { close, deviation }: ModelPrediction,
  settings: GateSettings,
  candleIntervalMs: number,
): StopDistances {
  if (close === undefined || deviation === undefined || !(close > 0) || !(deviation > 0)) return {};
  const expectedMove = deviation * Math.sqrt((settings.horizonMinutes * MINUTE_MS) / candleIntervalMs);
  const distance = (multiple: string): string | undefined => {
    const fraction = within(expectedMove * Number(multiple), settings);
    return Number(multiple) > 0 ? rounded(close * fraction) : undefined;
  };
  const stopLossDistance = distance(settings.stopVolatilityMultiple);
  const takeProfitDistance = distance(settings.targetVolatilityMultiple);
  return {
    ...(stopLossDistance !== undefined && { stopLossDistance }),
    ...(takeProfitDistance !== undefined && { takeProfitDistance }),
  };
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
