import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { historyEnvironment } from '../harness/history-seal';
import { Installation } from '../harness/installation';
import { installQuietRuntime } from '../harness/quiet-runtime';
import { CliError } from '../src/cli/cli-error';
import { gateSettingsOf } from '../src/config/gate-settings';
import { INFERENCE_TASK_QUEUE, ML_MANAGER_WORKFLOW_ID, SIGNALS_TASK_QUEUE, venueTaskQueue } from '../src/messages/ids';
import { ML_MANAGER_WORKFLOW_TYPE, mlStatsQuery, type MlManagerSettings } from '../src/messages/ml-manager';
import { ExitCode } from '../src/process/exit-codes';
import { openClient } from '../src/temporal/client';
import { connectNative, connectServer, localTarget } from '../src/temporal/connection';
import { startEmbeddedServer } from '../src/temporal/embedded-server';
import { ensureNamespace } from '../src/temporal/namespace';
import { createWorker } from '../src/temporal/worker';
import { workflowBundlePath } from '../workers/build-workflow-bundle';
import { describeMachine } from './machine';
import { playActivities } from './played-ticks';
import { readProcessFigures } from './process-figures';
import { benchSettings } from './settings';
import { readRuns } from './tick-runs';
import type { TickBlock, TicksReport } from './ticks-report';

/** Shorter than a tick takes: one follows the other. */
const CANDLE_INTERVAL_MS = 10;
const VENUE = 'nowhere';
const OURS = { environment: 'paper', venue: VENUE } as const;
/** The server fires a timer up to a second late, so that others may fire along with it: a tick would take that long. */
const PROMPT_TIMERS = { 'history.timerProcessorMaxTimeShift': '1ms' };
const BLOCKS = 10;
const POLL_MS = 250;
const RETENTION_HOURS = 24;
/** Of a tick that does not come, whatever the machine does beside. */
const STANDSTILL_MS = 120_000;

export interface TicksOptions {
  readonly ticks: number;
  readonly symbols: number;
}

interface Loop {
  readonly client: Client;
  readonly serverPid: number;
  readonly abort: AbortSignal;
  readonly progress: (line: string) => void;
}

/**
 * The loop of the predictions on a real server, over more ticks than a week of minutes has: what its histories and its state come to.
 * Candles, the model and intake are played, and a candle is so short that one tick follows the other.
 *
 * @throws CliError where the loop stands still
 */
export async function measureTicks(
  { ticks, symbols: count }: TicksOptions,
  abort: AbortSignal,
  progress: (line: string) => void,
): Promise<TicksReport> {
  installQuietRuntime();
  const machine = describeMachine();
  const installation = await Installation.create({
    name: 'bench-ticks',
    settings: benchSettings(true),
    environment: historyEnvironment(),
  });
  const { config } = installation;
  const { dataDir, temporal } = config;
  const undo: (() => Promise<void>)[] = [() => installation.close()];
  try {
    progress('Starting a server and the loop …');
    const server = await startEmbeddedServer({
      dataDir,
      port: temporal.port,
      durability: 'paper',
      environment: 'paper',
      progress,
      dynamicConfig: PROMPT_TIMERS,
    });
    undo.push(() => server.stop());
    const target = localTarget(server.address, temporal.namespace);
    await prepareNamespace(target);
    const connection = await connectNative(target);
    undo.push(() => connection.close());
    undo.push(await startWorkers(connection, target.namespace));
    const client = openClient(connection, target.namespace);
    const settings: MlManagerSettings = {
      ...OURS,
      symbols: Array.from({ length: count }, (_, index) => `S${index}USDT`),
      candleIntervalMs: CANDLE_INTERVAL_MS,
      closeDelayMs: 0,
      gate: { ...gateSettingsOf(config), horizonMinutes: 1 },
    };
    const handle = await client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
      workflowId: ML_MANAGER_WORKFLOW_ID,
      taskQueue: INFERENCE_TASK_QUEUE,
      args: [settings],
    });
    const blocks = await runBlocks(ticks, { client, serverPid: server.pid, abort, progress });
    const runs = await readRuns(client, ML_MANAGER_WORKFLOW_ID, handle.firstExecutionRunId);
    await handle.terminate('measured').catch(() => undefined);
    return { machine, symbols: count, blocks, runs };
  } finally {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  }
}

async function prepareNamespace(target: ReturnType<typeof localTarget>): Promise<void> {
  const connection = await connectServer(target);
  try {
    const { namespace } = target;
    const kept = { retentionHours: RETENTION_HOURS, dedupWindowSeconds: 0 };
    await ensureNamespace(connection, { namespace, environment: 'paper', ...kept });
  } finally {
    await connection.close();
  }
}

/** @returns what stops them */
async function startWorkers(connection: NativeConnection, namespace: string): Promise<() => Promise<void>> {
  const connected = { connection, namespace, activities: playActivities() };
  const workflowBundle = { codePath: workflowBundlePath() };
  const workers: readonly Worker[] = await Promise.all([
    createWorker({ ...connected, taskQueue: INFERENCE_TASK_QUEUE, workflowBundle }),
    createWorker({ ...connected, taskQueue: SIGNALS_TASK_QUEUE }),
    createWorker({ ...connected, taskQueue: venueTaskQueue(OURS) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return async () => {
    for (const worker of workers) worker.shutdown();
    await running;
  };
}

async function runBlocks(ticks: number, loop: Loop): Promise<readonly TickBlock[]> {
  const blocks: TickBlock[] = [];
  for (let index = 1, before = 0; index <= BLOCKS; index += 1) {
    const upTo = Math.ceil((ticks * index) / BLOCKS);
    const block = await runBlock(before, upTo, loop);
    blocks.push(block);
    before += block.ticks;
    loop.progress(`${before} of ${ticks} ticks, ${block.durationMs.toFixed(1)} ms each …`);
  }
  return blocks;
}

async function runBlock(before: number, upTo: number, { client, serverPid, abort }: Loop): Promise<TickBlock> {
  const startedAtMs = performance.now();
  const cpuBefore = cpuOf(serverPid);
  const reached = await ticksReached(client, upTo, abort);
  const ticks = reached - before;
  const cpuAfter = cpuOf(serverPid);
  const per = (after: number | undefined, earlier: number | undefined): number | undefined =>
    after === undefined || earlier === undefined ? undefined : (after - earlier) / ticks;
  return {
    ticks,
    durationMs: (performance.now() - startedAtMs) / ticks,
    workerCpuMs: per(cpuAfter.worker, cpuBefore.worker),
    serverCpuMs: per(cpuAfter.server, cpuBefore.server),
  };
}

function cpuOf(serverPid: number): { readonly worker?: number; readonly server?: number } {
  return { worker: readProcessFigures(process.pid)?.cpuMs, server: readProcessFigures(serverPid)?.cpuMs };
}

/** @returns how many there are, once there are so many */
async function ticksReached(client: Client, upTo: number, abort: AbortSignal): Promise<number> {
  const handle = client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID);
  for (let seen = -1, sinceMs = performance.now(); ;) {
    abort.throwIfAborted();
    const { ticks, failedTicks } = await handle.query(mlStatsQuery);
    if (failedTicks > 0) throw new CliError(`${failedTicks} ticks failed.`, ExitCode.FAILURE);
    if (ticks >= upTo) return ticks;
    if (ticks > seen) [seen, sinceMs] = [ticks, performance.now()];
    else if (performance.now() - sinceMs > STANDSTILL_MS) {
      throw new CliError(`The loop stands still after ${ticks} ticks.`, ExitCode.FAILURE);
    }
    await delay(POLL_MS, undefined, { signal: abort });
  }
}
