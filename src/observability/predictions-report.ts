import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { ML_MANAGER_WORKFLOW_ID } from '../messages/ids';
import { mlStateQuery, mlStatsQuery, type MlManagerState, type MlManagerStats } from '../messages/ml-manager';
import { CHECK_TIMEOUT_MS } from './part-health';

/** The prediction loop, as it says itself. */
export interface PredictionsReport {
  readonly state: MlManagerState;
  readonly stats: MlManagerStats;
}

/**
 * Asks the prediction loop.
 *
 * @returns undefined where none runs: it never started, or was ended by hand
 * @throws what the server says where it cannot be asked
 */
export async function readPredictions(client: Client): Promise<PredictionsReport | undefined> {
  const handle = client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID);
  try {
    return await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, async () => {
      // An ended workflow still answers queries, as of its end.
      if ((await handle.describe()).status.name !== 'RUNNING') return undefined;
      const [state, stats] = await Promise.all([handle.query(mlStateQuery), handle.query(mlStatsQuery)]);
      return { state, stats };
    });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
