import { scaled, stretched } from '../domain/live-score/online-scale';
import type { ScalePair } from '../domain/live-score/types';
import { valueAt } from '../domain/model-gate/chance';
import { ADVERSE_LEVEL } from '../domain/model-gate/distances';
import type { ModelPrediction, Quantile, QuantilePair } from '../domain/model-gate/types';
import { ModelError } from './errors';
import type { HorizonForecast, Prediction } from './types';

/** What a loop asks for that names no horizon, and what the log tells. */
const HORIZON_MINUTES = 15;
/** Digits of a prediction that two machines' floating-point results share. */
const SIGNIFICANT_DIGITS = 4;

/** What of the predictions goes on to the gate. */
export interface WantedPredictions {
  /** A decimal string: predictions of no more are only counted. Absent: all are. */
  readonly minimumReturn?: string;
  readonly horizonMinutes?: number;
}

/**
 * The predictions beyond the least return, up or down, as the gate judges them: the others only fill histories.
 *
 * @param outOfRange by symbol, what the model does not know
 */
export function beyondLeastReturn(
  predictions: readonly Prediction[],
  wanted: WantedPredictions,
  outOfRange: ReadonlyMap<string, string> = new Map(),
): readonly ModelPrediction[] {
  return predictions
    .filter((prediction) => isBeyond(expectedReturn(prediction, wanted), wanted))
    .map((prediction) => gated(prediction, forecastOf(prediction, wanted), outOfRange.get(prediction.symbol)));
}

/** The others, by symbol: what is told of them to whoever asks why there was no signal. */
export function notBeyondLeastReturn(
  predictions: readonly Prediction[],
  wanted: WantedPredictions,
): Readonly<Record<string, number>> {
  const others = predictions.filter((prediction) => !isBeyond(expectedReturn(prediction, wanted), wanted));
  return Object.fromEntries(
    others.map((prediction) => [prediction.symbol, rounded(expectedReturn(prediction, wanted))]),
  );
}

/** The mean over the horizon; where none is named, over 15 minutes or the nearest that the model has. */
export function expectedReturn(prediction: Prediction, wanted: WantedPredictions = {}): number {
  return forecastOf(prediction, wanted).mean;
}

/** The predictions with intervals as wide as the online scale wants them; means stay. */
export function widened(predictions: readonly Prediction[], scales: readonly ScalePair[]): readonly Prediction[] {
  if (scales.length === 0) return predictions;
  const logScales = new Map(scales.map((pair) => [pair.minutes, pair.now]));
  return predictions.map((prediction) => ({
    ...prediction,
    horizons: prediction.horizons.map((forecast) => widenedForecast(forecast, logScales.get(forecast.minutes) ?? 0)),
  }));
}

/**
 * Refuses to judge views by a horizon that the model says nothing of.
 *
 * @throws ModelError MODEL_HORIZON_MISSING
 */
export function checkHorizon(
  { name, horizonsMinutes }: { readonly name: string; readonly horizonsMinutes: readonly number[] },
  configuredMinutes: number,
): void {
  if (horizonsMinutes.includes(configuredMinutes)) return;
  throw new ModelError(
    'MODEL_HORIZON_MISSING',
    `The model ${name} predicts ${horizonsMinutes.join(', ')} minutes, but ml.horizonMinutes is ${configuredMinutes}`,
    { advice: 'set it to one of these, or choose another model' },
  );
}

function forecastOf(
  { horizons }: Prediction,
  { horizonMinutes = HORIZON_MINUTES }: WantedPredictions,
): HorizonForecast {
  const distance = ({ minutes }: HorizonForecast): number => Math.abs(minutes - horizonMinutes);
  return horizons.toSorted((left, right) => distance(left) - distance(right))[0]!;
}

/** Of the moves on the way, only the one that a stop may go by: histories keep every byte. */
function gated(
  { symbol, closeTimeMs, close, deviation }: Prediction,
  { mean, quantiles, rise, fall }: HorizonForecast,
  outOfRange: string | undefined,
): ModelPrediction {
  return {
    symbol,
    expectedReturn: rounded(mean),
    closeTimeMs,
    ...(close !== undefined && { close }),
    ...(deviation !== undefined && { deviation }),
    ...(quantiles && { quantiles: quantiles.map(({ level, value }) => pairOf(level, value)) }),
    ...(mean > 0 && fall && { fall: adverseOf(fall) }),
    ...(mean < 0 && rise && { rise: adverseOf(rise) }),
    ...(outOfRange !== undefined && { outOfRange }),
  };
}

function widenedForecast(forecast: HorizonForecast, logScale: number): HorizonForecast {
  const { quantiles, rise, fall } = forecast;
  return {
    ...forecast,
    ...(quantiles && { quantiles: stretched(quantiles, logScale) }),
    ...(rise && { rise: scaled(rise, logScale) }),
    ...(fall && { fall: scaled(fall, logScale) }),
  };
}

function adverseOf(moves: readonly Quantile[]): readonly QuantilePair[] {
  const move = valueAt(moves, ADVERSE_LEVEL);
  return move === undefined ? [] : [pairOf(ADVERSE_LEVEL, move)];
}

/** Levels are decimal fractions that a file may hold as float32. */
function pairOf(level: number, value: number): QuantilePair {
  return [rounded(level), rounded(value)];
}

function rounded(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

function isBeyond(logReturn: number, { minimumReturn }: WantedPredictions): boolean {
  return Math.abs(logReturn) > Number(minimumReturn);
}
