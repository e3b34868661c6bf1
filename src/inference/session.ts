import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { errorText, ModelError } from './errors';
import { metadataPath, PREDICTION_OUTPUT, readModelMetadata } from './model-metadata';
import type { ModelMetadata } from './model-metadata';
import type { FeatureBatch, Prediction, SkippedSymbol } from './types';

/** As many symbols as a venue may have configured. */
export const BATCH_ROWS_MAX = 200;
/** A larger file is not a model that one process should load. */
const MODEL_BYTES_MAX = 1024 ** 3;
/** Threads of one inference: the model shares the machine with every other process. */
const INTRA_OP_THREADS_MAX = 2;
/** Fatal only: the runtime writes to standard error by itself, past our logs, and every error is thrown as well. */
const LOG_SEVERITY_FATAL = 4;

export interface ModelOptions {
  /** cuda needs a build of onnxruntime-node with CUDA; there is no silent fall-back to the CPU. */
  readonly executionProvider: 'cpu' | 'cuda';
}

interface Inference {
  /** In the order of the batch's rows. */
  readonly predictions: readonly Prediction[];
  /** Symbols for which the model gave no finite number. */
  readonly skipped: readonly SkippedSymbol[];
}

export interface Model {
  readonly metadata: ModelMetadata;
  /**
   * One run of the model for all rows of the batch.
   *
   * @throws ModelError BATCH_INVALID when the batch has more than BATCH_ROWS_MAX rows or another shape than the model's
   */
  predict(batch: FeatureBatch): Promise<Inference>;
  /** Frees the memory outside of JavaScript. The model cannot be used afterwards. */
  close(): Promise<void>;
}

/** The same model; each run that succeeds is told with the time that it took, milliseconds. */
export function timedModel(model: Model, onRun: (tookMs: number) => void): Model {
  return {
    metadata: model.metadata,
    async predict(batch) {
      const startedAtMs = performance.now();
      const inference = await model.predict(batch);
      onRun(performance.now() - startedAtMs);
      return inference;
    },
    close: () => model.close(),
  };
}

/**
 * Loads a model and proves that it can be used: the file is the one that its metadata describe (SHA-256), the graph has
 * the input and the outputs they name, and one warm-up run succeeds, so that the first real one is not slow.
 *
 * onnxruntime-node is loaded here and nowhere else: only the process that predicts pays for it.
 *
 * @param path the .onnx file; its metadata lie beside it under the same name with .json
 * @throws ModelError with the code of what is wrong
 */
export async function loadModel(path: string, options: ModelOptions): Promise<Model> {
  const content = await readModelFile(path);
  const metadata = await readModelMetadata(path);
  checkHash(content, metadata, path);
  const runtime = await import('onnxruntime-node');
  runtime.env.logLevel = 'fatal';
  const session = await createSession(runtime.InferenceSession, content, path, options);
  try {
    checkGraph(session, metadata, path);
    const run = (batch: FeatureBatch): Promise<Inference> => predict(session, runtime.Tensor, metadata, batch);
    await warmUp(run, metadata, path);
    return { metadata, predict: run, close: () => session.release() };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function readModelFile(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MODEL_BYTES_MAX) {
      throw new ModelError('MODEL_LOAD_FAILED', `The model ${path} has ${size} bytes; the most is ${MODEL_BYTES_MAX}.`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new ModelError(
      'MODEL_NOT_FOUND',
      `The model ${path} cannot be read: ${errorText(error)}. Set ml.model to an .onnx file.`,
      { cause: error },
    );
  }
}

function checkHash(content: Buffer, metadata: ModelMetadata, path: string): void {
  const actual = createHash('sha256').update(content).digest('hex');
  if (actual === metadata.sha256) return;
  throw new ModelError(
    'MODEL_HASH_MISMATCH',
    `The model ${path} has SHA-256 ${actual}, but ${metadataPath(path)} names ${metadata.sha256}: ` +
      'the two files do not belong together. Restore both from one training run.',
  );
}

async function createSession(
  factory: typeof InferenceSession,
  content: Buffer,
  path: string,
  options: ModelOptions,
): Promise<InferenceSession> {
  try {
    return await factory.create(content, {
      executionProviders: [options.executionProvider],
      intraOpNumThreads: Math.min(INTRA_OP_THREADS_MAX, availableParallelism()),
      interOpNumThreads: 1,
      logSeverityLevel: LOG_SEVERITY_FATAL,
    });
  } catch (error) {
    if (options.executionProvider !== 'cpu') {
      throw new ModelError(
        'EXECUTION_PROVIDER_UNAVAILABLE',
        `The model cannot run on ${options.executionProvider} here: ${errorText(error)}. ` +
          'Install the GPU libraries of onnxruntime-node, or set ml.executionProvider to cpu.',
        { cause: error },
      );
    }
    throw new ModelError('MODEL_LOAD_FAILED', `The model ${path} cannot be loaded: ${errorText(error)}.`, {
      cause: error,
    });
  }
}

/** The batch axis must be dynamic (a name); the other sizes must be the metadata's. */
function checkGraph(session: InferenceSession, metadata: ModelMetadata, path: string): void {
  const [, steps, features] = metadata.input.shape;
  checkValue(session.inputMetadata, metadata.input.name, [steps, features], `${path}: input`);
  if (session.inputMetadata.length !== 1) {
    throw new ModelError(
      'MODEL_SHAPE_MISMATCH',
      `${path}: one input is expected, not ${session.inputMetadata.length}.`,
    );
  }
  for (const output of metadata.outputs) checkValue(session.outputMetadata, output.name, [], `${path}: output`);
}

function checkValue(
  values: readonly InferenceSession.ValueMetadata[],
  name: string,
  sizesAfterBatch: readonly number[],
  subject: string,
): void {
  const value = values.find((one) => one.name === name);
  const expected = `float32 [batch${sizesAfterBatch.map((size) => `, ${size}`).join('')}] with a dynamic batch axis`;
  let actual = 'missing';
  if (value?.isTensor) {
    const [batch, ...sizes] = value.shape;
    const sameSizes =
      sizes.length === sizesAfterBatch.length && sizes.every((size, axis) => size === sizesAfterBatch[axis]);
    if (value.type === 'float32' && typeof batch === 'string' && sameSizes) return;
    actual = `${value.type} [${value.shape.join(', ')}]`;
  }
  throw new ModelError('MODEL_SHAPE_MISMATCH', `${subject} ${name} is ${actual}; its metadata need ${expected}.`);
}

async function warmUp(
  run: (batch: FeatureBatch) => Promise<Inference>,
  metadata: ModelMetadata,
  path: string,
): Promise<void> {
  const [, steps, features] = metadata.input.shape;
  const rows = [{ symbol: 'WARMUP', closeTimeMs: 0 }];
  const { skipped } = await run({ rows, steps, features, data: new Float32Array(steps * features) });
  if (skipped.length > 0) {
    throw new ModelError(
      'MODEL_LOAD_FAILED',
      `The model ${path} gives no finite number for a window without movement.`,
    );
  }
}

async function predict(
  session: InferenceSession,
  tensor: typeof Tensor,
  metadata: ModelMetadata,
  batch: FeatureBatch,
): Promise<Inference> {
  checkBatch(metadata, batch);
  // A run without rows is nothing that every runtime accepts, and there is nothing to learn from it.
  if (batch.rows.length === 0) return { predictions: [], skipped: [] };
  const input = new tensor('float32', batch.data, [batch.rows.length, batch.steps, batch.features]);
  const results = await session.run({ [metadata.input.name]: input }, [PREDICTION_OUTPUT]);
  const returns = results[PREDICTION_OUTPUT]?.data;
  if (returns?.length !== batch.rows.length) {
    throw new ModelError(
      'MODEL_SHAPE_MISMATCH',
      `The model ${metadata.name} gave ${returns?.length ?? 0} predictions for ${batch.rows.length} symbols.`,
    );
  }
  const predictions: Prediction[] = [];
  const skipped: SkippedSymbol[] = [];
  for (const [index, row] of batch.rows.entries()) {
    const returns15m = Number(returns[index]);
    if (Number.isFinite(returns15m)) predictions.push({ ...row, horizons: [{ minutes: 15, mean: returns15m }] });
    else skipped.push({ symbol: row.symbol, code: 'PREDICTION_NOT_FINITE', message: `the model gave ${returns15m}` });
  }
  return { predictions, skipped };
}

function checkBatch(metadata: ModelMetadata, batch: FeatureBatch): void {
  const [, steps, features] = metadata.input.shape;
  const rows = batch.rows.length;
  if (rows > BATCH_ROWS_MAX) {
    throw new ModelError('BATCH_INVALID', `The batch has ${rows} symbols; the most is ${BATCH_ROWS_MAX}.`);
  }
  const length = rows * steps * features;
  if (batch.steps !== steps || batch.features !== features || batch.data.length !== length) {
    throw new ModelError(
      'BATCH_INVALID',
      `The batch is [${rows}, ${batch.steps}, ${batch.features}] with ${batch.data.length} numbers; the model ` +
        `${metadata.name} needs [${rows}, ${steps}, ${features}].`,
    );
  }
}
