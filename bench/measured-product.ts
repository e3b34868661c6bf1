import { randomBytes } from 'node:crypto';
import { DefaultLogger, type NativeConnection } from '@temporalio/worker';
import { stopChild } from '../harness/child-process';
import { Installation } from '../harness/installation';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import type { Config } from '../src/config/schema';
import { environmentOf } from '../src/config/trading-environment';
import { readModelMetadata } from '../src/inference/model-metadata';
import type { SignalIntake } from '../src/intake/types';
import { balancesQuery } from '../src/messages/venue-account';
import { venueAccountWorkflowId, ENTITIES_TASK_QUEUE } from '../src/messages/ids';
import { openClient } from '../src/temporal/client';
import { claimHistoryKeys } from '../src/temporal/codec/key-marks';
import { connectNative, connectServer, localTarget, type ServerTarget } from '../src/temporal/connection';
import { createWorker } from '../src/temporal/worker';
import { startEmbeddedServer } from '../src/temporal/embedded-server';
import { ensureNamespace } from '../src/temporal/namespace';
import { queryPatiently } from '../src/temporal/patient-query';
import { pollUntil } from '../src/process/poll';
import type { Durability } from '../src/temporal/server-settings';
import { ensureSearchAttributes } from '../src/temporal/search-attributes';
import { openEngine, type Engine } from '../workers/engine';
import { ensureVenueAccount } from '../workers/entities';
import { watchStore } from '../workers/watch-store';
import { installQuietRuntime } from '../harness/quiet-runtime';
import { openHandOver } from '../workers/hand-over';
import { entitiesWorker, signalsWorker, venueWorker } from '../workers/task-queue-workers';
import { EndNews } from './end-news';
import { bundleFloor, floorWorker } from './floor/floor-worker';
import { historyEnvironment } from '../harness/history-seal';
import { byPart, readProcessFigures, type ByPart, type ProcessFigures } from './process-figures';
import { benchSettings, type ConfigOverrides, type LimitSettings } from './settings';
import { startPart } from './start-part';

const BALANCES_MAX_MS = 30_000;
const BALANCES_INTERVAL_MS = 100;
const SECONDS_PER_HOUR = 3_600;
/** Of a server on another machine, or of one that this run did not start. */
const NO_PROCESS = 0;
const NAMESPACE_RANDOM_BYTES = 6;

export interface MeasuredProductOptions {
  /** Receives one line at every long step. */
  readonly progress: (line: string) => void;
  /** Starts the API in a process of its own. */
  readonly withApi?: boolean;
  /** What a commit waits for; absent: as on paper. */
  readonly durability?: Durability;
  /** Dynamic configuration of the server beside the product's. */
  readonly dynamicConfig?: Readonly<Record<string, unknown>>;
  /** How long the server keeps ended workflows; absent: as configured. */
  readonly retentionSeconds?: number;
  /** Other settings than the defaults. */
  readonly config?: ConfigOverrides;
  /** Absent: none is met. */
  readonly limits?: LimitSettings;
  /** A server that runs already, host:port; absent: an embedded one is started. */
  readonly address?: string;
}

/**
 * The product under measurement: the embedded server and the paper venue in processes of their own, the product's workers
 * and the floor's in this one, on one connection.
 */
export interface MeasuredProduct {
  readonly config: Config;
  readonly installation: Installation;
  readonly engine: Engine;
  /** Intake as the ML manager uses it, in the workers' own process. */
  readonly intake: SignalIntake;
  /** The API's process, if it was started. */
  readonly apiPid: number | undefined;
  /** Ends as this process's workers tell them. */
  readonly ends: EndNews;
  /** Reads what every part has used so far. */
  figures(): ByPart<ProcessFigures | undefined>;
  close(): Promise<void>;
}

/** @throws what starting the server, the venue and the workers throw; nothing is left running then */
export async function openMeasuredProduct(options: MeasuredProductOptions): Promise<MeasuredProduct> {
  installQuietRuntime();
  const undo: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    return await assemble(options, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param undo gets what ends every part, in the order of their start */
async function assemble(
  {
    progress,
    withApi = false,
    durability = 'paper',
    dynamicConfig,
    retentionSeconds,
    config: overrides,
    limits,
    address,
  }: MeasuredProductOptions,
  undo: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<MeasuredProduct> {
  const settings = benchSettings(false, address === undefined ? overrides : onServer(address, overrides), limits);
  const installation = await Installation.create({ name: 'bench', settings, environment: historyEnvironment() });
  undo.push(() => installation.close());
  const { config } = installation;
  progress('Starting server, paper venue and workers …');
  const { dataDir, temporal } = config;
  const embedded = { dataDir, port: temporal.port, durability, environment: 'paper', progress, dynamicConfig } as const;
  const server = address === undefined ? await startEmbeddedServer(embedded) : undefined;
  if (server) undo.push(() => server.stop());
  const target = localTarget(server?.address ?? (address as string), temporal.namespace);
  await prepareNamespace(config, target, retentionSeconds);
  const venue = await startPart(installation, ['paper-venue']);
  const connection = await connectNative(target);
  undo.push(() => connection.close());
  const { watch } = watchStore(config, target, connection);
  undo.push(async () => watch.stop());
  const engine = openEngine(config, connection, new DefaultLogger('ERROR'), watch);
  undo.push(() => engine.close());
  const ends = new EndNews();
  undo.push(await startWorkers(engine, connection, ends));
  await ensureVenueAccount(engine.client, config, engine.venue.promises);
  await awaitBalances(engine);
  let apiPid: number | undefined;
  if (withApi) {
    const handOver = await openHandOver(engine);
    undo.push(() => handOver.close());
    const api = await startPart(installation, ['api']);
    undo.push(async () => void (await stopChild(api)));
    apiPid = api.pid;
  }
  const pids = { server: server?.pid ?? NO_PROCESS, workers: process.pid, venue: venue.pid ?? 0 };
  return {
    config,
    installation,
    engine,
    intake: engine.intake,
    apiPid,
    ends,
    figures: () => byPart((part) => readProcessFigures(pids[part])),
    close,
  };
}

/** In a namespace of its own: whatever that server holds already is none of this run's. */
function onServer(address: string, overrides: ConfigOverrides = {}): ConfigOverrides {
  const namespace = `bench-${randomBytes(NAMESPACE_RANDOM_BYTES).toString('hex')}-paper`;
  return { ...overrides, temporal: { ...overrides.temporal, address, namespace } };
}

async function prepareNamespace(config: Config, target: ServerTarget, retentionSeconds?: number) {
  const { temporal, signals } = config;
  const connection = await connectServer(target);
  try {
    const { namespace } = temporal;
    const environment = environmentOf(config);
    await ensureNamespace(
      connection,
      retentionSeconds === undefined
        ? {
            namespace,
            environment,
            retentionHours: temporal.retentionHours,
            dedupWindowSeconds: signals.dedupWindowSeconds,
          }
        : // Measured is how ended workflows go; nothing is repeated after they did.
          { namespace, environment, retentionHours: retentionSeconds / SECONDS_PER_HOUR, dedupWindowSeconds: 0 },
    );
    await ensureSearchAttributes(connection, namespace);
    await claimHistoryKeys(openClient(connection, namespace), 'engine');
  } finally {
    await connection.close();
  }
}

/** @returns what stops them, the entities last: a call to one that nobody runs any more would use up its time */
async function startWorkers(engine: Engine, connection: NativeConnection, ends: EndNews): Promise<() => Promise<void>> {
  const { config } = engine;
  const [model, floorBundle] = await Promise.all([readModelMetadata(config.ml.model), bundleFloor()]);
  const queues = [
    ends.overhear(signalsWorker(engine)),
    venueWorker(engine, model.input.candlesNeeded),
    floorWorker(engine, floorBundle),
    entitiesWorker(engine),
  ];
  const { namespace } = config.temporal;
  const workers = await Promise.all(queues.map((options) => createWorker({ ...options, connection, namespace })));
  const runs = workers.map((worker) => ({ worker, run: worker.run() }));
  return async () => {
    for (const isLast of [false, true]) {
      const stage = runs.filter(({ worker }) => (worker.options.taskQueue === ENTITIES_TASK_QUEUE) === isLast);
      for (const { worker } of stage) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.all(stage.map(({ run }) => run));
    }
  };
}

async function awaitBalances({ client, ours }: Engine): Promise<void> {
  const ledger = client.workflow.getHandle(venueAccountWorkflowId(ours));
  const areKnown = async (): Promise<boolean> => (await queryPatiently(ledger, balancesQuery)).asOfMs > 0;
  const poll = { intervalMs: BALANCES_INTERVAL_MS, timeoutMs: BALANCES_MAX_MS };
  if (await pollUntil(areKnown, poll)) return;
  throw new CliError(`The ledger got no balances from the paper venue within ${BALANCES_MAX_MS} ms.`, ExitCode.FAILURE);
}
