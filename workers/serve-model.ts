import { ensureRetrainer } from '../src/intake/retraining-control';
import { timedModel, type Model } from '../src/inference/session';
import { inferenceTimer } from '../src/observability/metrics/process-metrics';
import type { Engine } from './engine';
import { ensureMlManager, retrainSettings } from './entities';
import { ModelKeeper } from './model-keeper';

/** Loads the model that predicts, and tells which one it is. @throws what loading throws */
export function openModel({ config, logger, registry }: Engine): Promise<ModelKeeper> {
  const onRun = registry && inferenceTimer(registry);
  const tell = (what: string, { metadata, provider, refusedProviders }: Model): void => {
    const { name, version, sha256 } = metadata;
    logger.info(what, { model: `${name} ${version}`, sha256, provider });
    for (const refused of refusedProviders) {
      logger.warn(`The model runs on ${provider}: ${refused.provider} was refused.`, { reason: refused.reason });
    }
  };
  return ModelKeeper.open(config, {
    counted: (model) => (onRun ? timedModel(model, onRun) : model),
    warn: (sentence) => logger.warn(sentence),
    onLoaded: (model) => tell('model loaded', model),
    onReopened: (model) => tell('The thread of the model died and was started again.', model),
  });
}

/** Predictions begin, and trainings where they are configured. */
export async function beginPredictions({ client, config }: Engine, { served }: ModelKeeper): Promise<void> {
  await ensureMlManager(client, config, served);
  await ensureRetrainer(client, retrainSettings(config));
}
