import { basename } from 'node:path';
import { IllegalStateError } from '@temporalio/common';
import type { Registry } from 'prom-client';
import { type NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Config } from '../src/config/schema';
import { readModelMetadata } from '../src/inference/model-metadata';
import { timedModel, type Model } from '../src/inference/session';
import {
  ENTITIES_TASK_QUEUE,
  INFERENCE_TASK_QUEUE,
  ML_MANAGER_WORKFLOW_ID,
  MONITOR_TASK_QUEUE,
  SIGNALS_TASK_QUEUE,
  venueAccountWorkflowId,
  venueTaskQueue,
} from '../src/messages/ids';
import { showVenue } from '../src/domain/trading-venue';
import type { ModelHeartbeat } from '../src/messages/component';
import { mlStateQuery, type ServedModel } from '../src/messages/ml-manager';
import { accountHealthQuery } from '../src/messages/venue-account';
import { createLogger, type LogComponent } from '../src/observability/logging';
import { openProcessMetrics } from '../src/observability/metrics/open-process-metrics';
import { inferenceTimer } from '../src/observability/metrics/process-metrics';
import { tellWorkers } from '../src/observability/metrics/worker-metrics';
import { emitProcessEvent } from '../src/process/process-events';
import { createTemporalLogger } from '../src/observability/temporal-logger';
import { claimHistoryKeys } from '../src/temporal/codec/key-marks';
import { connectNative, type ServerTarget } from '../src/temporal/connection';
import { OtherStoreError } from '../src/temporal/errors';
import { createWorker, type WorkerListeners } from '../src/temporal/worker';
import { watchLeftSymbols } from '../src/trading/left-symbols';
import { Problems } from '../src/trading/problems';
import { ensureRetrainer } from '../src/intake/retraining-control';
import { packageVersion } from '../src/config/package-root';
import { claimEnvironment, noteTravels } from './claim-environment';
import { openEngine, type Engine } from './engine';
import { ensureMlManager, ensureVenueAccount, retrainSettings } from './entities';
import { FormerAccountError, moveFormerAccount } from './former-account';
import { openHandOver } from './hand-over';
import { queueForSlots } from '../src/temporal/monitor-queue';
import { register, type Registration } from '../src/temporal/registration';
import { printAlert } from './print-alert';
import { keyUserOf, trades } from './key-user';
import { ModelKeeper } from './model-keeper';
import { runInOrder } from './run-in-order';
import { createSlotWorker } from './slot-worker';
import {
  activeTaskCount,
  entitiesWorker,
  formerVenueWorker,
  inferenceWorker,
  retrainingWorker,
  signalsWorker,
  venueWorker,
  type QueueWorkerOptions,
} from './task-queue-workers';
import { beginPreflight } from './venue-preflight';
import { watchStandstill } from './watch-standstill';
import type { StoreGate } from '../src/temporal/store-gate';
import { watchStore } from './watch-store';

/** How often it is looked whether the account runs. */
const ACCOUNT_CHECK_MS = 10_000;
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

/** The task queue is not one of ours. */
class UnknownTaskQueueError extends Error {
  override readonly name = 'UnknownTaskQueueError';
  readonly code = 'UNKNOWN_TASK_QUEUE';
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

/** @returns undefined where it is ours, or nobody answers */
async function otherStoreNow(store: StoreGate): Promise<OtherStoreError | undefined> {
  try {
    await store.confirm();
    return undefined;
  } catch (error) {
    return error instanceof OtherStoreError ? error : undefined;
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

/** @returns what ends the keeping */
async function keepAccount(engine: Engine): Promise<readonly (() => void)[]> {
  return [await keepVenueAccount(engine), watchSymbols(engine)];
}

/** One worker for each queue; what they have under way is told. */
async function createWorkers(
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
  const queues = await Promise.all(taskQueues.map((taskQueue) => queueWorker(taskQueue, engine, keeper)));
  if (keeper) queues.push(retrainingWorker(engine, keeper));
  const registration = component && (await takeSlot(component, options, engine, keeper));
  if (component && !registration) return 0;
  // No engine of an older release runs beside the one that holds the slot.
  const isEngine = component === 'trading_engine';
  if (isEngine) await noteTravels(engine.client);
  if (await needsFormerQueue(taskQueues, engine)) queues.push(formerVenueWorker(engine, await candlesNeeded(engine)));
  const stop = new AbortController();
  const first: Worker[] = [];
  const others: Worker[] = [];
  const connected = { connection: engine.connection, namespace: target.namespace };
  const created = await createWorkers(queues, connected, engine, registry);
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

/** @throws FormerAccountError, of which a person hears */
async function moveAccount({ client, ours, logger }: Engine, isEngine: boolean): Promise<void> {
  try {
    const hasMoved = await moveFormerAccount(client, ours, { isWaiting: !isEngine });
    if (hasMoved && isEngine) {
      await noteTravels(client, true);
      emitProcessEvent({ kind: 'line', text: `The account of ${showVenue(ours)} has moved to its new id.` });
    }
  } catch (error) {
    if (error instanceof FormerAccountError) printAlert(logger, error.message);
    throw error;
  }
}

/** Starts the account, and starts another one when somebody ended it: until then nothing guards what is at the venue. */
async function keepVenueAccount({ client, config, ours, venue, logger }: Engine): Promise<() => void> {
  await ensureVenueAccount(client, config, venue.promises);
  const keep = async (): Promise<void> => {
    const { status } = await client.workflow.getHandle(venueAccountWorkflowId(ours)).describe();
    if (status.name !== 'RUNNING') await ensureVenueAccount(client, config, venue.promises);
  };
  const failed = (error: unknown): void =>
    logger.warn('The account could not be looked at.', { reason: String(error) });
  const keeping = setInterval(() => void keep().catch(failed), ACCOUNT_CHECK_MS).unref();
  return () => clearInterval(keeping);
}

/** Whether every position that is open can be closed by what is configured. */
function watchSymbols({ client, config, ours, venueConfig, problems, logger }: Engine): () => void {
  const { symbols } = venueConfig;
  return watchLeftSymbols({ client, ours, symbols, foreign: config.positions.foreign, problems, logger });
}

async function takeSlot(
  component: string,
  { isMonitored = false }: RunWorkersOptions,
  engine: Engine,
  keeper: ModelKeeper | undefined,
): Promise<Registration | undefined> {
  const { config, client } = engine;
  const result = await register({
    client,
    component,
    version: packageVersion(),
    metadata: {
      environment: engine.venueConfig.environment,
      venue: config.venue,
      ...(keeper && aboutModel(keeper, config.ml.model)),
    },
    heartbeatTimeoutMs: config.workers.heartbeatTimeoutSeconds * 1000,
    taskQueue: isMonitored ? MONITOR_TASK_QUEUE : await queueForSlots(client),
  });
  if (result.status === 'registered') return result.registration;
  const { holder } = result;
  const who = holder
    ? `process ${holder.pid} on ${holder.host} has been the ${component} since ${new Date(holder.startedAtMs).toISOString()}`
    : `another process is the ${component}`;
  emitProcessEvent({ kind: 'superseded', component, text: `Not started: ${who}.` });
  return undefined;
}

/** Workflows of before environments travelled along ask where no environment is named. */
async function needsFormerQueue(taskQueues: readonly string[], { ours, formerWorkflows }: Engine): Promise<boolean> {
  return taskQueues.includes(venueTaskQueue(ours)) && formerWorkflows.exist();
}

/** What a process tells of itself with each heartbeat. */
function slotNews({ problems, stream, candles, config }: Engine, keeper: ModelKeeper | undefined) {
  return {
    problems: () => problems.list(),
    problemCodes: () => problems.codes(),
    stream: stream.heartbeat,
    candleStream: candles.heartbeat,
    ...(keeper && { model: () => modelNow(keeper, config.ml.model) }),
  };
}

/** What predicts now: it may be another one than the process registered with. */
function modelNow({ model, served }: ModelKeeper, configured: string): ModelHeartbeat {
  return { name: modelName(served, configured), sha256: served.sha256, provider: model.provider };
}

async function beginPredictions({ client, config }: Engine, { served }: ModelKeeper): Promise<void> {
  await ensureMlManager(client, config, served);
  await ensureRetrainer(client, retrainSettings(config));
}

function openModel({ config, logger, registry }: Engine): Promise<ModelKeeper> {
  const onRun = registry && inferenceTimer(registry);
  const tell = (what: string, { metadata, provider, refusedProviders }: Model): void => {
    const { name, version, sha256 } = metadata;
    logger.info(what, { model: `${name} ${version}`, sha256, provider });
    for (const refused of refusedProviders) {
      logger.warn(`The model runs on ${provider}: ${refused.provider} was refused.`, { reason: refused.reason });
    }
  };
  return ModelKeeper.open(config, {
    counted: (model) => (onRun ? timedModel(model, onRun) : model),
    warn: (sentence) => logger.warn(sentence),
    onLoaded: (model) => tell('model loaded', model),
    onReopened: (model) => tell('The thread of the model died and was started again.', model),
  });
}

async function candlesNeeded({ config }: Engine): Promise<number> {
  return (await readModelMetadata(config.ml.model)).input.candlesNeeded;
}

/** What is registered of a model, for people. */
function aboutModel({ model, served }: ModelKeeper, configured: string): Readonly<Record<string, string>> {
  const refused = model.refusedProviders.map(({ provider, reason }) => `${provider} (${reason})`).join(', ');
  return { model: modelName(served, configured), provider: model.provider, ...(refused !== '' && { refused }) };
}

function modelName({ from, name, version }: ServedModel, configured: string): string {
  return from === 'loaded' ? `${name} ${version}` : basename(configured);
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
