import type { Registry } from 'prom-client';
import { gaugeFrom } from './define-metric';

/** What a worker of Temporal tells of itself. */
export interface WorkerFigures {
  readonly taskQueue: string;
  /** Activities that it takes at once, local ones not among them; absent: not known. */
  readonly activitiesMax: number | undefined;
  readonly status: {
    readonly numInFlightWorkflowActivations: number;
    readonly numInFlightNonLocalActivities: number;
    readonly numInFlightLocalActivities: number;
    readonly numCachedWorkflows: number;
  };
}

/**
 * Tells what a process's workers have under way, whenever it is asked. Their queues are those of the configuration: one that is named
 * after its process is left out, because each restart would make new series of it.
 */
export function tellWorkers(registry: Registry, read: () => readonly WorkerFigures[]): void {
  gaugeFrom(registry, 'oncefill_worker_tasks', (gauge) => {
    for (const { taskQueue: queue, status } of read()) {
      gauge.set({ queue, kind: 'workflow' }, status.numInFlightWorkflowActivations);
      gauge.set({ queue, kind: 'activity' }, status.numInFlightNonLocalActivities);
      gauge.set({ queue, kind: 'local_activity' }, status.numInFlightLocalActivities);
    }
  });
  gaugeFrom(registry, 'oncefill_worker_activity_slots_free', (gauge) => {
    for (const { taskQueue: queue, activitiesMax, status } of read()) {
      if (activitiesMax === undefined) continue;
      gauge.set({ queue }, Math.max(0, activitiesMax - status.numInFlightNonLocalActivities));
    }
  });
  gaugeFrom(registry, 'oncefill_worker_workflows_cached', (gauge) => {
    for (const { taskQueue: queue, status } of read()) gauge.set({ queue }, status.numCachedWorkflows);
  });
}
