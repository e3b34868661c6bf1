import { setTimeout as sleep } from 'node:timers/promises';
import { ActivityCancelledError, ActivityNotFoundError, type Client } from '@temporalio/client';
import type { ComponentHeartbeat } from '../messages/component';
import { MONITOR_TASK_QUEUE } from '../messages/ids';
import { createProcessMeter } from '../process/process-meter';
import { queueForSlots } from './monitor-queue';
import { registerOneOfMany, type Registration, type RegistrationOptions } from './registration';

/** The server holds a question for work for a minute. */
const POLL_MAX_MS = 70_000;
const HEARTBEAT_INTERVAL_MS = 5_000;
/** Without a monitor, or a server, or after the registration was lost. */
const RETRY_MS = 5_000;
/** A server that does not answer must not hold up the end of a process. */
const LEAVE_MAX_MS = 1_000;

export type LightSlotOptions = Pick<RegistrationOptions, 'client' | 'component' | 'version' | 'metadata'> & {
  readonly heartbeatTimeoutMs: number;
  readonly heartbeatIntervalMs?: number;
};

/**
 * Registers a process that runs no worker, and sends its heartbeats over the client that it has anyway: a worker would cost more
 * memory than the process. Whatever fails here is tried again and never touches the process's work. It begins once a system
 * monitor runs.
 *
 * @returns ends it, and frees the registration
 */
export function keepLightSlot(options: LightSlotOptions): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const keep = async (): Promise<void> => {
    while (!signal.aborted) {
      await hold(options, signal).catch(() => undefined);
      await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };
  const kept = keep();
  return async () => {
    ending.abort();
    // The heartbeats end in any case.
    await Promise.race([kept, sleep(LEAVE_MAX_MS, undefined, { ref: false })]);
  };
}

/** Resolves when the registration is gone. */
async function hold(options: LightSlotOptions, signal: AbortSignal): Promise<void> {
  const { client } = options;
  if ((await queueForSlots(client)) !== MONITOR_TASK_QUEUE) return;
  const registration = await registerOneOfMany({ ...options, taskQueue: MONITOR_TASK_QUEUE });
  try {
    const taskToken = await takeHeartbeatTask(client, registration, signal);
    if (taskToken) await beat(options, taskToken, signal);
  } finally {
    await registration.unregister();
  }
}

/** The slot's one activity, which this process does by saying that it lives. @returns undefined when there was none */
async function takeHeartbeatTask(
  client: Client,
  { taskQueue, holder }: Registration,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const ask = () =>
    client.workflowService.pollActivityTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: taskQueue },
      identity: `${holder.component}:${holder.pid}@${holder.host}`,
    });
  const { taskToken } = await client.withAbortSignal(signal, () => client.withDeadline(Date.now() + POLL_MAX_MS, ask));
  return taskToken && taskToken.length > 0 ? taskToken : undefined;
}

async function beat(options: LightSlotOptions, taskToken: Uint8Array, signal: AbortSignal): Promise<void> {
  const { client, heartbeatTimeoutMs, heartbeatIntervalMs = HEARTBEAT_INTERVAL_MS } = options;
  const read = createProcessMeter();
  const intervalMs = Math.min(heartbeatIntervalMs, heartbeatTimeoutMs / 4);
  while (!signal.aborted) {
    const details: ComponentHeartbeat = { atMs: Date.now(), status: 'running', activeTasks: 0, ...read() };
    try {
      await client.withDeadline(Date.now() + heartbeatTimeoutMs, () => client.activity.heartbeat(taskToken, details));
    } catch (error) {
      if (error instanceof ActivityNotFoundError || error instanceof ActivityCancelledError) return;
      // A server that is away for a moment may still know us afterwards.
    }
    await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
