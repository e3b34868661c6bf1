import { decodeFromPayloadsAtIndex } from '@temporalio/common/lib/internal-non-workflow';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import {
  COMPONENT_WORKFLOW_TYPE,
  HOLDER_MEMO,
  type ComponentHeartbeat,
  type ComponentHolder,
} from '../messages/component';
import { CHECK_TIMEOUT_MS } from './part-health';

/** A heartbeat older than this share of its timeout is a sign of trouble before the slot is lost. */
const LATE_HEARTBEAT_SHARE = 0.75;

/** From which age on a heartbeat is late, for all who tell people of it, milliseconds. @param heartbeatTimeoutMs when the slot is lost */
export function lateAfterMs(heartbeatTimeoutMs: number): number {
  return heartbeatTimeoutMs * LATE_HEARTBEAT_SHARE;
}

/** More registered processes than this are not listed. */
const SLOTS_MAX = 200;

/** What the server knows of one registration. */
export interface SlotReading {
  /** False: the process left or was lost, and the slot is free. */
  readonly isHeld: boolean;
  /** Who holds it, or did last; absent where whoever registered did not say who it is. */
  readonly holder?: ComponentHolder;
  /** Absent before the first one. */
  readonly heartbeat?: ComponentHeartbeat;
}

/**
 * Reads a registration from the server, without any worker.
 *
 * @returns undefined where nobody ever registered under this id
 * @throws what the server answers, and when it does not within CHECK_TIMEOUT_MS
 */
export async function readSlot(client: Client, workflowId: string): Promise<SlotReading | undefined> {
  try {
    const description = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).describe(),
    );
    const holder = description.memo?.[HOLDER_MEMO] as ComponentHolder | undefined;
    if (description.status.name !== 'RUNNING') return { isHeld: false, holder };
    const payloads = description.raw.pendingActivities?.[0]?.heartbeatDetails?.payloads;
    if (!payloads?.[0]) return { isHeld: true, holder };
    const { loadedDataConverter } = client.options;
    const heartbeat = await decodeFromPayloadsAtIndex<ComponentHeartbeat>(loadedDataConverter, 0, payloads);
    return { isHeld: true, holder, heartbeat };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * The ids of all registrations that are held. The server's list may be a second or two late; at most SLOTS_MAX.
 *
 * @throws what the server answers, and when it does not within CHECK_TIMEOUT_MS
 */
export async function listSlots(client: Client): Promise<readonly string[]> {
  const query = `WorkflowType = '${COMPONENT_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
  const list = async (): Promise<readonly string[]> => {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query, pageSize: SLOTS_MAX })) {
      if (ids.push(workflowId) === SLOTS_MAX) break;
    }
    return ids;
  };
  return client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, list);
}
