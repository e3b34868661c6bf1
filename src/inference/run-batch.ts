import type { ModelMetadata } from './contract-schema';
import { ModelError } from './errors';
import type { DescribedModel } from './model-metadata';
import { valuesPerRow } from './outputs';
import type { ThreadHost } from './thread-host';

/** A thread, and which of its sessions runs. */
export interface Runner {
  readonly host: ThreadHost;
  readonly provider: string;
}

/**
 * All outputs of the metadata, row by row.
 *
 * @throws ModelError MODEL_SHAPE_MISMATCH when an output has another size than its metadata say; RuntimeFailure; MODEL_STOPPED
 */
export async function runBatch(
  { host, provider }: Runner,
  { input, outputs, name }: ModelMetadata,
  rows: number,
  data: Float32Array,
): Promise<readonly Float32Array[]> {
  const [, steps, features] = input.shape;
  const outputNames = outputs.map((output) => output.name);
  const arrays = await host.run(provider, {
    inputName: input.name,
    data,
    dimensions: [rows, steps, features],
    outputNames,
  });
  for (const [index, output] of outputs.entries()) {
    const [expected, found] = [rows * valuesPerRow(output), arrays[index]!.length];
    if (found === expected) continue;
    throw new ModelError(
      'MODEL_SHAPE_MISMATCH',
      `The model ${name} gave ${found} numbers of ${output.name} for ${rows} symbols, and its metadata say ${expected}`,
      { advice: 'correct its graph or its metadata' },
    );
  }
  return arrays;
}

/** The same for windows that are not yet one array. */
export async function runWindows(
  runner: Runner,
  { metadata }: DescribedModel,
  windows: readonly Float32Array[],
): Promise<readonly Float32Array[]> {
  const [, steps, features] = metadata.input.shape;
  const data = new Float32Array(windows.length * steps * features);
  for (const [index, window] of windows.entries()) data.set(window, index * steps * features);
  return runBatch(runner, metadata, windows.length, data);
}

/** The test window, or for a model without one a made-up window with some movement. */
export function windowOf({ metadata, testWindow }: DescribedModel): Float32Array {
  const [, steps, features] = metadata.input.shape;
  if (testWindow) return Float32Array.from(testWindow.features);
  return Float32Array.from({ length: steps * features }, (_, index) => 0.001 * Math.sin(index + 1));
}
