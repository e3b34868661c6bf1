import { proxyActivities } from '@temporalio/workflow';
import type { FloorActivities } from './floor-worker';

const { step } = proxyActivities<FloorActivities>({ startToCloseTimeout: '10 seconds' });

/** The least that a workflow which does something can be: one activity that does nothing. */
export async function floor(): Promise<void> {
  await step();
}
