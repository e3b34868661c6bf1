import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import { tradingVenueOf } from '../config/trading-environment';
import type { RateUsage, WindowUsage } from '../domain/limiter/types';
import {
  ENTITIES_TASK_QUEUE,
  INFERENCE_TASK_QUEUE,
  SIGNALS_TASK_QUEUE,
  venueAccountWorkflowId,
  venueTaskQueue,
} from '../messages/ids';
import { SIGNAL_WORKFLOW_TYPE } from '../messages/signal';
import { usageQuery } from '../messages/venue-account';
import { CHECK_TIMEOUT_MS, reason, type PartHealth } from './part-health';

/** A worker asks for work at least as often; the server remembers it for minutes longer. */
const POLL_SEEN_MAX_MS = 75_000;
/** TASK_QUEUE_TYPE_WORKFLOW and TASK_QUEUE_TYPE_ACTIVITY of the server's interface. */
const QUEUE_KINDS = [1, 2] as const;

/** A process that serves our queues. */
export interface ServingProcess {
  readonly pid: number;
  readonly host: string;
  readonly queues: readonly string[];
}

/**
 * What our own limiter holds back. That a window is full is no fault: the signals that wait for it are sent as it empties, or end
 * EXPIRED.
 */
export function describeLimits({ global, endpoints }: RateUsage): string {
  const windows = [...Object.entries(endpoints), ['all requests', global] as const];
  const texts = windows.map(
    ([name, { used, limit, windowMs }]) => `${name} ${used} of ${limit} in ${windowMs / 1_000} s`,
  );
  const full = windows
    .filter(([, window]) => isFull(window))
    .map(([name, { windowMs }]) => describeFull(name, windowMs));
  return [texts.join(', '), ...full].join('. ');
}

/** Windows count in weights of requests, and what is left may be too little for one. */
function isFull({ used, limit }: WindowUsage): boolean {
  return used + 1 >= limit;
}

function describeFull(name: string, windowMs: number): string {
  const who = name === 'order' || name === 'all requests' ? 'orders' : 'such requests';
  return `The window of ${name} is full: ${who} wait until it empties, up to ${windowMs / 1_000} s for the next`;
}

/** How much of the venue's limits is used now. Never throws. */
export async function limitsHealth(client: Client, config: Config): Promise<PartHealth> {
  const name = 'limits';
  try {
    const handle = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
    const usage = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () => handle.query(usageQuery));
    return { name, status: 'healthy', text: describeLimits(usage) };
  } catch {
    return {
      name,
      status: 'degraded',
      text: "unknown: the account does not answer, and the account's own line says why",
    };
  }
}

/** What is under way and has not ended: it rests at the venue, or waits. Never throws. */
export async function underWay(client: Client): Promise<PartHealth> {
  const name = 'under way';
  try {
    const query = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
    const { count } = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () => client.workflow.count(query));
    if (count === 0) return { name, status: 'healthy', text: 'no signal waits, and no order rests' };
    const signals = count === 1 ? '1 signal waits, or its order rests' : `${count} signals wait, or their orders rest`;
    return { name, status: 'healthy', text: `${signals} at the venue; "oncefill signal list" names them` };
  } catch (error) {
    return { name, status: 'degraded', text: `cannot be counted: ${reason(error)}` };
  }
}

/** Processes that have asked for our work lately, each once. Never throws; empty where the server does not tell. */
export async function servingProcesses(client: Client, config: Config): Promise<readonly ServingProcess[]> {
  const queues = [
    SIGNALS_TASK_QUEUE,
    ENTITIES_TASK_QUEUE,
    venueTaskQueue(tradingVenueOf(config)),
    INFERENCE_TASK_QUEUE,
  ];
  const { namespace } = config.temporal;
  const asked = queues.flatMap((queue) => QUEUE_KINDS.map((taskQueueType) => ({ queue, taskQueueType })));
  try {
    const answers = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      Promise.all(
        asked.map(async ({ queue, taskQueueType }) => {
          const taskQueue = { name: queue };
          const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType });
          return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
            queue,
            identity: identity ?? '',
            atMs: Number(lastAccessTime?.seconds ?? 0) * 1_000,
          }));
        }),
      ),
    );
    return gather(answers.flat(), Date.now());
  } catch {
    return [];
  }
}

/** @param polls who asked which queue, and when, milliseconds UTC; an identity is `pid@host` */
export function gather(
  polls: readonly { readonly queue: string; readonly identity: string; readonly atMs: number }[],
  nowMs: number,
): readonly ServingProcess[] {
  const queuesOf = new Map<string, Set<string>>();
  for (const { queue, identity, atMs } of polls) {
    if (nowMs - atMs > POLL_SEEN_MAX_MS || !/^\d+@./.test(identity)) continue;
    queuesOf.set(identity, (queuesOf.get(identity) ?? new Set()).add(queue));
  }
  return [...queuesOf].map(([identity, queues]) => {
    const at = identity.indexOf('@');
    return { pid: Number(identity.slice(0, at)), host: identity.slice(at + 1), queues: [...queues] };
  });
}
