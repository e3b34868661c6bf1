import type { ModelMetadata } from './contract-schema';
import { ModelError } from './errors';
import type { Graph, GraphValue } from './thread-messages';

/**
 * Whether the graph is the one that its metadata describe. The batch axis must be dynamic (a name).
 *
 * @param path named in errors
 * @throws ModelError MODEL_SHAPE_MISMATCH
 */
export function checkGraph(graph: Graph, metadata: ModelMetadata, path: string): void {
  const [, steps, features] = metadata.input.shape;
  if (graph.inputs.length !== 1) {
    const names = graph.inputs.map(({ name }) => name).join(', ');
    throw new ModelError(
      'MODEL_SHAPE_MISMATCH',
      `${path} has ${graph.inputs.length} inputs (${names}), and one is expected`,
      {
        advice: 'make constants of the others',
      },
    );
  }
  checkValue(graph.inputs, metadata.input.name, [steps, features], `${path}: the input`);
  for (const output of metadata.outputs) {
    checkValue(
      graph.outputs,
      output.name,
      'levels' in output ? [output.levels.length] : [],
      `${path}: the output`,
      true,
    );
  }
}

/** @param mayBeOpen whether the graph may leave sizes beyond the batch axis open: those of outputs show when it runs */
function checkValue(
  values: readonly GraphValue[],
  name: string,
  sizes: readonly number[],
  subject: string,
  mayBeOpen = false,
): void {
  const value = values.find((one) => one.name === name);
  let actual = `missing; there is ${values
    .map((one) => one.name)
    .join(', ')
    .slice(0, 200)}`;
  if (value) {
    const [batch, ...others] = value.shape;
    const isSame = (size: number | string | undefined, axis: number): boolean =>
      size === sizes[axis] || (mayBeOpen && typeof size === 'string');
    const hasSizes = others.length === sizes.length && others.every(isSame);
    if (value.type === 'float32' && typeof batch === 'string' && hasSizes) return;
    actual = value.type === undefined ? 'no tensor' : `${value.type} [${value.shape.join(', ')}]`;
  }
  throw new ModelError(
    'MODEL_SHAPE_MISMATCH',
    `${subject} ${name} is ${actual}; its metadata need float32 ${['[batch', ...sizes].join(', ')}] with a dynamic batch axis`,
    { advice: 'correct its graph or its metadata' },
  );
}
