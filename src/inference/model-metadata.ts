import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorText, ModelError } from './errors';
import { FEATURE_NAMES } from './features';
import type { TrainingRanges } from './training-ranges';

/** The output that predictions are read from; other outputs of a model are allowed and not used. */
export const PREDICTION_OUTPUT = 'returns_15m';
const PREDICTION_HORIZON_MINUTES = 15;
/** One request fetches at most 1000 candles, and the first one only gives a previous close. */
const STEPS_MAX = 999;

const input = z
  .object({
    /** The name of the graph's input: float32 [batch, steps, features]. */
    name: z.string().min(1),
    shape: z.tuple([z.literal('batch'), z.int().min(2).max(STEPS_MAX), z.int().min(1)]),
    /** In the order of the last axis. */
    features: z.array(z.enum(FEATURE_NAMES)).min(1),
    candleIntervalMinutes: z.union([z.literal(1), z.literal(5)]),
    candlesNeeded: z.int(),
  })
  .refine((value) => value.shape[2] === value.features.length, {
    path: ['features'],
    error: 'must list as many features as the last axis of input.shape has',
  })
  .refine((value) => value.candlesNeeded === value.shape[1] + 1, {
    path: ['candlesNeeded'],
    error: 'must be one more than the steps of input.shape: the first candle gives the previous close',
  });

const output = z.object({
  /** The name of the graph's output: float32 [batch]. */
  name: z.string().min(1),
  horizonMinutes: z.int().min(1),
  unit: z.literal('log return'),
});

/**
 * What must be known of a model to run it. Further entries (training, metrics) are for people: they are kept in the
 * file and not read.
 */
const modelMetadataSchema = z.object({
  name: z.string().min(1).max(64),
  version: z.string().min(1).max(32),
  /** The kind of network; shown as the model of the ML manager. */
  family: z.string().min(1).max(64),
  /** Of the .onnx file, lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
  input,
  outputs: z
    .array(output)
    .min(1)
    .refine(
      (list) => list.some((one) => one.name === PREDICTION_OUTPUT && one.horizonMinutes === PREDICTION_HORIZON_MINUTES),
      `must hold an output ${PREDICTION_OUTPUT} with horizonMinutes ${PREDICTION_HORIZON_MINUTES}`,
    ),
  /** A size of prediction worth a signal, chosen with the training data. */
  suggestedMinimumReturn: z.string().regex(/^\d+(\.\d+)?$/, 'must be a decimal number in quotes, such as "0.0003"'),
  created: z.iso.date(),
  note: z.string().min(1),
});

export type ModelMetadata = z.infer<typeof modelMetadataSchema> & {
  readonly horizonsMinutes: readonly number[];
  readonly endOfDataMs?: number;
  readonly trainingRanges?: TrainingRanges;
};

/** Where a model's metadata lie: beside it, under the same name. */
export function metadataPath(modelPath: string): string {
  return modelPath.replace(/\.onnx$/, '') + '.json';
}

/**
 * Checks the text of a metadata file.
 *
 * @param text JSON
 * @param path named in errors
 * @throws ModelError MODEL_METADATA_INVALID, naming the file and every entry that is wrong
 */
export function parseModelMetadata(text: string, path: string): ModelMetadata {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ModelError('MODEL_METADATA_INVALID', `${path} is not JSON: ${errorText(error)}.`, { cause: error });
  }
  const parsed = modelMetadataSchema.safeParse(content);
  if (parsed.success) {
    const horizonsMinutes = parsed.data.outputs.map(({ horizonMinutes }) => horizonMinutes);
    return { ...parsed.data, horizonsMinutes };
  }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new ModelError(
    'MODEL_METADATA_INVALID',
    `${path} does not describe a model (${faults.join('; ')}). training/README.md lists what it must hold.`,
  );
}

/**
 * Reads the metadata beside a model.
 *
 * @throws ModelError MODEL_METADATA_NOT_FOUND or MODEL_METADATA_INVALID
 */
export async function readModelMetadata(modelPath: string): Promise<ModelMetadata> {
  const path = metadataPath(modelPath);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ModelError(
      'MODEL_METADATA_NOT_FOUND',
      `The model's metadata ${path} cannot be read: ${errorText(error)}. Put the file beside the model.`,
      { cause: error },
    );
  }
  return parseModelMetadata(text, path);
}

/**
 * Refuses to feed a model candles of another interval than it was trained on: its predictions would mean nothing.
 *
 * @throws ModelError MODEL_INTERVAL_MISMATCH
 */
export function checkCandleInterval(metadata: ModelMetadata, configuredMinutes: number): void {
  const neededMinutes = metadata.input.candleIntervalMinutes;
  if (neededMinutes === configuredMinutes) return;
  throw new ModelError(
    'MODEL_INTERVAL_MISMATCH',
    `The model ${metadata.name} needs ${neededMinutes}-minute candles, but ml.candleIntervalMinutes is ` +
      `${configuredMinutes}. Set it to ${neededMinutes}, or choose another model.`,
  );
}
