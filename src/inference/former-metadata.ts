/** The description that lies beside a model, in a JSON file of its own: how it was before files described themselves. */
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { decimalText, describeIssues, inputSchema } from './contract-schema';
import { errorText, ModelError } from './errors';
import type { ModelMetadata } from './contract-schema';

/** The output that it must have; of others, one for each horizon is read. */
const PREDICTION_OUTPUT = 'returns_15m';
const PREDICTION_HORIZON_MINUTES = 15;
const METADATA_BYTES_MAX = 1024 ** 2;

const output = z.object({
  /** The name of the graph's output: float32 [batch]. */
  name: z.string().min(1),
  horizonMinutes: z.int().min(1),
  unit: z.literal('log return'),
});

/** Further entries (training, metrics) are for people: they are kept in the file and not read. */
const formerSchema = z.object({
  name: z.string().min(1).max(64),
  version: z.string().min(1).max(32),
  family: z.string().min(1).max(64),
  /** Of the .onnx file, lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
  input: inputSchema,
  outputs: z
    .array(output)
    .min(1)
    .refine(
      (list) => list.some((one) => one.name === PREDICTION_OUTPUT && one.horizonMinutes === PREDICTION_HORIZON_MINUTES),
      `must hold an output ${PREDICTION_OUTPUT} with horizonMinutes ${PREDICTION_HORIZON_MINUTES}`,
    ),
  suggestedMinimumReturn: decimalText,
  created: z.iso.date(),
  note: z.string().min(1),
});

/** Where such metadata lie: beside the model, under the same name. */
export function metadataPath(modelPath: string): string {
  return modelPath.replace(/\.onnx$/, '') + '.json';
}

/**
 * Checks the text of a metadata file.
 *
 * @param text JSON
 * @param path named in errors
 * @throws ModelError MODEL_METADATA_INVALID, naming the file and the first entries that are wrong
 */
export function parseFormerMetadata(text: string, path: string): ModelMetadata {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new ModelError('MODEL_METADATA_INVALID', `${path} is not JSON`, { cause: error });
  }
  const parsed = formerSchema.safeParse(content);
  if (!parsed.success) {
    const faults = describeIssues(parsed.error.issues);
    throw new ModelError('MODEL_METADATA_INVALID', `${path} does not describe a model (${faults})`, {
      advice: 'better put the description into the model itself: docs/model.md',
    });
  }
  const { name, version, family, sha256, input, suggestedMinimumReturn, note } = parsed.data;
  const means = parsed.data.outputs
    .toSorted((left, right) => Number(right.name === PREDICTION_OUTPUT) - Number(left.name === PREDICTION_OUTPUT))
    .filter(({ horizonMinutes }, index, all) => all.findIndex((one) => one.horizonMinutes === horizonMinutes) === index)
    .toSorted((left, right) => left.horizonMinutes - right.horizonMinutes);
  return {
    name,
    version,
    family,
    sha256,
    input,
    outputs: means.map((one) => ({ ...one, kind: 'mean' as const })),
    horizonsMinutes: means.map(({ horizonMinutes }) => horizonMinutes),
    suggestedMinimumReturn,
    note,
  };
}

/**
 * Reads the metadata beside a model.
 *
 * @param sha256 of the model that was read
 * @returns undefined where there are none
 * @throws ModelError MODEL_METADATA_INVALID, or MODEL_HASH_MISMATCH when they describe another file
 */
export async function readFormerMetadata(modelPath: string, sha256: string): Promise<ModelMetadata | undefined> {
  const path = metadataPath(modelPath);
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > METADATA_BYTES_MAX) throw new Error(`it has ${size} bytes, and ${METADATA_BYTES_MAX} are allowed`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ModelError('MODEL_METADATA_INVALID', `The model's metadata ${path} cannot be read: ${errorText(error)}`, {
      cause: error,
    });
  }
  const metadata = parseFormerMetadata(text, path);
  if (metadata.sha256 === sha256) return metadata;
  throw new ModelError(
    'MODEL_HASH_MISMATCH',
    `The model ${modelPath} has SHA-256 ${sha256}, but ${path} names ${metadata.sha256}: the two files do not belong together`,
    { advice: 'restore both from one training run' },
  );
}
