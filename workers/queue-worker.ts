import type { Registry } from 'prom-client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { readModelMetadata } from '../src/inference/model-metadata';
import { ENTITIES_TASK_QUEUE, INFERENCE_TASK_QUEUE, SIGNALS_TASK_QUEUE, venueTaskQueue } from '../src/messages/ids';
import { tellWorkers } from '../src/observability/metrics/worker-metrics';
import { createWorker, type WorkerListeners } from '../src/temporal/worker';
import type { Engine } from './engine';
import type { ModelKeeper } from './model-keeper';
import { printAlert } from './print-alert';
import {
  entitiesWorker,
  formerVenueWorker,
  inferenceWorker,
  retrainingWorker,
  signalsWorker,
  venueWorker,
  type QueueWorkerOptions,
} from './task-queue-workers';

/** The task queue is not one of ours. */
class UnknownTaskQueueError extends Error {
  override readonly name = 'UnknownTaskQueueError';
  readonly code = 'UNKNOWN_TASK_QUEUE';
}

/**
 * What serves the task queues that a process was given.
 *
 * @throws UnknownTaskQueueError
 */
export async function queueWorkers(
  taskQueues: readonly string[],
  engine: Engine,
  keeper: ModelKeeper | undefined,
): Promise<readonly QueueWorkerOptions[]> {
  const queues = await Promise.all(taskQueues.map((taskQueue) => queueWorker(taskQueue, engine, keeper)));
  return keeper ? [...queues, retrainingWorker(engine, keeper)] : queues;
}

/** Workflows of before environments travelled along ask where no environment is named. @returns none where there are none */
export async function formerQueueWorkers(
  taskQueues: readonly string[],
  engine: Engine,
): Promise<readonly QueueWorkerOptions[]> {
  if (!taskQueues.includes(venueTaskQueue(engine.ours)) || !(await engine.formerWorkflows.exist())) return [];
  return [formerVenueWorker(engine, await candlesNeeded(engine))];
}

/** One worker for each queue; what they have under way is told. */
export async function createWorkers(
  queues: readonly QueueWorkerOptions[],
  connected: { readonly connection: NativeConnection; readonly namespace: string },
  engine: Engine,
  registry: Registry,
): Promise<readonly Worker[]> {
  const listeners: WorkerListeners = {
    onUnreadable: ({ message }) => engine.problems.happened('HISTORY_UNREADABLE', message),
    onStuck: (sentence) => printAlert(engine.logger, sentence),
  };
  // Side by side: each loads the workflows' code into a thread of its own.
  const created = await Promise.all(queues.map((options) => createWorker({ ...options, ...connected }, listeners)));
  const limits = queues.map(({ maxConcurrentActivityTaskExecutions }) => maxConcurrentActivityTaskExecutions);
  tellWorkers(registry, () =>
    created.map((worker, index) => ({
      taskQueue: worker.options.taskQueue,
      activitiesMax: limits[index],
      status: worker.getStatus(),
    })),
  );
  return created;
}

async function queueWorker(
  taskQueue: string,
  engine: Engine,
  keeper: ModelKeeper | undefined,
): Promise<QueueWorkerOptions> {
  const venueQueue = venueTaskQueue(engine.ours);
  switch (taskQueue) {
    case SIGNALS_TASK_QUEUE:
      return signalsWorker(engine);
    case ENTITIES_TASK_QUEUE:
      return entitiesWorker(engine);
    case venueQueue:
      return venueWorker(engine, await candlesNeeded(engine));
    case INFERENCE_TASK_QUEUE: {
      if (keeper === undefined) throw new Error('No model was loaded for its task queue.');
      return inferenceWorker(engine, keeper.model, (command) => keeper.replace(command));
    }
    default: {
      const known = [SIGNALS_TASK_QUEUE, ENTITIES_TASK_QUEUE, venueQueue, INFERENCE_TASK_QUEUE].join(', ');
      throw new UnknownTaskQueueError(`There is no task queue "${taskQueue}". Choose one of: ${known}.`);
    }
  }
}

async function candlesNeeded({ config }: Engine): Promise<number> {
  return (await readModelMetadata(config.ml.model)).input.candlesNeeded;
}
