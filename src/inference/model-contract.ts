/** Reads the entries of metadata in which a model's file describes itself. */
import { z } from 'zod';
import { contractSchema, CONTRACT_VERSION, describeFaults, describeIssues, testWindowSchema } from './contract-schema';
import type { Contract, TestWindow } from './contract-schema';
import { ModelError } from './errors';
import type { FeatureName } from './features';
import { JsonError, parseStrictJson } from './strict-json';

export const CONTRACT_KEY = 'oncefill.contract';
export const TEST_WINDOW_KEY = 'oncefill.test_window';
export const TRAINING_KEY = 'oncefill.training';
/** Of one entry; the test window of the longest model that fits has about a quarter. */
const ENTRY_BYTES_MAX = 1024 ** 2;
/** Clocks differ: data that end a little later than now are no lie. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * The contract in a file's metadata.
 *
 * @param path named in errors
 * @throws ModelError MODEL_CONTRACT_UNSUPPORTED or MODEL_METADATA_INVALID, naming what is wrong
 */
export function parseContract(bytes: Uint8Array, path: string, nowMs: number): Contract {
  const content = parseEntry(bytes, CONTRACT_KEY, path);
  const version =
    typeof content === 'object' && content !== null && 'contractVersion' in content ? content.contractVersion : 'none';
  if (version !== CONTRACT_VERSION) {
    throw new ModelError(
      'MODEL_CONTRACT_UNSUPPORTED',
      `${path} is described by version ${JSON.stringify(version).slice(0, 32)} of the contract, and this program knows version ${CONTRACT_VERSION}`,
      { advice: `describe it by version ${CONTRACT_VERSION} (docs/model.md), or update this program` },
    );
  }
  const contract = checked(contractSchema, content, CONTRACT_KEY, path);
  if (contract.endOfData !== undefined && Date.parse(contract.endOfData) > nowMs + CLOCKS_DIFFER_MS) {
    throw invalid(path, CONTRACT_KEY, `endOfData: ${contract.endOfData} has not come yet`);
  }
  return contract;
}

/** @throws ModelError MODEL_METADATA_INVALID, also when the window does not fit the contract */
export function parseTestWindow(bytes: Uint8Array, contract: Contract, path: string): TestWindow {
  const window = checked(testWindowSchema, parseEntry(bytes, TEST_WINDOW_KEY, path), TEST_WINDOW_KEY, path);
  const [, steps, features] = contract.input.shape;
  const faults: string[] = [];
  if (window.features.length !== steps * features) {
    faults.push(`features: ${window.features.length} numbers, and input.shape makes ${steps} × ${features}`);
  }
  for (const one of contract.outputs) {
    const size = 'levels' in one ? one.levels.length : 1;
    const values = Object.hasOwn(window.outputs, one.name) ? window.outputs[one.name]! : [];
    if (values.length !== size) faults.push(`outputs.${one.name}: ${values.length} numbers instead of ${size}`);
  }
  const known = new Set(contract.outputs.map(({ name }) => name));
  for (const name of Object.keys(window.outputs))
    if (!known.has(name)) faults.push(`outputs.${name}: no output of the contract`);
  if (faults.length === 0) faults.push(...impossibleFeatures(window.features, contract.input.features));
  if (faults.length > 0) throw invalid(path, TEST_WINDOW_KEY, describeFaults(faults));
  return window;
}

/** Which way a feature cannot go: a window that does has its features in another order than the contract names them. */
const IMPOSSIBLE_SIGNS: Readonly<Partial<Record<FeatureName, number>>> = {
  high_log_return: -1,
  low_log_return: 1,
  relative_volume: -1,
};

function impossibleFeatures(values: readonly number[], names: readonly FeatureName[]): readonly string[] {
  return names.flatMap((name, column) => {
    const sign = IMPOSSIBLE_SIGNS[name];
    const at = values.findIndex((value, index) => index % names.length === column && Math.sign(value) === sign);
    if (sign === undefined || at < 0) return [];
    const where = `${name} is ${values[at]} in row ${Math.floor(at / names.length)}`;
    return [
      `features: ${where}, and is never ${sign < 0 ? 'below' : 'above'} 0; they may stand in another order than input.features`,
    ];
  });
}

/** What was found in training is for people: it only has to be readable. @throws ModelError MODEL_METADATA_INVALID */
export function checkTraining(bytes: Uint8Array, path: string): void {
  checked(z.looseObject({}), parseEntry(bytes, TRAINING_KEY, path), TRAINING_KEY, path);
}

function parseEntry(bytes: Uint8Array, key: string, path: string): unknown {
  try {
    return parseStrictJson(bytes, ENTRY_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new ModelError('MODEL_METADATA_INVALID', `The entry ${key} in ${path} ${error.message}`, {
      advice: 'write it as docs/model.md shows',
      cause: error,
    });
  }
}

function checked<T>(schema: z.ZodType<T>, content: unknown, key: string, path: string): T {
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  throw invalid(path, key, describeIssues(result.error.issues));
}

function invalid(path: string, key: string, faults: string): ModelError {
  return new ModelError('MODEL_METADATA_INVALID', `The entry ${key} in ${path} is wrong (${faults})`, {
    advice: 'write it as docs/model.md shows',
  });
}
