import { type ReplayResult, type ReplayWorkerOptions, Worker, type WorkerOptions } from '@temporalio/worker';
import { historyConverter } from './codec/history-codec';
import type { HistoryKeyError } from './codec/history-key-error';
import { historyKeys } from './codec/history-keys';

/**
 * The one way to a worker: it reads and writes histories as this process's keys say. A step of a workflow that it cannot
 * read fails and is given out again, until a process has it that can; the workflow goes on as if nothing had been.
 *
 * @param onUnreadable hears of every such step
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID), and what the SDK throws
 */
export async function createWorker(
  options: Omit<WorkerOptions, 'dataConverter'>,
  onUnreadable?: (error: HistoryKeyError) => void,
): Promise<Worker> {
  return Worker.create({ ...options, dataConverter: historyConverter(historyKeys(), onUnreadable) });
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
