import { ModelError } from './errors';
import { metadataPath, readFormerMetadata } from './former-metadata';
import type { Contract, ModelMetadata, TestWindow } from './contract-schema';
import {
  checkTraining,
  CONTRACT_KEY,
  parseContract,
  parseTestWindow,
  TEST_WINDOW_KEY,
  TRAINING_KEY,
} from './model-contract';
import { readModelFile } from './model-file';
import { readOnnxFile } from './onnx-file';

export type { ModelMetadata, TrainingRanges } from './contract-schema';

/** A model's file with what it says of itself; nothing of it has been run. */
export interface DescribedModel {
  readonly path: string;
  readonly content: Uint8Array;
  readonly metadata: ModelMetadata;
  /** Absent: the description beside it has none. */
  readonly testWindow?: TestWindow;
}

/**
 * Reads a model's file and checks what it says of itself; the runtime sees none of it.
 *
 * @throws ModelError with the code of what is wrong
 */
export async function readModel(path: string, nowMs: number = Date.now()): Promise<DescribedModel> {
  const { content, sha256 } = await readModelFile(path);
  const entries = readOnnxFile(content, path).metadata;
  const contractEntry = entries.get(CONTRACT_KEY);
  if (!contractEntry) {
    const metadata = await readFormerMetadata(path, sha256);
    if (metadata) return { path, content, metadata };
    throw notDescribed(path, CONTRACT_KEY, [...entries.keys()]);
  }
  const contract = parseContract(contractEntry, path, nowMs);
  const windowEntry = entries.get(TEST_WINDOW_KEY);
  if (!windowEntry) throw notDescribed(path, TEST_WINDOW_KEY, [...entries.keys()]);
  const testWindow = parseTestWindow(windowEntry, contract, path);
  const training = entries.get(TRAINING_KEY);
  if (training) checkTraining(training, path);
  return { path, content, metadata: toMetadata(contract, sha256), testWindow };
}

/** What a model says of itself. @throws as readModel */
export async function readModelMetadata(path: string): Promise<ModelMetadata> {
  return (await readModel(path)).metadata;
}

function toMetadata(contract: Contract, sha256: string): ModelMetadata {
  const {
    name,
    version,
    family,
    input,
    outputs,
    suggestedMinimumReturn,
    note,
    endOfData,
    trainingRanges,
    ewmaQuantiles,
  } = contract;
  const minutes = outputs.flatMap((one) => (one.kind === 'mean' ? [one.horizonMinutes] : []));
  return {
    name,
    version,
    family,
    sha256,
    input,
    outputs,
    horizonsMinutes: minutes.toSorted((left, right) => left - right),
    suggestedMinimumReturn,
    ...(endOfData !== undefined && { endOfDataMs: Date.parse(endOfData) }),
    ...(trainingRanges !== undefined && { trainingRanges }),
    ...(ewmaQuantiles !== undefined && { ewmaQuantiles }),
    note,
  };
}

function notDescribed(path: string, missing: string, keys: readonly string[]): ModelError {
  const ours = keys.filter((key) => key.startsWith('oncefill')).slice(0, 5);
  const found = ours.length > 0 ? ` (it has ${ours.map((key) => JSON.stringify(key)).join(', ')})` : '';
  const beside = missing === CONTRACT_KEY ? `, and there is no ${metadataPath(path)}` : '';
  return new ModelError(
    'MODEL_METADATA_NOT_FOUND',
    `${path} has no entry ${missing} in its metadata${found}${beside}: nothing says how it is fed and read`,
    { advice: 'write one with onnx.helper.set_model_props, as docs/model.md shows' },
  );
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
    `The model ${metadata.name} needs ${neededMinutes}-minute candles, but ml.candleIntervalMinutes is ${configuredMinutes}`,
    { advice: `set it to ${neededMinutes}, or choose another model` },
  );
}
