import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from '@temporalio/common';
import type { ModelPrediction } from '../src/domain/model-gate/types';
import type { TradingSignal } from '../src/domain/signal';
import { shortHash } from '../src/domain/signal-source';
import { CandlesNotFoundError, readTick, type TickReference } from '../src/inference/candle-store';
import { buildFeatures } from '../src/inference/features';
import { beyondLeastReturn, expectedReturn, notBeyondLeastReturn } from '../src/inference/predictions';
import type { Model } from '../src/inference/session';

export interface PredictInput {
  readonly reference: TickReference;
  /** Predictions of no more are only counted. Absent: a loop of before the gate asks, and reads none. */
  readonly minimumReturn?: string;
}

export interface Forecast {
  readonly model: string;
  /** See SignalSource.hash; absent in histories of before it was kept. */
  readonly modelHash?: string;
  /** Symbols that got a prediction. */
  readonly predicted: number;
  /** Those beyond the least return. Absent in histories of before the gate. */
  readonly predictions?: readonly ModelPrediction[];
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
    async predict({ reference, minimumReturn }: PredictInput): Promise<Forecast> {
      const candles = await readCandles(candlesDir, reference);
      const { shape, features: featureNames } = model.metadata.input;
      const features = buildFeatures(candles, reference.symbols, { steps: shape[1], features: featureNames });
      const { predictions, skipped: notFinite } = await model.predict(features.batch);
      for (const prediction of predictions) {
        logger.info('prediction', { symbol: prediction.symbol, returns_15m: expectedReturn(prediction) });
      }
      const skipped = [...features.skipped, ...notFinite];
      for (const { symbol, code, message } of skipped) {
        logger.warn('no prediction', { symbol, code, reason: message });
      }
      const stale = skipped.filter(({ code }) => code === 'CANDLES_STALE').length;
      return {
        model: `${model.metadata.name} ${model.metadata.version}`,
        modelHash: shortHash(model.metadata.sha256),
        predicted: predictions.length,
        predictions: beyondLeastReturn(predictions, minimumReturn),
        below: notBeyondLeastReturn(predictions, minimumReturn),
        missing: Object.fromEntries(skipped.map(({ symbol, code }) => [symbol, code])),
        skipped: { stale, others: skipped.length - stale },
        signals: [],
      };
    },
  };
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
