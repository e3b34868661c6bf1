import type { Config } from '../src/config/schema';
import { ModelError } from '../src/inference/errors';
import { checkCandleInterval, readModelMetadata } from '../src/inference/model-metadata';
import { ModelShelf, sha256OfModel } from '../src/inference/model-shelf';
import { checkHorizon } from '../src/inference/predictions';
import { ReplaceableModel } from '../src/inference/replaceable-model';
import { loadModel, type Model } from '../src/inference/session';
import type { LoadModelCommand, ServedModel } from '../src/messages/ml-manager';

/** What the process adds to a model, and whom it tells. */
export interface KeeperOptions {
  /** The same model, counted. */
  readonly counted: (model: Model) => Model;
  readonly warn: (sentence: string) => void;
  /** Told of each model that predicts from now on, and of one whose thread died and was started again. */
  readonly onLoaded?: (model: Model) => void;
  readonly onReopened?: (model: Model) => void;
}

/**
 * The model that this process predicts with: the configured file, or a copy that somebody loaded, which stays over restarts until
 * another one is loaded or the configured file changes.
 */
export class ModelKeeper {
  readonly model: ReplaceableModel;

  private constructor(
    private readonly config: Config,
    private readonly shelf: ModelShelf,
    private readonly options: KeeperOptions,
    loaded: Model,
    private current: ServedModel,
  ) {
    this.model = new ReplaceableModel(options.counted(loaded));
    options.onLoaded?.(loaded);
  }

  /** @throws ModelError when the configured file cannot be used; a loaded one that cannot is left out, and told */
  static async open(config: Config, options: KeeperOptions): Promise<ModelKeeper> {
    const { warn } = options;
    const shelf = new ModelShelf(config.dataDir);
    const choice = await shelf.choice();
    const isChosen = choice !== undefined && choice.configuredSha256 === (await sha256OfModel(config.ml.model));
    let note: string | undefined;
    if (isChosen) {
      const { sha256, by, atMs } = choice;
      try {
        const model = await loadServable(config, options, shelf.pathOf(sha256), sha256);
        const served: ServedModel = { ...namesOf(model), from: 'loaded', by, sinceMs: atMs };
        return new ModelKeeper(config, shelf, options, model, served);
      } catch (error) {
        note = `The model ${sha256.slice(0, 12)} that ${by} had loaded cannot be used any more, so the configured one predicts: ${(error as Error).message}`;
        warn(note);
      }
    } else if (choice !== undefined) {
      note = `The configured model has changed since ${choice.by} loaded ${choice.sha256.slice(0, 12)}, so the configured one predicts.`;
      warn(note);
    }
    const model = await loadServable(config, options, config.ml.model);
    const served: ServedModel = {
      ...namesOf(model),
      from: 'configuration',
      sinceMs: Date.now(),
      ...(note && { note }),
    };
    return new ModelKeeper(config, shelf, options, model, served);
  }

  /** What predicts now. */
  get served(): ServedModel {
    return this.current;
  }

  /** The file of what predicts now. */
  get servedPath(): string {
    const { from, sha256 } = this.current;
    return from === 'loaded' ? this.shelf.pathOf(sha256) : this.config.ml.model;
  }

  /**
   * Lets another model predict, from the next time on.
   *
   * @throws ModelError: the one before it goes on
   */
  async replace({ sha256, by }: LoadModelCommand): Promise<ServedModel> {
    const { config, shelf, options } = this;
    const path = sha256 === undefined ? config.ml.model : shelf.pathOf(sha256);
    let served: ServedModel | undefined;
    await this.model.replace(async () => {
      const model = await loadServable(config, options, path, sha256);
      const atMs = Date.now();
      try {
        const configuredSha256 = await sha256OfModel(config.ml.model);
        // What is not written down would be another model after a restart.
        await shelf.choose(sha256 === undefined ? undefined : { sha256, configuredSha256, by, atMs });
      } catch (error) {
        await model.close();
        throw error;
      }
      served = { ...namesOf(model), from: sha256 === undefined ? 'configuration' : 'loaded', by, sinceMs: atMs };
      options.onLoaded?.(model);
      return options.counted(model);
    });
    this.current = served ?? this.current;
    return this.current;
  }
}

function namesOf({ metadata: { name, version, sha256 } }: Model): Pick<ServedModel, 'name' | 'version' | 'sha256'> {
  return { name, version, sha256 };
}

/**
 * Loads a model that has answered and fits what this installation is configured for.
 *
 * @param sha256 what its file has to be; absent: any
 * @throws ModelError
 */
async function loadServable(
  { ml }: Config,
  { onReopened }: KeeperOptions,
  path: string,
  sha256?: string,
): Promise<Model> {
  const model = await loadModel(path, { executionProviders: ml.executionProviders, onReopened });
  try {
    const { metadata } = model;
    if (sha256 !== undefined && metadata.sha256 !== sha256) {
      throw new ModelError('MODEL_HASH_MISMATCH', `${path} is not the model that was asked for: it has changed since`);
    }
    checkCandleInterval(metadata, ml.candleIntervalMinutes);
    checkHorizon(metadata, ml.horizonMinutes);
    if (path !== ml.model) await checkCandles(ml.model, metadata);
    return model;
  } catch (error) {
    await model.close();
    throw error;
  }
}

/** The process that asks the exchange fetches what the configured model needs. */
async function checkCandles(configured: string, { name, input }: Model['metadata']): Promise<void> {
  const { candlesNeeded: fetched } = (await readModelMetadata(configured)).input;
  if (input.candlesNeeded <= fetched) return;
  throw new ModelError(
    'MODEL_NEEDS_MORE_CANDLES',
    `The model ${name} needs ${input.candlesNeeded} candles, and ${fetched} are fetched, as the configured model needs`,
    { advice: 'set ml.model to it and restart' },
  );
}
