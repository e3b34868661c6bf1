import { Context } from '@temporalio/activity';
import { setTimeout as delay } from 'node:timers/promises';
import { createProcessMeter } from '../src/process/process-meter';
import {
  PROBLEMS_MAX,
  type CandleStreamHeartbeat,
  type ComponentHeartbeat,
  type ModelHeartbeat,
  type StreamHeartbeat,
} from '../src/messages/component';
import { memoryShare } from '../src/process/memory-share';

/** How often a process says that it lives, for the shortest heartbeat timeout in use. */
const HEARTBEATS_PER_TIMEOUT = 4;
const HEARTBEAT_INTERVAL_MAX_MS = 5_000;

export interface ComponentDependencies {
  /** Tasks in progress in this process. */
  readonly activeTasks: () => number;
  /** What is wrong now as this process sees it, a sentence each. */
  readonly problems: () => readonly string[];
  /** What kind each of them is, in the same order. */
  readonly problemCodes?: () => readonly string[];
  /** How the venue's private stream is; absent: this process has none. */
  readonly stream?: () => StreamHeartbeat | undefined;
  /** How the venue's public stream of candles is; absent: this process has none. */
  readonly candleStream?: () => CandleStreamHeartbeat | undefined;
  /** What predicts now; absent: this process has no model. */
  readonly model?: () => ModelHeartbeat;
  /** The slot is not ours any more: a process that goes on would be a second one. */
  readonly onLost: () => void;
}

/** Held by one process for as long as it lives. Runs on that process's own task queue, so that no other can. */
export function createComponentActivities({
  activeTasks,
  problems,
  problemCodes,
  stream,
  candleStream,
  model,
  onLost,
}: ComponentDependencies) {
  return {
    /** Never returns: the server notices the silence when the process is gone, and cancellation ends it. */
    async holdSlot(heartbeatTimeoutMs: number): Promise<void> {
      const intervalMs = Math.min(HEARTBEAT_INTERVAL_MAX_MS, heartbeatTimeoutMs / HEARTBEATS_PER_TIMEOUT);
      const context = Context.current();
      const read = createProcessMeter();
      for (;;) {
        const tasks = activeTasks();
        const details: ComponentHeartbeat = {
          atMs: Date.now(),
          status: tasks > 0 ? 'busy' : 'running',
          activeTasks: tasks,
          ...read(),
          problems: problems().slice(0, PROBLEMS_MAX),
          ...(problemCodes === undefined ? {} : { problemCodes: problemCodes().slice(0, PROBLEMS_MAX) }),
          memoryShare: memoryShare(),
          ...(stream === undefined ? {} : { stream: stream() }),
          ...(candleStream === undefined ? {} : { candleStream: candleStream() }),
          ...(model === undefined ? {} : { model: model() }),
        };
        context.heartbeat(details);
        try {
          await Promise.race([delay(intervalMs), context.cancelled]);
        } catch (error) {
          onLost();
          throw error;
        }
      }
    },
  };
}

export type ComponentActivities = ReturnType<typeof createComponentActivities>;
