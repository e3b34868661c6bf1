import { join } from 'node:path';
import type { InjectedSinks, Worker, WorkerOptions } from '@temporalio/worker';
import { CallGuard } from '../activities/call-guard';
import { createInferenceActivities } from '../activities/inference';
import { createIntakeActivities } from '../activities/intake';
import { createModelActivities, type ModelDependencies } from '../activities/models';
import { createMarketDataActivities } from '../activities/market-data';
import { createOrderActivities } from '../activities/orders';
import { createPositionActivities } from '../activities/positions';
import { createReservationActivities } from '../activities/reservations';
import { createTradeActivities } from '../activities/trade';
import type { Model } from '../src/inference/session';
import { EntryCanceller } from '../src/intake/entry-canceller';
import { ExitParents } from '../src/intake/exit-parents';
import { clientOrderIdOf, contentHashOf, fingerprintOf } from '../src/intake/fingerprint';
import { faultOfSymbol } from '../src/config/traded-symbols';
import {
  ENTITIES_TASK_QUEUE,
  formerVenueTaskQueue,
  INFERENCE_TASK_QUEUE,
  RETRAINING_TASK_QUEUE,
  SIGNALS_TASK_QUEUE,
  venueTaskQueue,
} from '../src/messages/ids';
import { OrphanKeeper } from '../src/trading/orphan-keeper';
import { PositionClient } from '../src/trading/position-client';
import { ExitMaker } from '../src/trading/position-exits';
import { TakenPositions } from '../src/trading/taken-positions';
import { crashPoint } from '../src/process/crash-points';
import type { AnnouncementSinks } from '../workflows/announcements';
import { workflowBundlePath } from './build-workflow-bundle';
import type { Engine } from './engine';
import type { ModelKeeper } from './model-keeper';
import { printAlert, printLine } from './print-alert';
import { retrainingActivities } from './retraining';
import { withoutSecrets } from './without-secrets';

/** How long a workflow's next step waits for the process that knows it, which may have died, before any process gets it. */
const KNOWN_WORKER_TIMEOUT = '2 seconds';
/** A worker that does not stop within its grace is cut off this much later. */
const FORCED_STOP_MS = 1_500;

/** The options of one queue's worker, without connection and namespace. */
export type QueueWorkerOptions = Omit<WorkerOptions, 'connection' | 'namespace'>;

/** What workflows tell the process that runs them. */
function announcementSinks({ logger, metrics }: Engine): InjectedSinks<AnnouncementSinks> {
  return {
    announcements: {
      reached: { fn: (_info, point) => crashPoint(point), callDuringReplay: false },
      line: { fn: ({ workflowId }, text) => printLine(logger, text, workflowId), callDuringReplay: false },
      ended: { fn: (_info, end) => metrics?.ended(end), callDuringReplay: false },
      alert: { fn: ({ workflowId }, text) => printAlert(logger, text, workflowId), callDuringReplay: false },
    },
  };
}

/** Signal sagas, their calls to the entities, and what other workflows ask of signals. */
export function signalsWorker(engine: Engine): QueueWorkerOptions {
  const { client, config, funds, headStarts, intake, ours, termsOf, check } = engine;
  const guard = callGuard(engine);
  const orphans = new OrphanKeeper(client, termsOf, ours);
  const parents = new ExitParents(client);
  const trade = createTradeActivities({
    funds,
    headStarts,
    termsOf,
    orphans,
    check,
    faultOfParent: (origin) => parents.fault(origin),
    refuse: (refusal, who) => guard.refuse(refusal, who),
    tell: (sentence) => engine.problems.happened('CALL_REFUSED', sentence),
    faultOfSymbol: (symbol) => faultOfSymbol(symbol, config),
  });
  return {
    ...common(engine, SIGNALS_TASK_QUEUE),
    workflowBundle: { codePath: workflowBundlePath() },
    activities: {
      ...guard.protect(trade, 'local'),
      ...guard.protect(createIntakeActivities({ intake, logger: engine.logger, fingerprintOf })),
      ...guard.protect(createReservationActivities({ orphans })),
    },
    maxCachedWorkflows: config.temporal.maxCachedWorkflows,
    maxConcurrentWorkflowTaskExecutions: config.workers.workflowTasksMax,
    maxConcurrentLocalActivityExecutions: config.workers.activitiesMax,
    sinks: announcementSinks(engine),
  };
}

/** Ledger, limiter, position and component workflows. */
export function entitiesWorker(engine: Engine): QueueWorkerOptions {
  return {
    ...common(engine, ENTITIES_TASK_QUEUE),
    workflowBundle: { codePath: workflowBundlePath() },
    maxConcurrentWorkflowTaskExecutions: engine.config.workers.workflowTasksMax,
    sinks: announcementSinks(engine),
  };
}

/** Everything that talks to the venue. */
export function venueWorker(engine: Engine, candleCount: number): QueueWorkerOptions {
  const { client, config, ours, pacedVenue } = engine;
  const guard = callGuard(engine);
  const positions = new PositionClient({
    client,
    ours,
    protection: config.protection,
    foreign: config.positions.foreign,
    clientOrderIdOf,
  });
  const exits = new ExitMaker(pacedVenue, { fingerprintOf, contentHashOf, clientOrderIdOf });
  const entries = new EntryCanceller(client, ours);
  const taken = new TakenPositions(engine.problems);
  return {
    ...common(engine, venueTaskQueue(ours)),
    activities: {
      ...guard.protect(createOrderActivities(engine)),
      ...guard.protect(createMarketDataActivities({ pacedVenue, candlesDir: candlesDir(engine), candleCount })),
      ...guard.protect(createPositionActivities({ pacedVenue, positions, exits, entries, taken })),
    },
  };
}

/** The same for workflows that began before environments travelled along: they ask in a queue without one. */
export function formerVenueWorker(engine: Engine, candleCount: number): QueueWorkerOptions {
  return { ...venueWorker(engine, candleCount), taskQueue: formerVenueTaskQueue(engine.ours.venue) };
}

function callGuard({ ours, formerWorkflows, problems }: Engine): CallGuard {
  return new CallGuard({
    ours,
    isOfBefore: (workflowId, runId) => formerWorkflows.includes(workflowId, runId),
    refused: (sentence) => problems.happened('CALL_REFUSED', sentence),
  });
}

/**
 * The prediction loop and its model.
 *
 * @param replace puts another model into its place; absent: none is
 */
export function inferenceWorker(
  engine: Engine,
  model: Model,
  replace: ModelDependencies['replace'] = () => Promise.reject(new Error('This process keeps the model that it has.')),
): QueueWorkerOptions {
  return {
    ...common(engine, INFERENCE_TASK_QUEUE),
    workflowBundle: { codePath: workflowBundlePath() },
    activities: {
      ...createInferenceActivities({ model, candlesDir: candlesDir(engine), logger: engine.logger }),
      ...createModelActivities({ replace }),
    },
    // One batch holds every symbol: a second inference at once would only compete for the same cores.
    maxConcurrentActivityTaskExecutions: 1,
  };
}

/**
 * Trainings of the model, in a queue of their own: they take longer than candles.
 *
 * @param root the folder that holds `training`; absent: this package's
 */
export function retrainingWorker(engine: Engine, keeper: ModelKeeper, root?: string): QueueWorkerOptions {
  return {
    ...common(engine, RETRAINING_TASK_QUEUE),
    activities: retrainingActivities(engine, keeper, root),
    // A second one at once would compete for the same cores, and write into the same folder.
    maxConcurrentActivityTaskExecutions: 1,
    maxConcurrentActivityTaskPolls: 1,
  };
}

/** Tasks in progress in these workers, for the heartbeat. */
export function activeTaskCount(workers: readonly Worker[]): number {
  return workers.reduce((sum, worker) => sum + worker.getStatus().numInFlightActivities, 0);
}

function common({ config }: Engine, taskQueue: string): QueueWorkerOptions {
  const { shutdownGraceMs, activitiesMax, pollsMax } = config.workers;
  return {
    taskQueue,
    interceptors: { activity: [withoutSecrets] },
    stickyQueueScheduleToStartTimeout: KNOWN_WORKER_TIMEOUT,
    shutdownGraceTime: shutdownGraceMs,
    shutdownForceTime: shutdownGraceMs + FORCED_STOP_MS,
    maxConcurrentActivityTaskExecutions: activitiesMax,
    maxConcurrentActivityTaskPolls: pollsMax,
    maxConcurrentWorkflowTaskPolls: pollsMax,
  };
}

function candlesDir({ config }: Engine): string {
  return join(config.dataDir, 'candles');
}
