import { INFERENCE_TASK_QUEUE } from '../src/messages/ids';
import type { KeyUser } from '../src/temporal/codec/key-marks';

/** Whether these queues are an engine's, or some of them: all but that of predictions are. */
export function trades(taskQueues: readonly string[]): boolean {
  return taskQueues.some((queue) => queue !== INFERENCE_TASK_QUEUE);
}

/** Only what trades may teach the namespace a key of histories: a stray one elsewhere would seal what no engine can read. */
export function keyUserOf(taskQueues: readonly string[]): KeyUser {
  return trades(taskQueues) ? 'engine' : 'other';
}
