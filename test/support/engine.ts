import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, type Worker } from '@temporalio/worker';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { isUnanswered } from '../../src/temporal/grpc-status';
import { isNotReady } from '../../src/temporal/patient-query';
import { createWorker } from '../../src/temporal/worker';
import { findFreePort } from '../../harness/free-ports';
import { TRUSTED_STORE } from '../../harness/trusted-store';
import { UNBOUNDED_RISK } from '../../harness/unbounded-risk';
import { waitFor } from '../../harness/wait-for';
import { loadConfig } from '../../src/config/load-config';
import type { Config } from '../../src/config/schema';
import type { TradingSignal } from '../../src/domain/signal';
import type { SignalView } from '../../src/domain/signal-view';
import { createSignalIntake } from '../../src/intake/signal-intake';
import { IntakeUnavailableError, type SignalIntake } from '../../src/intake/types';
import { readModelMetadata } from '../../src/inference/model-metadata';
import { venueAccountWorkflowId, ENTITIES_TASK_QUEUE } from '../../src/messages/ids';
import { balancesQuery, refreshSignal, reservationsQuery, type BalancesReply } from '../../src/messages/venue-account';
import type { FaultPlan } from '../../src/paper-venue/faults/fault-plan';
import { startPaperVenue, type PaperVenue } from '../../src/paper-venue/paper-venue';
import { paperVenueOptions, type PaperVenueOptions } from '../../src/paper-venue/options';
import type { Credentials } from '../../src/venues/ccxt/credentials';
import { claimEnvironment, noteTravels } from '../../workers/claim-environment';
import { openEngine, type Engine } from '../../workers/engine';
import { ensureVenueAccount, venueAccountSettings } from '../../workers/entities';
import { entitiesWorker, formerVenueWorker, signalsWorker, venueWorker } from '../../workers/task-queue-workers';

/** Longest wait for something that must happen, shorter than a test's time; a test that needs it has failed. */
const EVENTUALLY_TIMEOUT_MS = 100_000;
const EVENTUALLY_INTERVAL_MS = 50;
/** Asking the venue for its balances as often as for an end would use up its limits. */
const REFRESH_INTERVAL_MS = 250;

/** Both sides' limits: tests of the saga must not wait for the limiter. */
const TENFOLD_LIMITS = {
  global: { limit: 1_200, windowMs: 60_000, weight: 1 },
  endpoints: {
    market_data: { limit: 1_000, windowMs: 60_000, weight: 1 },
    order: { limit: 800, windowMs: 60_000, weight: 2 },
    account: { limit: 600, windowMs: 60_000, weight: 1 },
  },
};

/** Each rule by itself, so that a test may set one of them. */
const UNBOUNDED_FLAGS = Object.entries(UNBOUNDED_RISK).flatMap(([group, rules]) =>
  Object.entries(rules).map(([name, value]) => ({ path: `${group}.${name}`, value })),
);

/** A trading engine in this process: the real server, the real adapter, the real paper venue. */
export interface TestEngine {
  readonly config: Config;
  readonly parts: Engine;
  readonly venue: PaperVenue;
  readonly intake: SignalIntake;
  /** What a person was told to look at, oldest first. */
  readonly alerts: readonly string[];
  /** A signal of this minute; the strategy tells signals of one test apart. */
  signal(overrides?: Partial<TradingSignal>): TradingSignal;
  /** Hands a signal in and waits for its end. */
  trade(overrides?: Partial<TradingSignal>): Promise<SignalView>;
  end(fingerprint: string): Promise<SignalView>;
  balances(): Promise<BalancesReply>;
  /** Waits until nothing is pending or unsettled and the ledger has the venue's latest figures. */
  settled(): Promise<BalancesReply>;
  setFaults(plan: FaultPlan | undefined): void;
  /** Stops the workers; the server keeps everything. */
  stopWorkers(): Promise<void>;
  startWorkers(): Promise<void>;
  close(): Promise<void>;
}

export interface TestEngineOptions {
  /** Settings in the shape of a configuration file, laid over the defaults. */
  readonly flags?: readonly { readonly path: string; readonly value: unknown }[];
  /** What of the paper venue no setting names. */
  readonly paperVenue?: Partial<PaperVenueOptions>;
  /** Whether the account watches positions and meets bounds of risk; absent: it does neither, and asks the venue for less. */
  readonly watchesPositions?: boolean;
  /** What the engine signs with; absent: the paper venue's own keys. */
  readonly credentials?: Credentials;
  /** What an engine of an older release left behind, and what happens before this one starts. */
  readonly before?: (parts: Engine) => Promise<void>;
}

let strategyCount = 0;

export async function startTestEngine(
  environment: TestWorkflowEnvironment,
  options: TestEngineOptions = {},
): Promise<TestEngine> {
  const dataDir = mkdtempSync(join(tmpdir(), 'oncefill-engine-'));
  const config = loadConfig({
    env: {},
    cwd: dataDir,
    flags: [
      { flag: 'test', path: 'dataDir', value: dataDir },
      { flag: 'test', path: 'paperVenue.port', value: await findFreePort() },
      { flag: 'test', path: 'temporal.namespace', value: environment.namespace ?? 'default' },
      // Each signal is of a strategy of its own.
      { flag: 'test', path: 'signals.newStrategiesPerMinute', value: 100_000 },
      { flag: 'test', path: 'orders.lookUpDelayMs', value: 200 },
      { flag: 'test', path: 'venues.bybit.limits', value: TENFOLD_LIMITS },
      { flag: 'test', path: 'paperVenue.documentedLimits', value: false },
      // Tests name prices that cross or rest for certain.
      { flag: 'test', path: 'risk.priceBandFraction', value: null },
      ...UNBOUNDED_FLAGS.map((flag) => ({ flag: 'test', ...flag })),
      ...(options.flags ?? []).map((flag) => ({ flag: 'test', ...flag })),
    ] as never,
  });
  const venue = await startPaperVenue({
    ...paperVenueOptions(config),
    // Tests name prices that cross or rest for certain.
    priceBand: undefined,
    ...options.paperVenue,
  });
  const alerts: string[] = [];
  const logger = new DefaultLogger('ERROR', ({ message }) => alerts.push(message));
  const parts = openEngine(config, environment.nativeConnection, logger, TRUSTED_STORE, {
    credentials: options.credentials,
  });
  const { client } = parts;
  const intake = createSignalIntake({ client, config, store: TRUSTED_STORE });
  const ledger = client.workflow.getHandle(venueAccountWorkflowId(parts.ours));
  let running: { worker: Worker; done: Promise<void> }[] = [];

  const engine: TestEngine = {
    config,
    parts,
    venue,
    intake,
    alerts,
    signal: (overrides = {}) => ({
      symbol: 'BTCUSDT',
      direction: 'BUY',
      strategy: `test-${(strategyCount += 1)}`,
      timestampMs: Date.now(),
      intent: 'entry',
      amount: '0.01',
      ...overrides,
    }),
    async trade(overrides) {
      const result = await intake.submit(engine.signal(overrides));
      if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
      return engine.end(result.fingerprint);
    },
    end: (fingerprint) => client.workflow.getHandle<() => Promise<SignalView>>(fingerprint).result(),
    balances: () => ledger.query(balancesQuery),
    async settled() {
      await eventually(async () => (await ledger.query(reservationsQuery)).length === 0);
      return eventually(async () => {
        await ledger.signal(refreshSignal);
        const balances = await engine.balances();
        const isSettled = Object.values(balances.assets).every((asset) => asset.unsettled === '0');
        return isSettled ? balances : undefined;
      }, REFRESH_INTERVAL_MS);
    },
    setFaults: (plan) => venue.setFaults(plan),
    async startWorkers() {
      const connected = { connection: environment.nativeConnection, namespace: config.temporal.namespace };
      const model = await readModelMetadata(config.ml.model);
      const { candlesNeeded } = model.input;
      const all = [signalsWorker(parts), entitiesWorker(parts), venueWorker(parts, candlesNeeded)];
      if (await parts.formerWorkflows.exist()) all.push(formerVenueWorker(parts, candlesNeeded));
      const workers = await Promise.all(all.map((worker) => createWorker({ ...worker, ...connected })));
      running = workers.map((worker) => ({ worker, done: worker.run() }));
    },
    async stopWorkers() {
      const stopping = running;
      running = [];
      const isEntities = ({ worker }: (typeof stopping)[number]) => worker.options.taskQueue === ENTITIES_TASK_QUEUE;
      // Entities last: a call to one that nobody runs any more would outlast the grace of its caller's worker.
      for (const group of [stopping.filter((one) => !isEntities(one)), stopping.filter(isEntities)]) {
        for (const { worker } of group) worker.shutdown();
        await Promise.all(group.map(({ done }) => done));
      }
    },
    async close() {
      await engine.stopWorkers();
      await parts.close();
      await venue.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  try {
    await options.before?.(parts);
    await claimEnvironment(client, parts.ours);
    await noteTravels(client);
    await engine.startWorkers();
    const settings = venueAccountSettings(config, parts.venue.promises);
    const { riskTerms: _terms, ...others } = settings;
    await ensureVenueAccount(client, config, parts.venue.promises, options.watchesPositions ? settings : others);
    await eventually(async () => (await engine.balances()).asOfMs > 0);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return engine;
}

/**
 * Waits until `check` gives something true. That a server or a workflow did not answer in time says nothing, on a machine that
 * stood still for instance: it is asked again.
 *
 * @throws when it does not in time, and what else `check` throws
 */
export function eventually<Value>(
  check: () => Promise<Value | undefined | false>,
  intervalMs = EVENTUALLY_INTERVAL_MS,
): Promise<Value> {
  let silence: unknown;
  const ask = async (): Promise<Value | undefined> => {
    try {
      // A count of zero is no answer, either.
      return (await check()) || undefined;
    } catch (error) {
      if (!(error instanceof IntakeUnavailableError || isUnanswered(error) || isNotReady(error))) throw error;
      silence = error;
      return undefined;
    }
  };
  const explain = (): string => (silence instanceof Error ? `Not answered in between: ${silence.message}` : '');
  return waitFor('what the test expects', ask, { intervalMs, timeoutMs: EVENTUALLY_TIMEOUT_MS, explain });
}
