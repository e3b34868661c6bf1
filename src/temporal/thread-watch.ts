import { WATCHDOG_VARIABLE } from '../config/variables';
import { ExitCode } from '../process/exit-codes';
import { emitProcessEvent } from '../process/process-events';
import type { Crossings } from './crossings';

/**
 * How long one step of a workflow may keep its thread. Twice what the SDK's own watchdog allows: loading the bundle takes
 * a second on a busy machine with two cores, and steps take milliseconds, those of a long history's replay too.
 */
export const STUCK_AFTER_MS = 10_000;
/** How often within that time it is looked. */
const LOOKS = 10;
/** What was said last may still be on its way to the supervisor. */
const LINGER_MS = 200;

export interface ThreadWatchOptions {
  readonly taskQueue: string;
  /** Hears, in one sentence, that a workflow of the queue loops; the process ends then. */
  readonly onStuck: (sentence: string) => void;
  /** Milliseconds; absent: STUCK_AFTER_MS. */
  readonly stuckAfterMs?: number;
}

/**
 * Watches that a workflow thread comes out of the sandbox again. It counts its own looks and asks no clock: what stops the
 * whole process (SIGSTOP, a laptop that sleeps) stops the looks, too, and is no alarm.
 *
 * @returns ends the watch
 */
export function watchThread(
  crossings: Crossings,
  { taskQueue, onStuck, stuckAfterMs = STUCK_AFTER_MS }: ThreadWatchOptions,
): () => void {
  let changes = crossings.changes;
  let looksInside = 0;
  const look = (): void => {
    looksInside = crossings.isInside && crossings.changes === changes ? looksInside + 1 : 0;
    changes = crossings.changes;
    if (looksInside < LOOKS) return;
    clearInterval(timer);
    onStuck(describeStuck(taskQueue, stuckAfterMs));
  };
  const timer = setInterval(look, stuckAfterMs / LOOKS).unref();
  return () => clearInterval(timer);
}

function describeStuck(taskQueue: string, stuckAfterMs: number): string {
  return (
    `A workflow of the task queue "${taskQueue}" has kept its thread for ${stuckAfterMs / 1000} s and holds up all others: ` +
    `this process ends with exit code ${ExitCode.WORKFLOW_STUCK} and is to be started again with ${WATCHDOG_VARIABLE}=on ` +
    `(oncefill start does so), under which only that workflow's own step fails; find it in the Web UI by its failed ` +
    `workflow tasks, end it, and run oncefill start anew.`
  );
}

/** The person's word where nobody else gives it. */
export function alertStuck(sentence: string): void {
  emitProcessEvent({ kind: 'line', text: `ALERT ${sentence}` });
}

/** Ends this process at once: a thread that loops would let no worker stop in good order. */
export function leaveStuck(): void {
  setTimeout(() => process.exit(ExitCode.WORKFLOW_STUCK), LINGER_MS);
}
