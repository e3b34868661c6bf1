import type { InjectedSinks } from '@temporalio/worker';
import { replayHistories } from '../src/temporal/worker';
import { workflowBundlePath } from '../workers/build-workflow-bundle';
import type { AnnouncementSinks } from '../workflows/announcements';
import { HAND_IN_WORKFLOW_TYPE } from './engine-intake';
import type { Access } from './product';
import { Violation } from './violation';

/** Histories fetched at once. */
const FETCHES_MAX = 8;
const FETCHED_MAX = 50;

function ignore(): void {
  // A replay announces nothing.
}

const SINKS: InjectedSinks<AnnouncementSinks> = {
  announcements: {
    reached: { fn: ignore, callDuringReplay: false },
    line: { fn: ignore, callDuringReplay: false },
    alert: { fn: ignore, callDuringReplay: false },
    ended: { fn: ignore, callDuringReplay: false },
  },
};

/**
 * Replays every run of the product, open or ended. A run that cannot be replayed lives on in the process that has it in
 * its cache, and is lost with it.
 *
 * @returns how many there are
 * @throws Violation
 */
export async function checkReplays({ client }: Access): Promise<number> {
  const options = { workflowBundle: { codePath: workflowBundlePath() }, sinks: SINKS };
  const ours = client.workflow.list({ query: `WorkflowType != '${HAND_IN_WORKFLOW_TYPE}'` });
  const histories = ours.intoHistories({ concurrency: FETCHES_MAX, bufferLimit: FETCHED_MAX });
  let replayed = 0;
  for await (const { workflowId, runId, error } of replayHistories(options, histories)) {
    if (error) throw new Violation('every run can be replayed', `${workflowId}, run ${runId}: ${error.message}`);
    replayed += 1;
  }
  return replayed;
}
