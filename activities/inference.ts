import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from '@temporalio/common';
import { toOutcomeRow, type OutcomeRow } from '../src/domain/live-score/outcome-rows';
import type { HorizonOutcomes, ScalePair } from '../src/domain/live-score/types';
import { toColumns, type PredictionColumns } from '../src/domain/model-gate/prediction-columns';
import type { ModelPrediction } from '../src/domain/model-gate/types';
import type { TradingSignal } from '../src/domain/signal';
import { shortHash } from '../src/domain/signal-source';
import { CandlesNotFoundError, readTick, type TickReference } from '../src/inference/candle-store';
import { errorText, ModelError } from '../src/inference/errors';
import { buildFeatures } from '../src/inference/features';
import { passedOutcomes, type PassedInput } from '../src/inference/passed-forecasts';
import {
  beyondLeastReturn,
  checkHorizon,
  expectedReturn,
  notBeyondLeastReturn,
  widened,
  type WantedPredictions,
} from '../src/inference/predictions';
import type { Model } from '../src/inference/session';
import { outOfRange } from '../src/inference/training-ranges';

export interface PredictInput {
  readonly reference: TickReference;
  /** Predictions of no more are only counted. Absent: a loop of before the gate asks, and reads none. */
  readonly minimumReturn?: string;
  /** Of the gate; absent: 15 minutes. */
  readonly horizonMinutes?: number;
  /** Whether the loop reads `columns` and `scored`; absent: a loop of before them asks. */
  readonly inColumns?: boolean;
  /** What the live score needs. Absent: none is kept. */
  readonly score?: {
    /** What a round trip is taken to cost, a decimal string: a fraction of the value. */
    readonly costs: string;
    /** The online scales; those that are absent are 0. */
    readonly scales: readonly ScalePair[];
  };
}

export interface Forecast {
  readonly model: string;
  /** See SignalSource.hash; absent in histories of before it was kept. */
  readonly modelHash?: string;
  /** When the model's training data end, milliseconds UTC; absent: it does not tell. */
  readonly endOfDataMs?: number;
  /** What came of the predictions of one horizon ago; absent: nobody asked, or there is none. Histories have it in either form. */
  readonly outcomes?: readonly HorizonOutcomes[];
  readonly scored?: readonly OutcomeRow[];
  /** Symbols that got a prediction. */
  readonly predicted: number;
  /** Those beyond the least return, in either form. Absent in histories of before the gate. */
  readonly predictions?: readonly ModelPrediction[];
  readonly columns?: PredictionColumns;
  /** How many symbols got none: because their candles were old, or for any other reason. */
  readonly skipped?: { readonly stale: number; readonly others: number };
  /** The other predictions, by symbol; absent in histories of before they were kept. */
  readonly below?: Readonly<Record<string, number>>;
  /** Why a symbol got none: the code, by symbol. */
  readonly missing?: Readonly<Record<string, string>>;
  /** What a loop of before the gate hands in; none since: the loop makes the signals. */
  readonly signals: readonly TradingSignal[];
}

export interface InferenceDependencies {
  readonly model: Model;
  readonly candlesDir: string;
  readonly logger: Logger;
}

/** The model, one batch per tick. */
export function createInferenceActivities({ model, candlesDir, logger }: InferenceDependencies) {
  return {
    /** Predicts every symbol of a tick in one run of the model. */
    async predict({ reference, score, inColumns = false, ...wanted }: PredictInput): Promise<Forecast> {
      const { metadata } = model;
      checkWanted(metadata, wanted);
      const candles = await readCandles(candlesDir, reference);
      const layout = { steps: metadata.input.shape[1], features: metadata.input.features };
      const features = buildFeatures(candles, reference.symbols, layout);
      const { predictions: bare, skipped: notFinite } = await model.predict(features.batch);
      const scales = score?.scales ?? [];
      const predictions = widened(bare, scales);
      for (const prediction of predictions) {
        logger.info('prediction', { symbol: prediction.symbol, returns_15m: expectedReturn(prediction) });
      }
      const skipped = [...features.skipped, ...notFinite];
      for (const { symbol, code, message } of skipped) {
        logger.warn('no prediction', { symbol, code, reason: message });
      }
      const stale = skipped.filter(({ code }) => code === 'CANDLES_STALE').length;
      const unknown = outOfRange(predictions, features.batch, layout.features, metadata.trainingRanges);
      const beyond = beyondLeastReturn(predictions, wanted, unknown);
      const costs = Number(score?.costs);
      const outcomes =
        score === undefined
          ? undefined
          : await outcomesOf({ model, candles, predictions, layout, scales, costs }, logger);
      return {
        model: `${metadata.name} ${metadata.version}`,
        modelHash: shortHash(metadata.sha256),
        ...(metadata.endOfDataMs !== undefined && { endOfDataMs: metadata.endOfDataMs }),
        ...(outcomes && (inColumns ? { scored: outcomes.map(toOutcomeRow) } : { outcomes })),
        predicted: predictions.length,
        ...(inColumns ? beyond.length > 0 && { columns: toColumns(beyond) } : { predictions: beyond }),
        below: notBeyondLeastReturn(predictions, wanted),
        missing: Object.fromEntries(skipped.map(({ symbol, code }) => [symbol, code])),
        skipped: { stale, others: skipped.length - stale },
        signals: [],
      };
    },
  };
}

/** The score is beside the point of a tick: what goes wrong with it costs no prediction. */
async function outcomesOf(input: PassedInput, logger: Logger): Promise<readonly HorizonOutcomes[] | undefined> {
  try {
    return await passedOutcomes(input);
  } catch (error) {
    logger.warn('no live score of this tick', { reason: errorText(error) });
    return undefined;
  }
}

/** Settings may change while the loop runs: a horizon that the model lacks fails its ticks in words. */
function checkWanted(metadata: Model['metadata'], { horizonMinutes }: WantedPredictions): void {
  if (horizonMinutes === undefined) return;
  try {
    checkHorizon(metadata, horizonMinutes);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, error.code);
  }
}

export type InferenceActivities = ReturnType<typeof createInferenceActivities>;

/** Candles that are gone cannot be read by trying again: the tick fails, and the next one fetches anew. */
async function readCandles(candlesDir: string, reference: TickReference) {
  try {
    return await readTick(candlesDir, reference);
  } catch (error) {
    if (!(error instanceof CandlesNotFoundError)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, error.code);
  }
}
