/** @jest-environment ./test/unit/inference/onnx-environment.js */
/** The prediction loop with the real model, on candles of the real paper venue. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { gateSettingsOf } from '../../src/config/gate-settings';
import { shortHash } from '../../src/domain/signal-source';
import { SignalExplainer } from '../../src/intake/signal-explainer';
import { createWorker } from '../../src/temporal/worker';
import { loadModel, type Model } from '../../src/inference/session';
import { INFERENCE_TASK_QUEUE, ML_MANAGER_WORKFLOW_ID } from '../../src/messages/ids';
import {
  configureMlManagerSignal,
  ML_MANAGER_WORKFLOW_TYPE,
  mlStateQuery,
  mlStatsQuery,
  pauseSignal,
  resumeSignal,
  type MlManagerSettings,
  type MlManagerStats,
} from '../../src/messages/ml-manager';
import { inferenceWorker } from '../../workers/task-queue-workers';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

const CANDLE_INTERVAL_MS = 60_000;
/** So long before the next close, a test can do what it wants with one candle. */
const TIME_LEFT_MIN_MS = 25_000;
/** Two candles close while a test waits. */
const TWO_CANDLES_TIMEOUT_MS = 240_000;
/** The venue offers no candles of this length: every tick fails at once or at its next candle. */
const UNKNOWN_INTERVAL_MS = 3_000;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;
let model: Model;
let worker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  environment = await startTestServer();
  // Every prediction is beyond the threshold: each tick then makes signals, whatever the market does.
  engine = await startTestEngine(environment, { flags: [{ path: 'ml.minimumReturn', value: '0.0000001' }] });
  model = await loadModel(engine.config.ml.model, { executionProviders: ['cpu'] });
  const { parts, config } = engine;
  worker = await createWorker({
    ...inferenceWorker(parts, model),
    connection: parts.connection,
    namespace: config.temporal.namespace,
  });
  running = worker.run();
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  worker.shutdown();
  await running;
  await model.close();
  await engine.close();
  await environment.teardown();
});

afterEach(async () => {
  engine.setFaults(undefined);
  await manager().terminate('the test is over');
  // Workers that stop together cut a saga off from the entities that it waits for.
  await eventually(async () => (await signalsOfTheModel()).every(({ status }) => status === 'ended'));
});

function settings(overrides: Partial<MlManagerSettings> = {}): MlManagerSettings {
  const { ours, venueConfig } = engine.parts;
  const gate = gateSettingsOf(engine.config);
  const { symbols } = venueConfig;
  return { ...ours, symbols, candleIntervalMs: CANDLE_INTERVAL_MS, closeDelayMs: 0, gate, ...overrides };
}

async function start(given: MlManagerSettings = settings()): Promise<void> {
  await environment.client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: ML_MANAGER_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [given],
  });
}

function manager() {
  return environment.client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID);
}

function stats(): Promise<MlManagerStats> {
  return manager().query(mlStatsQuery);
}

async function ticked(count: number): Promise<MlManagerStats> {
  return eventually(async () => {
    const current = await stats();
    return current.ticks >= count ? current : undefined;
  });
}

/** Waits for a candle that stays the newest one for as long as a test needs it. */
async function earlyInCandle(): Promise<void> {
  await eventually(async () => CANDLE_INTERVAL_MS - (Date.now() % CANDLE_INTERVAL_MS) > TIME_LEFT_MIN_MS);
}

async function signalsOfTheModel() {
  const signals = await engine.intake.list(10);
  return signals.filter(({ strategy }) => strategy === engine.config.ml.strategy);
}

test('a tick predicts every symbol and its signals become orders; the same tick again makes none', async () => {
  await earlyInCandle();
  await start();
  const first = await ticked(1);
  const count = settings().symbols.length;
  expect(first).toMatchObject({ predictions: count, signalsAccepted: count, signalsDuplicate: 0, signalsRefused: 0 });
  expect(first.funnel).toEqual({ OPENED: count });
  const { status, gate, views, demoWords } = await manager().query(mlStateQuery);
  expect({ status, gate, views: views?.length }).toEqual({ status: 'running', gate: 'demo', views: count });
  // Two fees of 0.055 % and a spread of 0.02 %, of which a price step may make a little more.
  expect(demoWords).toMatch(/^demo: expected to lose about 0\.1[34] %$/);

  const signals = await eventually(async () => {
    const rows = await signalsOfTheModel();
    return rows.length === count && rows.every(({ status }) => status === 'ended') ? rows : undefined;
  });
  const filled = signals.filter(({ outcome }) => outcome === 'FILLED');
  expect(filled.length).toBeGreaterThan(0);
  expect(engine.venue.audit()).toMatchObject({ orders: { accepted: filled.length }, maxOrdersPerClientId: 1 });

  const explainer = new SignalExplainer({ client: environment.client, dataDir: engine.config.dataDir });
  const explanation = await explainer.explain(filled[0]!.fingerprint);
  const { name, version, sha256 } = model.metadata;
  expect(explanation?.source).toMatchObject({ by: 'model', name: `${name} ${version}`, hash: shortHash(sha256) });

  await manager().terminate('a restart that lost everything');
  await start();
  const second = await ticked(1);
  expect(second).toMatchObject({ predictions: count, signalsAccepted: count, signalsDuplicate: 0 });
  expect(engine.venue.audit().orders.accepted).toBe(filled.length);
});

test(
  'a paused loop makes no prediction, and a resumed one goes on with the newest candle',
  async () => {
    await earlyInCandle();
    await start();
    await ticked(1);
    await manager().signal(pauseSignal);
    await eventually(async () => (await manager().query(mlStateQuery)).status === 'paused');
    const pausedInCandle = Math.floor(Date.now() / CANDLE_INTERVAL_MS);
    await nextCandle(pausedInCandle);
    expect((await stats()).ticks).toBe(1);
    await manager().signal(resumeSignal);
    expect(await ticked(2)).toMatchObject({ failedTicks: 0 });
    const { status, lastTickMs } = await manager().query(mlStateQuery);
    expect(status).toBe('running');
    expect(lastTickMs).toBeGreaterThan(pausedInCandle * CANDLE_INTERVAL_MS);
  },
  TWO_CANDLES_TIMEOUT_MS,
);

test(
  'a tick without the venue is reported as failed, and the next candle is predicted',
  async () => {
    await eventually(async () => CANDLE_INTERVAL_MS - (Date.now() % CANDLE_INTERVAL_MS) < TIME_LEFT_MIN_MS);
    engine.setFaults({ seed: 1, rate: 0, targets: [{ fault: 'connection_reset', endpoint: 'kline' }] } as never);
    await start();
    await eventually(async () => (await stats()).failedTicks === 1);
    const { status, lastError } = await manager().query(mlStateQuery);
    expect({ status, lastError }).toEqual({ status: 'running', lastError: expect.stringMatching(/\w/) });
    engine.setFaults(undefined);
    expect(await ticked(1)).toMatchObject({ failedTicks: 1, predictions: settings().symbols.length });
    expect((await manager().query(mlStateQuery)).lastError).toBeUndefined();
  },
  TWO_CANDLES_TIMEOUT_MS,
);

test('settings that make no sense are refused, and the loop goes on', async () => {
  await earlyInCandle();
  await start(settings({ candleIntervalMs: UNKNOWN_INTERVAL_MS }));
  const ungated = settings({ gate: { ...gateSettingsOf(engine.config), horizonMinutes: 0 } });
  const faulty = [settings({ candleIntervalMs: 0 }), settings({ closeDelayMs: NaN }), ungated];
  for (const content of [undefined, null, {}, ...faulty]) {
    await manager().signal(configureMlManagerSignal, content as never);
  }
  await manager().signal(configureMlManagerSignal, settings());
  await eventually(async () => {
    const { nextTickMs } = await manager().query(mlStateQuery);
    return nextTickMs % CANDLE_INTERVAL_MS === 0;
  });
});

async function nextCandle(after: number): Promise<void> {
  const closeMs = (after + 1) * CANDLE_INTERVAL_MS;
  await new Promise((resolve) => setTimeout(resolve, closeMs - Date.now() + 1_000));
}
