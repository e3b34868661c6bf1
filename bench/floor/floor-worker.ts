import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import type { Engine } from '../../workers/engine';
import { signalsWorker, type QueueWorkerOptions } from '../../workers/task-queue-workers';

export const FLOOR_TASK_QUEUE = 'bench-floor';
export const FLOOR_WORKFLOW_TYPE = 'floor';

const activities = {
  async step(): Promise<void> {},
};

export type FloorActivities = typeof activities;

/** Bundles the floor's workflow; the product's bundle does not hold it. */
export async function bundleFloor(): Promise<WorkflowBundle> {
  const workflowsPath = require.resolve('./floor-workflow');
  return bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
}

/** A worker for the floor's queue with the bounds of the product's, so that nothing but the work differs. */
export function floorWorker(engine: Engine, workflowBundle: WorkflowBundle): QueueWorkerOptions {
  const { sinks: _, ...bounds } = signalsWorker(engine);
  return { ...bounds, taskQueue: FLOOR_TASK_QUEUE, workflowBundle, activities };
}
