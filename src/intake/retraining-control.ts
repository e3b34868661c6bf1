import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { INFERENCE_TASK_QUEUE, ML_RETRAINER_WORKFLOW_ID } from '../messages/ids';
import {
  configureRetrainerSignal,
  ML_RETRAINER_WORKFLOW_TYPE,
  retrainerStateQuery,
  retrainSignal,
  type RetrainerState,
  type RetrainSettings,
} from '../messages/ml-retrainer';

/** How long one call to the server may take. */
const CALL_TIMEOUT_MS = 10_000;

function startOf(settings: RetrainSettings) {
  return {
    workflowId: ML_RETRAINER_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [settings],
    staticSummary: 'trainings of the model',
  };
}

/** Begins a training, or joins the one that is under way. @param by who asks */
export async function beginRetraining(client: Client, settings: RetrainSettings, by: string): Promise<void> {
  await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
    client.workflow.signalWithStart(ML_RETRAINER_WORKFLOW_TYPE, {
      ...startOf(settings),
      signal: retrainSignal,
      signalArgs: [by],
    }),
  );
}

/** Hands the retrainer the settings of this start, and starts it where trainings are due by the clock. */
export async function ensureRetrainer(client: Client, settings: RetrainSettings): Promise<void> {
  if (settings.everyMs > 0) {
    await client.workflow.signalWithStart(ML_RETRAINER_WORKFLOW_TYPE, {
      ...startOf(settings),
      signal: configureRetrainerSignal,
      signalArgs: [settings],
    });
    return;
  }
  try {
    await client.workflow.getHandle(ML_RETRAINER_WORKFLOW_ID).signal(configureRetrainerSignal, settings);
  } catch (error) {
    // None runs, as it should be.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/** @returns undefined where no training ever was, or the server has forgotten it. @throws what the server says where nobody answers */
export async function readRetrainer(client: Client): Promise<RetrainerState | undefined> {
  try {
    return await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
      client.workflow.getHandle(ML_RETRAINER_WORKFLOW_ID).query(retrainerStateQuery),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
