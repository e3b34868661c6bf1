import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import type { ComponentHeartbeat, ComponentHolder } from '../messages/component';
import { componentWorkflowId } from '../messages/ids';
import { lateAfterMs, listSlots, readSlot, type SlotReading } from './slots';

/** The server lets one process hold the slot of each of these at a time. */
const WORKERS_PER_TYPE_MAX = 1;

/**
 * How a registered process is: as its heartbeat says; `starting` before the first one; `silent` when the last one is late,
 * though the slot is still held; `absent` where one is needed and none is registered.
 */
export type WorkerStatus = ComponentHeartbeat['status'] | 'starting' | 'silent' | 'absent';

/** One process as the server knows it. */
export interface WorkerReading {
  readonly type: string;
  readonly status: WorkerStatus;
  readonly holder?: ComponentHolder;
  readonly heartbeat?: ComponentHeartbeat;
  readonly heartbeatAgeMs?: number;
}

export interface WorkersReport {
  /** Whether all that are needed are registered and heard of. */
  readonly isComplete: boolean;
  readonly heartbeatTimeoutMs: number;
  /** Types of which the server allows only so many. */
  readonly maxPerType: Readonly<Record<string, number>>;
  readonly workers: readonly WorkerReading[];
}

/** Those without which nothing is traded or predicted. */
function neededTypes({ ml }: Config): readonly string[] {
  return ml.enabled ? ['trading_engine', 'ml_manager'] : ['trading_engine'];
}

/** @param silentAfterMs from which age of the heartbeat on it counts as silent. @param nowMs UTC */
export function judgeSlot(
  type: string,
  slot: SlotReading | undefined,
  silentAfterMs: number,
  nowMs: number,
): WorkerReading {
  if (slot === undefined || !slot.isHeld) return { type, status: 'absent' };
  const { holder, heartbeat } = slot;
  if (heartbeat === undefined) return { type, status: 'starting', holder };
  // The clocks of two machines differ a little.
  const heartbeatAgeMs = Math.max(0, nowMs - heartbeat.atMs);
  const status = heartbeatAgeMs > silentAfterMs ? 'silent' : heartbeat.status;
  return { type, status, holder, heartbeat, heartbeatAgeMs };
}

/**
 * All registered processes, and those that are missing.
 *
 * @throws what the server answers, and when it does not in time
 */
export async function readWorkers(client: Client, config: Config): Promise<WorkersReport> {
  const heartbeatTimeoutMs = config.workers.heartbeatTimeoutSeconds * 1000;
  const needed = neededTypes(config);
  const neededIds = needed.map(componentWorkflowId);
  // The list is late; of those that are needed the truth is asked.
  const others = (await listSlots(client)).filter((id) => !neededIds.includes(id));
  const read = async (workflowId: string): Promise<WorkerReading> => {
    const slot = await readSlot(client, workflowId);
    const type = slot?.holder?.component ?? workflowId.slice(componentWorkflowId('').length);
    return judgeSlot(type, slot, lateAfterMs(heartbeatTimeoutMs), Date.now());
  };
  const [first, rest] = await Promise.all([Promise.all(neededIds.map(read)), Promise.all(others.map(read))]);
  // One of the list that has left meanwhile is no news.
  const workers = [...first, ...rest.filter(({ status }) => status !== 'absent')];
  return {
    isComplete: workers.every(({ status }) => !['absent', 'silent', 'error'].includes(status)),
    heartbeatTimeoutMs,
    maxPerType: Object.fromEntries(needed.map((type) => [type, WORKERS_PER_TYPE_MAX])),
    workers,
  };
}
