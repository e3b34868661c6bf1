import type { ModelMetadata } from './contract-schema';
import { ModelError } from './errors';
import { readModel, type DescribedModel } from './model-metadata';
import type { RefusedProvider } from './choose-provider';
import { BATCH_ROWS_MAX, openModel, type OnPassed, type OpenedModel } from './open-model';
import { toInference, type Inference } from './outputs';
import { runBatch } from './run-batch';
import { plainWords } from './runtime-words';
import { RuntimeFailure } from './thread-host';
import type { FeatureBatch } from './types';

export { BATCH_ROWS_MAX } from './open-model';

export interface ModelOptions {
  /** In the order in which they are tried; the processor comes last unless `no-cpu` stands among them. */
  readonly executionProviders: readonly string[];
  readonly onPassed?: OnPassed;
  /** Told when the model was started again after its thread died: the provider may be another one. */
  readonly onReopened?: (model: Model) => void;
}

export interface Model {
  readonly metadata: ModelMetadata;
  /** The execution provider that runs it. */
  readonly provider: string;
  /** Those that were to be tried before it, and why each is not the one. */
  readonly refusedProviders: readonly RefusedProvider[];
  /**
   * One run of the model for all rows of the batch.
   *
   * @param minutes the horizons that are told, some of the metadata's; absent: all
   * @throws ModelError BATCH_INVALID when the batch has more than BATCH_ROWS_MAX rows or another shape than the model's;
   *   MODEL_STOPPED when its thread died: the next call starts it again
   */
  predict(batch: FeatureBatch, minutes?: readonly number[]): Promise<Inference>;
  /** Frees the memory outside of JavaScript. The model cannot be used afterwards. */
  close(): Promise<void>;
}

/** The same model; each run that succeeds is told with the time that it took, milliseconds. */
export function timedModel(model: Model, onRun: (tookMs: number) => void): Model {
  return {
    metadata: model.metadata,
    get provider() {
      return model.provider;
    },
    get refusedProviders() {
      return model.refusedProviders;
    },
    async predict(batch, minutes) {
      const startedAtMs = performance.now();
      const inference = await model.predict(batch, minutes);
      onRun(performance.now() - startedAtMs);
      return inference;
    },
    close: () => model.close(),
  };
}

/**
 * Loads a model and proves that it can be used: its file describes it, the graph has the input and the outputs that it names, it
 * answers its test window as it says, and a full batch of symbols is fast enough. It runs in a thread of its own, which the runtime
 * blocks from the beginning of a run to its end.
 *
 * @param path the .onnx file
 * @throws ModelError with the code of what is wrong
 */
export async function loadModel(path: string, options: ModelOptions): Promise<Model> {
  return serveModel(await readModel(path), options);
}

/** The same for a file that was read before. */
export async function serveModel(described: DescribedModel, options: ModelOptions): Promise<Model> {
  return new ThreadedModel(
    described,
    options,
    await openModel(described, options.executionProviders, options.onPassed),
  );
}

class ThreadedModel implements Model {
  readonly metadata: ModelMetadata;
  private reopening: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    private readonly described: DescribedModel,
    private readonly options: ModelOptions,
    private opened: OpenedModel,
  ) {
    this.metadata = described.metadata;
  }

  get provider(): string {
    return this.opened.provider;
  }

  get refusedProviders(): readonly RefusedProvider[] {
    return this.opened.refused;
  }

  async predict(batch: FeatureBatch, minutes?: readonly number[]): Promise<Inference> {
    checkBatch(this.metadata, batch);
    // A run without rows is nothing that every runtime accepts, and there is nothing to learn from it.
    if (batch.rows.length === 0) return { predictions: [], skipped: [] };
    if (this.opened.host.isDead) await this.reopen();
    try {
      return toInference(
        this.metadata,
        batch.rows,
        await runBatch(this.opened, this.metadata, batch.rows.length, batch.data),
        minutes,
      );
    } catch (error) {
      if (!(error instanceof RuntimeFailure)) throw error;
      // A GPU that is lost gives no answer any more: another thread may find another provider.
      await this.opened.host.close();
      throw new ModelError('MODEL_STOPPED', `The model ${this.metadata.name} failed: ${plainWords(error.message)}`, {
        advice: 'the next prediction starts it again',
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.opened.host.close();
  }

  /** Once for each prediction that finds it dead: the interval of predictions bounds how often. */
  private async reopen(): Promise<void> {
    if (this.isClosed) throw new ModelError('MODEL_STOPPED', `The model ${this.metadata.name} was closed`);
    this.reopening ??= openModel(this.described, this.options.executionProviders)
      .then(async (opened) => {
        this.opened = opened;
        if (this.isClosed) await opened.host.close();
        this.options.onReopened?.(this);
      })
      .finally(() => (this.reopening = undefined));
    await this.reopening;
  }
}

function checkBatch(metadata: ModelMetadata, batch: FeatureBatch): void {
  const [, steps, features] = metadata.input.shape;
  const rows = batch.rows.length;
  if (rows > BATCH_ROWS_MAX) {
    throw new ModelError('BATCH_INVALID', `The batch has ${rows} symbols; the most is ${BATCH_ROWS_MAX}`);
  }
  const length = rows * steps * features;
  if (batch.steps !== steps || batch.features !== features || batch.data.length !== length) {
    throw new ModelError(
      'BATCH_INVALID',
      `The batch is [${rows}, ${batch.steps}, ${batch.features}] with ${batch.data.length} numbers; the model ` +
        `${metadata.name} needs [${rows}, ${steps}, ${features}]`,
    );
  }
}
