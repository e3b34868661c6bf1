import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import workerThreads, { type Worker as Thread, type WorkerOptions as ThreadOptions } from 'node:worker_threads';
import { packageRoot } from '../config/package-root';
import { WATCHDOG_VARIABLE } from '../config/variables';
import { readYesNo } from '../config/yes-no';
import { Crossings } from './crossings';
import { watchThread, type ThreadWatchOptions } from './thread-watch';
import type { WorkflowThreadData } from './workflow-thread';

/** How the SDK (1.24) calls the program of its workflow threads. */
const SDK_PROGRAM = 'workflow-worker-thread.js';
/** Ours in its place: compiled, as threads load no TypeScript, also where tests run the sources. */
const OUR_PROGRAM = join(packageRoot(), 'dist', 'src', 'temporal', 'workflow-thread.js');

/** For whom a thread that is being made just now is; threads of others have nobody. */
const making = new AsyncLocalStorage<ThreadWatchOptions>();
let makingCount = 0;
let original: typeof Thread | undefined;

/** Whether the SDK's own watchdog is left on: it fails the one step of a workflow that loops, and costs time at every step. */
export function hasSdkWatchdog(env: NodeJS.ProcessEnv = process.env): boolean {
  return readYesNo(WATCHDOG_VARIABLE, env) ?? false;
}

/**
 * Has the workflow threads that the SDK starts while it makes a worker run our program (`workflow-thread.ts`), and watches
 * them until they end. The SDK has no option for this, so its threads are known by the name of their program; threads
 * that are called otherwise, and a worker that needs none, are left as they are.
 *
 * @param make makes the worker
 */
export async function withCheapCrossings<Made>(make: () => Promise<Made>, watch: ThreadWatchOptions): Promise<Made> {
  if (!existsSync(OUR_PROGRAM)) return make();
  replaceThreads();
  try {
    return await making.run(watch, make);
  } finally {
    restoreThreads();
  }
}

/** For as long as workers are being made, and no longer: other code makes threads, too. */
function replaceThreads(): void {
  makingCount += 1;
  if (makingCount > 1) return;
  original = workerThreads.Worker;
  workerThreads.Worker = new Proxy(original, {
    construct(target, [program, options]: [string | URL, ThreadOptions?], newTarget) {
      const construct = (...given: [string | URL, ThreadOptions?]) =>
        Reflect.construct(target, given, newTarget) as Thread;
      const watch = making.getStore();
      if (watch === undefined || !isSdkThread(program, options)) return construct(program, options);
      const startOurs = (workerData: WorkflowThreadData) => construct(OUR_PROGRAM, { ...options, workerData });
      if (hasSdkWatchdog()) return startOurs({ program });
      const crossings = new Crossings();
      const thread = startOurs({ program, crossings: crossings.shared });
      thread.once('exit', watchThread(crossings, watch));
      return thread;
    },
  });
}

/** Data of its own would be lost: a newer SDK that hands its threads some is left as it is. */
function isSdkThread(program: string | URL, options?: ThreadOptions): program is string {
  return typeof program === 'string' && basename(program) === SDK_PROGRAM && options?.workerData === undefined;
}

function restoreThreads(): void {
  makingCount -= 1;
  if (makingCount > 0 || original === undefined) return;
  workerThreads.Worker = original;
  original = undefined;
  // Kept on, it would cost every promise of the process a little.
  making.disable();
}
