import type { NativeConnection, Worker } from '@temporalio/worker';
import { createComponentActivities, type ComponentDependencies } from '../activities/component';
import { createWorker } from '../src/temporal/worker';

/** Heartbeats reach the server at most this often. */
const HEARTBEAT_THROTTLE_MS = 5_000;

/** The worker that keeps a process's slot by its heartbeats. */
export function createSlotWorker(
  connected: { readonly connection: NativeConnection; readonly namespace: string },
  taskQueue: string,
  dependencies: ComponentDependencies,
): Promise<Worker> {
  return createWorker({
    ...connected,
    taskQueue,
    activities: createComponentActivities(dependencies),
    // Heartbeats are also what people read: the default would hold them back for most of their timeout.
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    // One activity waits there, for as long as the process lives.
    maxConcurrentActivityTaskPolls: 1,
  });
}
