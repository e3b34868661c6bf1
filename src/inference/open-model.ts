/** Opens a described model: proves that it does what it says, and finds the provider that runs it. */
import { chooseProvider, CPU, type RefusedProvider } from './choose-provider';
import type { ContractOutput } from './contract-schema';
import { ModelError } from './errors';
import { checkGraph } from './graph-check';
import type { DescribedModel } from './model-metadata';
import { valuesPerRow } from './outputs';
import { describeDifference, differenceOf } from './parity';
import { runWindows, windowOf, type Runner } from './run-batch';
import { plainWords, refusalOf } from './runtime-words';
import { RuntimeFailure, ThreadHost } from './thread-host';
import type { Graph } from './thread-messages';

/** As many symbols as a venue may have configured. */
export const BATCH_ROWS_MAX = 200;
/** What a run of BATCH_ROWS_MAX rows may take, milliseconds: a slower model would make each tick late. */
export const FULL_BATCH_MS_MAX = 5_000;
/** What loading and trying it may take at most, beyond what the process had: several times the largest file. */
const MEMORY_MIB_MAX = 2_048;
const KIB_PER_MIB = 1_024;
/** A machine may be busy with something else: the fastest of so many runs counts. */
const FULL_BATCH_TRIES_MAX = 3;
/** Windows between the first and the last of a full batch are the test window times this: rows must not depend on each other. */
const OTHER_ROWS_FACTOR = 0.5;
const BATCH_ADVICE = 'export it with a dynamic batch axis, and no fixed size of the batch within';

const LOST_ADVICE =
  'use one that answers sooner; nothing ends this run, which takes a core until it is over or the process that predicts is restarted';

export interface OpenedModel extends Runner {
  /** Those that were to be tried before it. */
  readonly refused: readonly RefusedProvider[];
  /** Of a run of BATCH_ROWS_MAX rows, milliseconds. */
  readonly fullBatchMs: number;
}

/** Told with each check that was passed: its name, and what was found. */
export type OnPassed = (check: string, found: string) => void;

/**
 * @param providers in the order in which they are tried; the processor comes last unless NO_CPU stands among them
 * @throws ModelError with the code of what is wrong
 */
export async function openModel(
  model: DescribedModel,
  providers: readonly string[],
  onPassed: OnPassed = () => {},
): Promise<OpenedModel> {
  const host = new ThreadHost();
  const takenMib = memoryMeter();
  try {
    const expected = await answerOfCpu(host, model, onPassed);
    const { provider, refused } = await chooseProvider(host, model, providers, expected);
    onPassed('provider', [provider, ...refused.map((one) => `${one.provider} refused: ${one.reason}`)].join('; '));
    const fullBatchMs = await fullBatch({ host, provider }, model, expected);
    checkMemory(model.path, takenMib());
    onPassed('full batch', `${BATCH_ROWS_MAX} rows in ${fullBatchMs.toFixed(1)} ms, none depends on another`);
    return { host, provider, refused, fullBatchMs };
  } catch (error) {
    await host.close();
    if (!(error instanceof ModelError) || error.code !== 'MODEL_STOPPED') throw error;
    throw new ModelError('MODEL_LOAD_FAILED', `${model.path} cannot be tried: ${host.reasonOfDeath}`, {
      ...(host.isLost && { advice: LOST_ADVICE }),
      cause: error,
    });
  }
}

/** @returns the most memory that this process had since, beyond what it had then, MiB; 0: no more than it once had before */
function memoryMeter(): () => number {
  const hadMib = process.memoryUsage.rss() / KIB_PER_MIB ** 2;
  const mostMib = (): number => process.resourceUsage().maxRSS / KIB_PER_MIB;
  const mostBefore = mostMib();
  return () => (mostMib() > mostBefore ? mostMib() - hadMib : 0);
}

function checkMemory(path: string, takenMib: number): void {
  if (takenMib <= MEMORY_MIB_MAX) return;
  throw new ModelError(
    'MODEL_TOO_LARGE',
    `${path} takes ${Math.ceil(takenMib)} MiB of memory for ${BATCH_ROWS_MAX} symbols, and ${MEMORY_MIB_MAX} are allowed`,
    { advice: 'choose a smaller one' },
  );
}

/** What the processor makes of the window that every provider is compared by. */
async function answerOfCpu(
  host: ThreadHost,
  model: DescribedModel,
  onPassed: OnPassed,
): Promise<readonly Float32Array[]> {
  const { path, metadata } = model;
  let graph: Graph;
  try {
    graph = await host.open(CPU, model.content);
  } catch (error) {
    throw error instanceof RuntimeFailure ? refusalOf(path, error.message) : error;
  }
  checkGraph(graph, metadata, path);
  onPassed(
    'graph',
    `${metadata.input.name} [${metadata.input.shape.join(', ')}], and its outputs, ${metadata.outputs.length}, as described`,
  );
  const run = () => runWindows({ host, provider: CPU }, model, [windowOf(model)]);
  const answer = await describedRun(
    run,
    path,
    'answer its test window',
    'try it with onnx.reference, and export it again',
  );
  onPassed('test window', checkAnswer(model, answer));
  return answer;
}

/** @returns what was found, for people. @throws ModelError MODEL_ANSWER_DIFFERS */
function checkAnswer({ path, metadata, testWindow }: DescribedModel, answer: readonly Float32Array[]): string {
  const nothing = answer.findIndex((values) => !values.every(Number.isFinite));
  if (nothing >= 0) {
    throw new ModelError(
      'MODEL_ANSWER_DIFFERS',
      `${path} gives no finite number for ${metadata.outputs[nothing]!.name} of its test window: its weights are damaged`,
      { advice: 'train or export it again' },
    );
  }
  if (!testWindow) return 'it has none; it gives finite numbers for a made-up one';
  const expected = metadata.outputs.map(({ name }) => testWindow.outputs[name]!);
  const difference = differenceOf(metadata.outputs, answer, expected);
  if (!difference.isWithin) {
    throw new ModelError(
      'MODEL_ANSWER_DIFFERS',
      `${path} answers its test window otherwise than it says: ${describeDifference(difference)}`,
      { advice: 'write into it what the exported file itself answers, or restore the file' },
    );
  }
  const { absolute, ofScale } = difference;
  return `differs by ${absolute.toExponential(1)}, ${ofScale.toExponential(1)} of the scale`;
}

/** @returns what a run of the largest batch takes, milliseconds */
async function fullBatch(runner: Runner, model: DescribedModel, expected: readonly Float32Array[]): Promise<number> {
  const { path, metadata } = model;
  const window = windowOf(model);
  const others = window.map((value) => value * OTHER_ROWS_FACTOR);
  const rows = Array.from({ length: BATCH_ROWS_MAX }, (_, row) => (row % (BATCH_ROWS_MAX - 1) === 0 ? window : others));
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < FULL_BATCH_TRIES_MAX && fastestMs > FULL_BATCH_MS_MAX; tries++) {
    const startedAtMs = performance.now();
    const arrays = await describedRun(
      () => runWindows(runner, model, rows),
      path,
      `run ${BATCH_ROWS_MAX} rows at once`,
      BATCH_ADVICE,
    );
    fastestMs = Math.min(fastestMs, performance.now() - startedAtMs);
    for (const row of [0, BATCH_ROWS_MAX - 1]) {
      const difference = differenceOf(
        metadata.outputs,
        arrays.map((values, at) => rowOf(values, metadata.outputs[at]!, row)),
        expected,
      );
      if (difference.isWithin) continue;
      throw new ModelError(
        'MODEL_ANSWER_DIFFERS',
        `${path} answers a window otherwise in a batch of ${BATCH_ROWS_MAX} than alone: ${describeDifference(difference)}`,
        { advice: 'make its rows independent: no operator may mix them' },
      );
    }
  }
  if (fastestMs <= FULL_BATCH_MS_MAX) return fastestMs;
  throw new ModelError(
    'MODEL_TOO_SLOW',
    `${path} takes ${Math.round(fastestMs)} ms for ${BATCH_ROWS_MAX} symbols on ${runner.provider}, and ${FULL_BATCH_MS_MAX} are allowed`,
    { advice: 'use a smaller model, or a GPU' },
  );
}

function rowOf(values: Float32Array, output: ContractOutput, row: number): Float32Array {
  const size = valuesPerRow(output);
  return values.subarray(row * size, (row + 1) * size);
}

/** @param what is done, for people */
async function describedRun<T>(run: () => Promise<T>, path: string, what: string, advice: string): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof RuntimeFailure)) throw error;
    const fault = `${path} cannot ${what}: ${plainWords(error.message)}`;
    throw new ModelError('MODEL_LOAD_FAILED', fault, { advice, cause: error });
  }
}
