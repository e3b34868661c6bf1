import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { checkCandleInterval, readModelMetadata } from '../inference/model-metadata';
import { ok, reasonOf, toMend, type CheckResult, type Surroundings } from './check';

/** The file, what is known of it, and whether both belong together and to the configuration. It is not loaded. */
export async function checkModel({ config }: Surroundings): Promise<CheckResult> {
  const { model, candleIntervalMinutes, enabled } = config.ml;
  try {
    const metadata = await readModelMetadata(model);
    checkCandleInterval(metadata, candleIntervalMinutes);
    const hash = createHash('sha256');
    await pipeline(createReadStream(model), hash);
    if (hash.digest('hex') !== metadata.sha256) {
      return toMend(
        `${model} is not the file that its metadata describe`,
        'Put the model and its .json of one training beside each other.',
      );
    }
    const use = enabled ? '' : '; it makes no signals (ml.enabled is false)';
    return ok(`${metadata.family} ${metadata.name} ${metadata.version}, ${candleIntervalMinutes}-minute candles${use}`);
  } catch (error) {
    return toMend(reasonOf(error), 'Set ml.model to a model with its metadata beside it (training/README.md).');
  }
}
