import { type ReplayResult, type ReplayWorkerOptions, Worker, type WorkerOptions } from '@temporalio/worker';
import { historyConverter } from './codec/history-codec';
import type { HistoryKeyError } from './codec/history-key-error';
import { historyKeys } from './codec/history-keys';
import { alertStuck, leaveStuck } from './thread-watch';
import { withCheapCrossings } from './workflow-threads';

/** Hears what one worker meets that is not in its hands. */
export interface WorkerListeners {
  /** A step of a workflow could not be read. */
  readonly onUnreadable?: (error: HistoryKeyError) => void;
  /** A workflow loops, in one sentence; the process ends right afterwards (ExitCode.WORKFLOW_STUCK). Absent: an ALERT line. */
  readonly onStuck?: (sentence: string) => void;
  /** How long a step may keep its thread, milliseconds; absent: STUCK_AFTER_MS. */
  readonly stuckAfterMs?: number;
}

/**
 * The one way to a worker: it reads and writes histories as this process's keys say. A step of a workflow that it cannot
 * read fails and is given out again, until a process has it that can; the workflow goes on as if nothing had been. A step
 * that does not come to an end ends the process, unless the SDK's own watchdog is left on (`hasSdkWatchdog`).
 *
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID), and what the SDK throws
 */
export async function createWorker(
  options: Omit<WorkerOptions, 'dataConverter'>,
  { onUnreadable, onStuck = alertStuck, stuckAfterMs }: WorkerListeners = {},
): Promise<Worker> {
  const dataConverter = historyConverter(historyKeys(), onUnreadable);
  return withCheapCrossings(() => Worker.create({ ...options, dataConverter }), {
    taskQueue: options.taskQueue,
    stuckAfterMs,
    onStuck(sentence) {
      leaveStuck();
      onStuck(sentence);
    },
  });
}

/**
 * The one way to replay histories, sealed ones too.
 *
 * @throws HistoryKeyError also where a history cannot be read: that says nothing of its workflow; and what the SDK throws
 */
export async function* replayHistories(
  options: Omit<ReplayWorkerOptions, 'dataConverter'>,
  histories: Parameters<typeof Worker.runReplayHistories>[1],
): AsyncGenerator<ReplayResult> {
  let unreadable: HistoryKeyError | undefined;
  const dataConverter = historyConverter(historyKeys(), (error) => (unreadable ??= error));
  for await (const result of Worker.runReplayHistories({ ...options, dataConverter }, histories)) {
    if (unreadable) throw unreadable;
    yield result;
  }
}
