import { setTimeout as sleep } from 'node:timers/promises';
import { IllegalStateError } from '@temporalio/common';
import type { Registry } from 'prom-client';
import { type NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Config } from '../src/config/schema';
import {
  ENTITIES_TASK_QUEUE,
  INFERENCE_TASK_QUEUE,
  ML_MANAGER_WORKFLOW_ID,
  SIGNALS_TASK_QUEUE,
  venueAccountWorkflowId,
} from '../src/messages/ids';
import { mlStateQuery } from '../src/messages/ml-manager';
import { accountHealthQuery } from '../src/messages/venue-account';
import { createLogger, type LogComponent } from '../src/observability/logging';
import { openProcessMetrics } from '../src/observability/metrics/open-process-metrics';
import { emitProcessEvent } from '../src/process/process-events';
import { createTemporalLogger } from '../src/observability/temporal-logger';
import { claimHistoryKeys } from '../src/temporal/codec/key-marks';
import { connectNative, type ServerTarget } from '../src/temporal/connection';
import { OtherStoreError } from '../src/temporal/errors';
import type { StoreGate } from '../src/temporal/store-gate';
import { Problems } from '../src/trading/problems';
import { claimEnvironment, noteTravels } from './claim-environment';
import { openEngine, type Engine } from './engine';
import { openHandOver } from './hand-over';
import { keepAccount, moveAccount } from './keep-account';
import { keyUserOf, trades } from './key-user';
import type { ModelKeeper } from './model-keeper';
import { printAlert } from './print-alert';
import { createWorkers, formerQueueWorkers, queueWorkers } from './queue-worker';
import { runInOrder } from './run-in-order';
import { beginPredictions, openModel } from './serve-model';
import { createSlotWorker } from './slot-worker';
import { slotNews, takeSlot } from './take-slot';
import { activeTaskCount } from './task-queue-workers';
import { beginPreflight } from './venue-preflight';
import { watchStandstill } from './watch-standstill';
import { watchStore } from './watch-store';

/** So long a process whose workers failed asks whose store it is; it ends either way. */
const OTHER_STORE_ASKED_MAX_MS = 5_000;
const OTHER_STORE_PAUSE_MS = 250;
/** One more worker of many: the first of a data folder tells its metrics. */
const UNNAMED_WORKER = 'worker';
const UNTIDY =
  'A worker stopped while a workflow was in the midst of a step; it goes on as soon as a worker serves its task queue.';

export interface RunWorkersOptions {
  readonly config: Config;
  readonly target: ServerTarget;
  readonly taskQueues: readonly string[];
  /** Registers the process under this name, of which the server allows one; absent: one more worker of many. */
  readonly component?: LogComponent;
  /** Whether a system monitor starts beside it; absent: where one runs, it is used. */
  readonly isMonitored?: boolean;
}

/**
 * Serves task queues until the process is told to stop (SIGINT, SIGTERM) or its slot is lost.
 *
 * @returns the process's exit code
 * @throws UnknownTaskQueueError, EnvironmentMismatchError, OtherStoreError, FormerAccountError, VenuePreflightError, and what
 *   connecting and loading the model throw
 */
export async function runWorkers(options: RunWorkersOptions): Promise<number> {
  const { config, target, component } = options;
  const log = createLogger({
    component: component ?? 'trading_engine',
    dataDir: config.dataDir,
    ...config.logging,
  });
  const logger = createTemporalLogger(log.logger);
  Runtime.install({ logger, shutdownSignals: [] });
  const connection = await connectNative(target);
  // Predictions ask the venue for nothing: their process has no keys, and could not use them.
  const asksVenue = trades(options.taskQueues);
  const { watch, otherStore } = watchStore(config, target, connection, asksVenue);
  const metrics = openProcessMetrics({
    config,
    name: component ?? UNNAMED_WORKER,
    errors: log.errors,
    warn: (sentence) => logger.warn(sentence),
  });
  const { registry } = metrics;
  const engine = openEngine(config, connection, logger, watch, { asksVenue, registry });
  try {
    await watch.confirm();
    const exitCode = await Promise.race([serve(options, engine, registry), otherStore]);
    // A slot is lost, too, where another store has never heard of it.
    if (exitCode !== 0) await watch.confirm();
    return exitCode;
  } catch (error) {
    // What a worker fails with in another store may be anything: that store is the reason.
    const otherStoreError = error instanceof OtherStoreError ? error : await otherStoreNow(watch);
    if (otherStoreError === undefined) throw error;
    printAlert(logger, otherStoreError.message);
    throw otherStoreError;
  } finally {
    watch.stop();
    metrics.close();
    await engine.close();
    await closeUnlessHeld(connection);
    log.close();
  }
}

/** A server that was started with another store may not answer at once. @returns undefined where it is ours, or nobody answers */
async function otherStoreNow(store: StoreGate): Promise<OtherStoreError | undefined> {
  const endsAtMs = performance.now() + OTHER_STORE_ASKED_MAX_MS;
  for (;;) {
    try {
      await store.confirm();
      return undefined;
    } catch (error) {
      if (error instanceof OtherStoreError) return error;
      if (performance.now() >= endsAtMs) return undefined;
      await sleep(OTHER_STORE_PAUSE_MS);
    }
  }
}

/** Workers that are left behind, or never ran, hold it: this process ends, and its reason must not be lost for that. */
async function closeUnlessHeld(connection: NativeConnection): Promise<void> {
  try {
    await connection.close();
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

async function serve(options: RunWorkersOptions, engine: Engine, registry: Registry): Promise<number> {
  const { taskQueues } = options;
  await claimEnvironment(engine.client, engine.ours);
  await claimHistoryKeys(engine.client, keyUserOf(taskQueues));
  const keeper = taskQueues.includes(INFERENCE_TASK_QUEUE) ? await openModel(engine) : undefined;
  try {
    return await serveWith(keeper, options, engine, registry);
  } finally {
    await keeper?.model.close();
  }
}

async function serveWith(
  keeper: ModelKeeper | undefined,
  options: RunWorkersOptions,
  engine: Engine,
  registry: Registry,
): Promise<number> {
  const { taskQueues, component, target } = options;
  const queues = await queueWorkers(taskQueues, engine, keeper);
  const registration = component && (await takeSlot(component, options.isMonitored === true, engine, keeper));
  if (component && !registration) return 0;
  // No engine of an older release runs beside the one that holds the slot.
  const isEngine = component === 'trading_engine';
  if (isEngine) await noteTravels(engine.client);
  const former = await formerQueueWorkers(taskQueues, engine);
  const stop = new AbortController();
  const first: Worker[] = [];
  const others: Worker[] = [];
  const connected = { connection: engine.connection, namespace: target.namespace };
  const created = await createWorkers([...queues, ...former], connected, engine, registry);
  for (const worker of created) (worker.options.taskQueue === ENTITIES_TASK_QUEUE ? first : others).push(worker);
  let lost = false;
  if (registration) {
    const onLost = (): void => {
      // Both the heartbeat and the watch tell; a process that is stopping already has lost nothing.
      if (stop.signal.aborted) return;
      lost = true;
      stop.abort();
    };
    registration.watch(onLost);
    const slot = await createSlotWorker(connected, registration.taskQueue, {
      // Those of its queues: the slot's own activity is no task.
      activeTasks: () => activeTaskCount(created),
      ...slotNews(engine, keeper),
      onLost,
    });
    first.push(slot);
  }
  let handOver: ReturnType<typeof openHandOver> | undefined;
  const endings: (() => void)[] = [];
  const requestStop = (): void => stop.abort();
  process.once('SIGINT', requestStop).once('SIGTERM', requestStop);
  try {
    await runInOrder({
      first,
      others,
      async prepare() {
        // Nothing is traded beside an account that has not moved, whoever runs it.
        if (trades(taskQueues)) await moveAccount(engine, isEngine);
        if (taskQueues.includes(ENTITIES_TASK_QUEUE)) endings.push(...(await keepAccount(engine)));
        if (keeper) await beginPredictions(engine, keeper);
        if (taskQueues.includes(SIGNALS_TASK_QUEUE)) endings.push(await beginPreflight(engine));
      },
      onRunning: () => {
        if (taskQueues.includes(SIGNALS_TASK_QUEUE)) handOver = openHandOver(engine);
        emitProcessEvent({ kind: 'ready', component: component ?? taskQueues.join(',') });
        if (isEngine) endings.push(watchEngineStandstill(engine));
      },
      stop: stop.signal,
      async onStopping() {
        // Before the workers stop: what it starts would wait for other ones.
        await (await handOver)?.close();
        await registration?.unregister();
      },
      onUntidy: () => engine.logger.info(UNTIDY),
    });
  } finally {
    for (const end of endings) end();
    // Also where a worker failed.
    await (await handOver)?.close();
  }
  if (lost) engine.logger.error('This process lost its slot and leaves.');
  return lost ? 1 : 0;
}

function watchEngineStandstill({ client, config, ours, logger }: Engine): () => void {
  const account = client.workflow.getHandle(venueAccountWorkflowId(ours));
  const mlManager = client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID);
  const sources = {
    account: () => account.query(accountHealthQuery),
    ...(config.ml.enabled && { predictions: () => mlManager.query(mlStateQuery) }),
  };
  return watchStandstill(config.venue, sources, new Problems((sentence) => printAlert(logger, sentence)));
}
