import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import { type NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { AlertsConfig } from '../src/config/alerts';
import { packageVersion } from '../src/config/package-root';
import type { Config } from '../src/config/schema';
import { environmentOf } from '../src/config/trading-environment';
import { MONITOR_TASK_QUEUE } from '../src/messages/ids';
import { ORDERLY_STOP } from '../src/observability/alerts/desk';
import { leaveFinding } from '../src/observability/alerts/spool';
import { createLogger } from '../src/observability/logging';
import { createTemporalLogger } from '../src/observability/temporal-logger';
import { isOrphaned } from '../src/process/lifeline';
import { emitProcessEvent } from '../src/process/process-events';
import { openClient } from '../src/temporal/client';
import { claimHistoryKeys } from '../src/temporal/codec/key-marks';
import { connectNative, type ServerTarget } from '../src/temporal/connection';
import { checkNotAnothers } from '../src/temporal/environment-stamp';
import { createWorker } from '../src/temporal/worker';
import { keepAlertDesk } from './alert-desk';
import { workflowBundlePath } from './build-workflow-bundle';
import { printAlert } from './print-alert';
import { registerOneOfMany, type Registration } from '../src/temporal/registration';
import { runInOrder } from './run-in-order';
import { SlotWatch } from './slot-watch';
import { createSlotWorker } from './slot-worker';
import { watchStore } from './watch-store';

const COMPONENT = 'system_monitor';
/** Registrations, of which there are few. */
const WORKFLOWS_CACHED_MAX = 50;
/** The least that the SDK allows: one poll for the worker's own queue and one for everybody's. */
const POLLS_MAX = 2;

export interface MonitorOptions {
  readonly config: Config;
  /** Who is told. */
  readonly alerts: AlertsConfig;
  readonly target: ServerTarget;
}

/**
 * Looks after the registrations of all processes, from a process that trades nothing and cannot hang with them. Any number may
 * run. Returns when it is told to stop (SIGINT, SIGTERM) or has lost its own registration.
 *
 * @returns the process's exit code
 * @throws OtherStoreError, EnvironmentMismatchError, and what connecting throws
 */
export async function runMonitor({ config, alerts, target }: MonitorOptions): Promise<number> {
  const log = createLogger({ component: COMPONENT, dataDir: config.dataDir, ...config.logging });
  const logger = createTemporalLogger(log.logger);
  Runtime.install({ logger, shutdownSignals: [] });
  const ending = new AbortController();
  let monitor: Monitor | undefined;
  const desk = keepAlertDesk(
    { config, alerts, logger, client: () => monitor?.client, errors: log.errors },
    ending.signal,
  );
  try {
    const lost = await withServer(config, target, async (connected) => {
      // The desk looks through the same connection: it stops before that is closed.
      monitor = new Monitor(config, connected, logger, () => ending.abort(ORDERLY_STOP));
      return monitor.run();
    });
    if (lost) logger.error('This process lost its registration and leaves.');
    return lost ? 1 : 0;
  } catch (error) {
    if ((error as Error).name === 'ServerUnavailableError') leaveUnreachable(config.dataDir, error as Error);
    throw error;
  } finally {
    ending.abort();
    await desk;
    log.close();
  }
}

/** The desk of this life ends with it, and the next one's has asked nobody yet: what connecting found out is for whichever comes. */
function leaveUnreachable(dataDir: string, { message }: Error): void {
  const text = `The Temporal server cannot be used, so nothing is traded: ${message}`;
  try {
    leaveFinding(dataDir, { rule: 'temporal_unreachable', subject: 'temporal', holds: true, text, atMs: Date.now() });
  } catch {
    // A disk that takes nothing is told by the desk.
  }
}

/** @returns what `run` returns, or true when the server turned out to hold another store */
async function withServer(
  config: Config,
  target: ServerTarget,
  run: (connected: Connected) => Promise<boolean>,
): Promise<boolean> {
  const connection = await connectNative(target);
  const { watch, otherStore } = watchStore(config, target, connection, false);
  try {
    await watch.confirm();
    return Boolean(await Promise.race([run({ connection, namespace: target.namespace }), otherStore]));
  } finally {
    watch.stop();
    // Workers that are left behind hold it, and this process ends.
    await connection.close().catch(() => undefined);
  }
}

interface Connected {
  readonly connection: NativeConnection;
  readonly namespace: string;
}

/** One run of it. */
class Monitor {
  readonly client: Client;
  private readonly slots: SlotWatch;
  private readonly stopping = new AbortController();
  private isLost = false;

  constructor(
    private readonly config: Config,
    private readonly connected: Connected,
    private readonly logger: Logger,
    private readonly onStop: () => void,
  ) {
    this.client = openClient(connected.connection, connected.namespace);
    this.slots = new SlotWatch(this.client, this.heartbeatTimeoutMs, (finding) => {
      logger.warn(finding.text);
      emitProcessEvent({ kind: 'finding', finding });
    });
  }

  private get heartbeatTimeoutMs(): number {
    return this.config.workers.heartbeatTimeoutSeconds * 1000;
  }

  /** @returns whether its registration was lost, which ended it */
  async run(): Promise<boolean> {
    const requestStop = (): void => {
      this.stopping.abort();
      if (!isOrphaned()) this.onStop();
    };
    process.once('SIGINT', requestStop).once('SIGTERM', requestStop);
    await checkNotAnothers(this.client, environmentOf(this.config));
    await claimHistoryKeys(this.client, 'other');
    const worker = await this.createQueueWorker();
    const registration = await this.register();
    registration.watch(() => this.handleLoss());
    const slotWorker = await createSlotWorker(this.connected, registration.taskQueue, {
      activeTasks: () => 0,
      problems: () => [],
      onLost: () => this.handleLoss(),
    });
    try {
      await runInOrder({
        // It still ends its own registration when it stops.
        first: [worker],
        others: [slotWorker],
        prepare: () => Promise.resolve(),
        onRunning: () => {
          this.slots.start();
          emitProcessEvent({ kind: 'ready', component: COMPONENT });
        },
        stop: this.stopping.signal,
        onStopping: () => registration.unregister(),
        onUntidy: () => undefined,
      });
    } finally {
      this.slots.stop();
    }
    return this.isLost;
  }

  /** Both the heartbeat and the watch tell; a process that is stopping already has lost nothing. */
  private handleLoss(): void {
    if (this.stopping.signal.aborted) return;
    this.isLost = true;
    this.stopping.abort();
  }

  private createQueueWorker(): Promise<Worker> {
    const options = {
      ...this.connected,
      taskQueue: MONITOR_TASK_QUEUE,
      workflowBundle: { codePath: workflowBundlePath() },
      maxCachedWorkflows: WORKFLOWS_CACHED_MAX,
      maxConcurrentWorkflowTaskPolls: POLLS_MAX,
      shutdownGraceTime: this.config.workers.shutdownGraceMs,
    };
    return createWorker(options, { onStuck: (sentence) => printAlert(this.logger, sentence) });
  }

  private register(): Promise<Registration> {
    const { config, client, heartbeatTimeoutMs } = this;
    return registerOneOfMany({
      client,
      component: COMPONENT,
      version: packageVersion(),
      metadata: { environment: environmentOf(config), venue: config.venue },
      heartbeatTimeoutMs,
      taskQueue: MONITOR_TASK_QUEUE,
    });
  }
}
