/**
 * What a workflow thread of the SDK runs: it makes crossings into the sandbox cheap, and then loads the SDK's own program
 * of that thread. `src/temporal/workflow-threads.ts` puts it there and watches it.
 *
 * Two costs of the SDK (1.24) go, both outside the sandbox, where no workflow can tell:
 * - It bounds every crossing with the `timeout` of node:vm, for which Node starts and joins a thread of its own each time.
 *   What that bound is for, a workflow that loops, the process sees by our count of crossings.
 * - It takes the stack of every promise that a workflow makes, for the query `__stack_trace` alone, which has no stacks now.
 *   Stacks of errors stay whole.
 */
import v8 from 'node:v8';
import vm from 'node:vm';
import { workerData } from 'node:worker_threads';
import { openAsyncStack, type AsyncStack } from './async-stack';
import { Crossings } from './crossings';

/** What the process hands the thread. */
export interface WorkflowThreadData {
  /** The SDK's program of the thread, a path. */
  readonly program: string;
  /** Where crossings are counted; absent: the SDK watches over them, at their full price. */
  readonly crossings?: Int32Array<SharedArrayBuffer>;
}

type RunInContext = vm.Script['runInContext'];

/** Counts every run of a script in a sandbox, and takes the time limit off those that have one. */
export function countCrossings(script: { runInContext: RunInContext }, crossings: Crossings): void {
  const { runInContext } = script;
  script.runInContext = function (this: vm.Script, context, options) {
    crossings.enter();
    try {
      return runInContext.call(
        this,
        context,
        options?.timeout ? { ...options, timeout: undefined } : options,
      ) as unknown;
    } finally {
      crossings.leave();
    }
  };
}

/**
 * Lets the SDK's watchdog do what it is for. Where it stops a loop that follows an `await`, Node 20 and 22 are left with
 * a stack of asynchronous contexts that does not add up, and abort the process (nodejs/node#38503).
 */
export function mendAfterTimeouts(script: { runInContext: RunInContext }, stack: AsyncStack | undefined): void {
  if (stack === undefined) return;
  const { runInContext } = script;
  script.runInContext = function (this: vm.Script, ...crossing) {
    const mark = stack.mark();
    try {
      return runInContext.apply(this, crossing) as unknown;
    } catch (error) {
      stack.returnTo(mark);
      throw error;
    }
  };
}

/** Hooks on promises are taken and never called. */
function ignorePromiseHooks(): void {
  const createHook = () => () => undefined;
  Object.assign(v8, { promiseHooks: { ...v8.promiseHooks, createHook } });
}

if (require.main === module) {
  const { program, crossings } = workerData as WorkflowThreadData;
  if (crossings) countCrossings(vm.Script.prototype, new Crossings(crossings));
  else mendAfterTimeouts(vm.Script.prototype, openAsyncStack());
  ignorePromiseHooks();
  require(program);
}
