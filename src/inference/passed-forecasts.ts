/**
 * The outcomes of predictions made one horizon ago, without having kept them: the candles of a tick reach back far enough to
 * predict as it was done then, and end with what came.
 */
import { ewmaScale, ewmaShape, type FittedQuantiles } from '../domain/live-score/ewma';
import { SCORED_CANDLES_MAX, stretched } from '../domain/live-score/online-scale';
import { scoreOutcome } from '../domain/live-score/outcome';
import { addSums, NO_OUTCOMES } from '../domain/live-score/sums';
import type { HorizonOutcomes, ScalePair, ScoreSums } from '../domain/live-score/types';
import { buildFeatures, type FeatureLayout } from './features';
import type { Model } from './session';
import type { CandleBatch, FeatureBatch, Prediction } from './types';

const MINUTE_MS = 60_000;
/** Digits of a loss: each tick's report stays in the history. */
const SIGNIFICANT_DIGITS = 4;

export interface PassedInput {
  readonly model: Model;
  readonly candles: CandleBatch;
  /** The tick's own: only symbols that are among them have an outcome, without a gap. */
  readonly predictions: readonly Prediction[];
  readonly layout: Pick<FeatureLayout, 'steps' | 'features'>;
  readonly scales: readonly ScalePair[];
  /** Of a round trip, a fraction. */
  readonly costs: number;
}

/** One tick's outcomes by horizon, over its symbols. Horizons without quantiles, or too long for the candles, have none. */
export async function passedOutcomes(input: PassedInput): Promise<readonly HorizonOutcomes[]> {
  const outcomes: HorizonOutcomes[] = [];
  for (const minutes of scoredHorizons(input)) {
    const sums = await outcomesOf(minutes, input);
    if (sums.outcomes > 0) outcomes.push({ minutes, ...roundedLosses(sums) });
  }
  return outcomes;
}

function scoredHorizons({ predictions, candles }: PassedInput): readonly number[] {
  const horizons = predictions[0]?.horizons ?? [];
  return horizons
    .filter(({ quantiles }) => quantiles !== undefined)
    .map(({ minutes }) => minutes)
    .filter((minutes) => {
      const count = candlesOf(minutes, candles);
      return Number.isInteger(count) && count >= 1 && count <= SCORED_CANDLES_MAX;
    });
}

async function outcomesOf(minutes: number, input: PassedInput): Promise<ScoreSums> {
  const { model, candles, predictions, layout, scales, costs } = input;
  const steps = candlesOf(minutes, candles);
  const closesNow = new Map(predictions.map(({ symbol, close }) => [symbol, close]));
  const { batch } = buildFeatures(candles, [...closesNow.keys()], { ...layout, endsBefore: steps });
  const then = await model.predict(batch, [minutes]);
  const rowOf = new Map(batch.rows.map(({ symbol }, row) => [symbol, row]));
  const logScale = scales.find((pair) => pair.minutes === minutes)?.earlier ?? 0;
  let shape: readonly number[] | undefined;
  let sums = NO_OUTCOMES;
  for (const { symbol, close, horizons } of then.predictions) {
    const forecast = horizons.find((one) => one.minutes === minutes);
    const [closeNow, row] = [closesNow.get(symbol), rowOf.get(symbol)];
    if (!forecast?.quantiles || closeNow === undefined || close === undefined || row === undefined) continue;
    const scale = windowScale(batch, row, layout);
    if (scale === undefined) continue;
    const { mean, quantiles: bare } = forecast;
    shape ??= ewmaShape(
      steps,
      bare.map(({ level }) => level),
      fittedOf(input),
    );
    const reference = { ewmaUnit: scale * Math.sqrt(steps), ewmaShape: shape };
    const passed = { mean, quantiles: stretched(bare, logScale), seen: Math.log(closeNow / close), ...reference };
    const one = scoreOutcome(passed, costs);
    if (one !== undefined) sums = addSums(sums, one);
  }
  return sums;
}

/** What fitted EWMA in the model's training; undefined: it does not tell. */
function fittedOf({ model, candles }: PassedInput): readonly FittedQuantiles[] | undefined {
  return model.metadata.ewmaQuantiles?.map(({ horizonMinutes, levels, values }) => ({
    candles: candlesOf(horizonMinutes, candles),
    levels,
    values,
  }));
}

/** @returns undefined for a model that does not look at returns: it is held against nothing */
function windowScale(
  { data, steps, features: count }: FeatureBatch,
  row: number,
  { features }: Pick<FeatureLayout, 'features'>,
): number | undefined {
  const column = features.indexOf('log_return');
  if (column < 0) return undefined;
  return ewmaScale(data.subarray(row * steps * count, (row + 1) * steps * count), { from: column, each: count });
}

function candlesOf(minutes: number, { intervalMs }: CandleBatch): number {
  return (minutes * MINUTE_MS) / intervalMs;
}

function roundedLosses(sums: ScoreSums): ScoreSums {
  const rounded = (value: number): number => Number(value.toPrecision(SIGNIFICANT_DIGITS));
  return { ...sums, loss: rounded(sums.loss), ewmaLoss: rounded(sums.ewmaLoss), brier: rounded(sums.brier) };
}
