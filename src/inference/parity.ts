/** Whether two answers to the same window are the same answer. */
import type { ContractOutput } from './contract-schema';

/** Outputs may differ by this much at all, a log return, */
export const ABSOLUTE_TOLERANCE = 1e-7;
/** and by this share of the row's scale. */
export const SCALE_TOLERANCE = 1e-4;

export interface Difference {
  /** The largest of all outputs, a log return; NaN: one of the values is no number. */
  readonly absolute: number;
  /** The same as a share of the row's scale. */
  readonly ofScale: number;
  /** The output that has it. */
  readonly name: string;
  readonly isWithin: boolean;
}

type Numbers = readonly number[] | Float32Array;

/**
 * How far the outputs of one row are from those that are expected. The row's scale is the model's own; of a model that tells none, the
 * largest number that is expected; where that is zero, the absolute tolerance alone counts.
 *
 * @param actual of each output, in their order; so is `expected`
 */
export function differenceOf(
  outputs: readonly Pick<ContractOutput, 'name' | 'kind'>[],
  actual: readonly Numbers[],
  expected: readonly Numbers[],
): Difference {
  const scaleAt = outputs.findIndex(({ kind }) => kind === 'scale');
  const sizes = (scaleAt >= 0 ? [expected[scaleAt]!] : expected).flatMap((values) => Array.from(values, Math.abs));
  const scale = Math.max(...sizes);
  let largest = 0;
  let name = outputs[0]!.name;
  for (const [index, output] of outputs.entries()) {
    for (const [at, value] of Array.from(expected[index]!).entries()) {
      const difference = Math.abs((actual[index]![at] ?? Number.NaN) - value);
      // A NaN is larger than every number, and stays.
      if (Number.isNaN(largest) || difference <= largest) continue;
      largest = difference;
      name = output.name;
    }
  }
  const ofScale = scale === 0 ? 0 : largest / scale;
  return { absolute: largest, ofScale, name, isWithin: largest <= ABSOLUTE_TOLERANCE && ofScale <= SCALE_TOLERANCE };
}

/** For people: which output, by how much, and how much would be allowed. */
export function describeDifference({ name, absolute, ofScale }: Difference): string {
  if (Number.isNaN(absolute)) return `${name} is no number`;
  return (
    `${name} differs by ${absolute.toExponential(1)}, ${ofScale.toExponential(1)} of the scale; allowed are ` +
    `${ABSOLUTE_TOLERANCE} and ${SCALE_TOLERANCE}`
  );
}
