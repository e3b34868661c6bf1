import type { Worker } from '@temporalio/worker';

export interface RunInOrderOptions {
  /** Run from the beginning to the end: what the others call. */
  readonly first: readonly Worker[];
  /** Run once everything is prepared. */
  readonly others: readonly Worker[];
  /** What must be true before the others run; the first ones run meanwhile. */
  readonly prepare: () => Promise<void>;
  /** Called once all of them run. */
  readonly onRunning: () => void;
  /** Asks to stop, at any time. */
  readonly stop: AbortSignal;
  /** Called when stopping begins. */
  readonly onStopping: () => Promise<void>;
  /** Told of a worker that stopped as it was asked to and could not tidy up a workflow that it held: nothing is lost. */
  readonly onUntidy: () => void;
}

/** What the SDK (1.24) fails with at the end of a stop where a workflow's last step was not taken back in time. */
const UNTIDY = 'Workflow execution context should have been disposed first';

/**
 * Runs workers until they are told to stop or one of them fails. Whoever calls the entities begins after them and stops
 * before them: a call to an entity that nobody runs would use up its time.
 *
 * @throws what preparing throws, after everything has stopped, and what a worker fails with
 */
export async function runInOrder(options: RunInOrderOptions): Promise<void> {
  const { first, others, prepare, onRunning, stop, onStopping, onUntidy } = options;
  const runs = new Map<Worker, Promise<void>>();
  const start = (workers: readonly Worker[]): void => {
    for (const worker of workers) runs.set(worker, worker.run());
  };
  const stopping = new Promise<'stopping'>((resolve) => {
    if (stop.aborted) resolve('stopping');
    stop.addEventListener('abort', () => resolve('stopping'), { once: true });
  });
  start(first);
  try {
    const step = await Promise.race([stopping, prepare(), ...runs.values()]);
    if (step !== 'stopping') {
      start(others);
      onRunning();
      await Promise.race([stopping, Promise.all(runs.values())]);
    }
    await onStopping();
  } finally {
    await shutDown(others, runs);
    await shutDown(first, runs);
  }
  for (const run of await Promise.allSettled(runs.values())) {
    if (run.status === 'fulfilled') continue;
    // One that failed while it stopped.
    if (!stop.aborted || !isUntidy(run.reason)) throw run.reason;
    onUntidy();
  }
}

/** Its state is the server's, not the sandbox's: the next worker goes on from there. */
function isUntidy(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'IllegalStateError' && reason.message === UNTIDY;
}

async function shutDown(workers: readonly Worker[], runs: ReadonlyMap<Worker, Promise<void>>): Promise<void> {
  for (const worker of workers) {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  }
  await Promise.allSettled(workers.flatMap((worker) => runs.get(worker) ?? []));
}
