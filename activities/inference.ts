import { ApplicationFailure } from '@temporalio/common';
import type { Logger } from '@temporalio/common';
import type { TradingSignal } from '../src/domain/signal';
import { CandlesNotFoundError, readTick, type TickReference } from '../src/inference/candle-store';
import { buildFeatures } from '../src/inference/features';
import { toSignals } from '../src/inference/predictions';
import type { Model } from '../src/inference/session';

export interface Forecast {
  readonly model: string;
  /** Symbols that got a prediction. */
  readonly predicted: number;
  readonly signals: readonly TradingSignal[];
}

export interface InferenceDependencies {
  readonly model: Model;
  readonly candlesDir: string;
  readonly minimumReturn: string;
  readonly strategy: string;
  readonly logger: Logger;
  /** The signal's identity, which every line about it carries. */
  readonly fingerprintOf: (signal: TradingSignal) => string;
}

/** The model, one batch per tick. */
export function createInferenceActivities({
  model,
  candlesDir,
  minimumReturn,
  strategy,
  logger,
  fingerprintOf,
}: InferenceDependencies) {
  return {
    /** Predicts every symbol of a tick in one run of the model; those beyond the threshold become signals. */
    async predict(input: { readonly reference: TickReference }): Promise<Forecast> {
      const batch = await readCandles(candlesDir, input.reference);
      const { shape, features: featureNames } = model.metadata.input;
      const features = buildFeatures(batch, input.reference.symbols, { steps: shape[1], features: featureNames });
      const { predictions, skipped } = await model.predict(features.batch);
      for (const prediction of predictions) {
        logger.info('prediction', { symbol: prediction.symbol, returns_15m: prediction.returns15m });
      }
      for (const { symbol, code, message } of [...features.skipped, ...skipped]) {
        logger.warn('no prediction', { symbol, code, reason: message });
      }
      const signals = toSignals(predictions, { minimumReturn, strategy });
      for (const signal of signals) {
        const { symbol, direction } = signal;
        logger.info('a prediction becomes a signal', { fingerprint: fingerprintOf(signal), symbol, direction });
      }
      return {
        model: `${model.metadata.name} ${model.metadata.version}`,
        predicted: predictions.length,
        signals,
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
