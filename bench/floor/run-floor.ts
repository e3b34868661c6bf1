import { runPaced } from '../pace';
import { cpuPerPiece, type ByPart } from '../process-figures';
import type { MeasuredProduct } from '../measured-product';
import { FLOOR_TASK_QUEUE, FLOOR_WORKFLOW_TYPE } from './floor-worker';

let started = 0;

export interface FloorRun {
  /** From each start to its result, milliseconds. */
  readonly completedMs: readonly number[];
  readonly perSecond: number;
  /** Processor time for each workflow, milliseconds. */
  readonly cpuMs: ByPart<number | undefined>;
}

/**
 * Runs floor workflows from their start to their result, `atOnce` at a time.
 *
 * @param options.eagerly the first task comes with the answer to the start, as it does for the road's signals
 */
export async function runFloor(
  product: MeasuredProduct,
  options: {
    readonly count: number;
    readonly atOnce: number;
    readonly eagerly: boolean;
    readonly signal: AbortSignal;
  },
): Promise<FloorRun> {
  const ids = Array.from({ length: options.count }, () => `bench-floor-${(started += 1)}`);
  const { client } = product.engine;
  const before = product.figures();
  const { pieces, perSecond } = await runPaced(ids, options.atOnce, options.signal, async (workflowId) => {
    const handle = await client.workflow.start(FLOOR_WORKFLOW_TYPE, {
      workflowId,
      taskQueue: FLOOR_TASK_QUEUE,
      requestEagerStart: options.eagerly,
    });
    await handle.result();
  });
  const cpuMs = cpuPerPiece(before, product.figures(), options.count);
  return { completedMs: pieces.map(({ durationMs }) => durationMs), perSecond, cpuMs };
}
