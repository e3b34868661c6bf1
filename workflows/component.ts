import {
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { ComponentActivities } from '../activities/component';
import {
  componentHealthQuery,
  unregisterSignal,
  type ComponentSlot,
  type ComponentWorkflowInput,
} from '../src/messages/component';

/** Longer than any process runs; the heartbeat is what ends it. */
const SLOT_TIMEOUT = '3650 days';

/**
 * One component's registration: its workflow id is the slot, so the server itself refuses a second one. It lives as
 * long as its process heartbeats, and says how it ended.
 */
export async function component(input: ComponentWorkflowInput): Promise<ComponentSlot> {
  const { holder } = input;
  let state: ComponentSlot['state'] = 'up';
  let leaving = false;
  setHandler(componentHealthQuery, () => ({ ...holder, state }), {
    description: 'Who holds this slot, and how it is.',
  });
  setHandler(
    unregisterSignal,
    () => {
      leaving = true;
    },
    { description: 'The process leaves on purpose.' },
  );
  setCurrentDetails(`**${holder.component}** on ${holder.host}, process ${holder.pid}, version ${holder.version}`);

  const { holdSlot } = proxyActivities<ComponentActivities>({
    taskQueue: input.processTaskQueue,
    startToCloseTimeout: SLOT_TIMEOUT,
    scheduleToStartTimeout: input.heartbeatTimeoutMs,
    heartbeatTimeout: input.heartbeatTimeoutMs,
    // A lost process never comes back under this registration: its successor registers anew.
    retry: { maximumAttempts: 1 },
    cancellationType: 'TRY_CANCEL',
    summary: `heartbeat of process ${holder.pid} on ${holder.host}`,
  });
  const slot = new CancellationScope();
  const heartbeats = slot
    .run(() => holdSlot(input.heartbeatTimeoutMs))
    .catch((error: unknown) => {
      state = leaving || isCancellation(error) ? 'stopped' : 'lost';
    });
  await Promise.race([heartbeats, condition(() => leaving)]);
  if (leaving) {
    state = 'stopped';
    slot.cancel();
  }
  await heartbeats;
  setCurrentDetails(`**${holder.component}** ${state}: process ${holder.pid} on ${holder.host}`);
  return { ...holder, state };
}
