import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import { createRetrainingActivities } from '../activities/retraining';
import { packageRoot } from '../src/config/package-root';
import type { Config } from '../src/config/schema';
import { environmentOf } from '../src/config/trading-environment';
import { ModelShelf } from '../src/inference/model-shelf';
import { runTraining, trainedModel } from '../src/inference/training-run';
import type { RetrainReport } from '../src/messages/ml-retrainer';
import { emitProcessEvent } from '../src/process/process-events';
import { createPredictionsControl } from '../src/intake/predictions-control';
import type { Engine } from './engine';
import type { ModelKeeper } from './model-keeper';
import { printAlert } from './print-alert';

const BY_RETRAINING = 'the retraining';

/** Trainings of the model, one at a time. @param root the folder that holds `training`; absent: this package's */
export function retrainingActivities({ client, config, logger }: Engine, keeper: ModelKeeper, root = packageRoot()) {
  // A process that is told to stop ends its training at once: waiting for it, it would be killed, and leave it behind.
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return createRetrainingActivities({
    async retrain(stop, tell) {
      const ended = AbortSignal.any([stop, stopping.signal]);
      const report = await retrain({ client, config, keeper, root }, ended, tell).catch(
        (error: unknown): RetrainReport => ({
          outcome: 'failed',
          code: 'TRAINING_FAILED',
          words: String(error),
        }),
      );
      // Whoever stops the program knows that it ends with it.
      if (!stopping.signal.aborted) tellReport(logger, report);
      return report;
    },
  });
}

interface Retrainer {
  readonly client: Client;
  readonly config: Config;
  readonly keeper: ModelKeeper;
  readonly root: string;
}

async function retrain(
  { client, config, keeper, root }: Retrainer,
  stop: AbortSignal,
  tell: (line: string) => void,
): Promise<RetrainReport> {
  const { dataDir, ml } = config;
  const folder = join(dataDir, 'retraining');
  const trained = await runTraining({
    packageRoot: root,
    candlesDir: ml.retrain.dataDir,
    against: keeper.servedPath,
    folder,
    timeoutMs: ml.retrain.timeoutMinutes * 60_000,
    stop,
    tell,
  });
  if (trained.outcome === 'failed') return trained;
  if (trained.outcome !== 'better') {
    return { outcome: 'kept', words: `The model that predicts stays: ${trained.outcome}; ${trained.words}.` };
  }
  const sha256 = await new ModelShelf(dataDir).keep(trainedModel(folder));
  try {
    // The road of "ml load": what does not answer, or does not fit the settings, stays out.
    await createPredictionsControl(client, environmentOf(config)).load({ sha256, by: BY_RETRAINING });
  } catch (error) {
    const { message, refusal } = error as { readonly message: string; readonly refusal?: string };
    const words = `The new model is better (${trained.words}) and was not loaded: ${message}`;
    return { outcome: 'failed', code: refusal ?? 'MODEL_LOAD_UNANSWERED', words, sha256 };
  }
  return {
    outcome: 'loaded',
    words: `A new model predicts: better on what neither had seen, ${trained.words}.`,
    sha256,
  };
}

/** A person hears of what failed; what stays out, or is loaded, is a line. */
function tellReport(logger: Logger, { outcome, code, words }: RetrainReport): void {
  if (outcome === 'failed') return printAlert(logger, `Retraining failed (${code ?? 'unknown'}): ${words}`);
  logger.info(words);
  emitProcessEvent({ kind: 'line', text: words });
}
