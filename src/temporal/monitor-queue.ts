import type { Client } from '@temporalio/client';
import { ENTITIES_TASK_QUEUE, MONITOR_TASK_QUEUE } from '../messages/ids';

/** `TASK_QUEUE_TYPE_WORKFLOW` of the server's interface. */
const WORKFLOW_QUEUE = 1;
/** Whoever serves a queue asks for work at least once a minute. */
const POLLER_AGE_MAX_MS = 90_000;

/**
 * Where a process registers that a person started: with the system monitor, or, where none runs in this installation, with
 * the trading engines, as before there were monitors. A slot that nobody looks after would never be free again.
 */
export async function queueForSlots(client: Client): Promise<string> {
  const { namespace } = client.options;
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: MONITOR_TASK_QUEUE },
    taskQueueType: WORKFLOW_QUEUE,
  });
  const isServed = (pollers ?? []).some(({ lastAccessTime }) => {
    return Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1_000 <= POLLER_AGE_MAX_MS;
  });
  return isServed ? MONITOR_TASK_QUEUE : ENTITIES_TASK_QUEUE;
}
