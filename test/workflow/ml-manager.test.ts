/** @jest-environment ./test/unit/inference/onnx-environment.js */
/** The prediction loop with the real model, on candles of the real paper venue. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { gateSettingsOf } from '../../src/config/gate-settings';
import { shortHash } from '../../src/domain/signal-source';
import { SignalExplainer } from '../../src/intake/signal-explainer';
import { createWorker } from '../../src/temporal/worker';
import { sha256OfModel } from '../../src/inference/model-shelf';
import { beginRetraining, readRetrainer } from '../../src/intake/retraining-control';
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
import { ModelKeeper } from '../../workers/model-keeper';
import { inferenceWorker, retrainingWorker } from '../../workers/task-queue-workers';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { playTraining } from '../support/played-training';
import { field } from '../unit/inference/onnx-bytes';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

const CANDLE_INTERVAL_MS = 60_000;
/** So long before the next close, a test can do what it wants with one candle. */
const TIME_LEFT_MIN_MS = 25_000;
/** Two candles close while a test waits. */
const TWO_CANDLES_TIMEOUT_MS = 240_000;
/** The venue offers no candles of this length: every tick fails at once or at its next candle. */
const UNKNOWN_INTERVAL_MS = 3_000;
/** A field of a model's file that changes nothing but its hash. */
const DOC_STRING = 6;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;
let keeper: ModelKeeper;
let workers: readonly Worker[];
let running: Promise<unknown>;
/** Holds the candles of trainings, and a program that plays their Python. */
let trainings: string;

beforeAll(async () => {
  environment = await startTestServer();
  // Every prediction is beyond the threshold: each tick then makes signals, whatever the market does.
  trainings = mkdtempSync(join(tmpdir(), 'oncefill-trainings-'));
  engine = await startTestEngine(environment, {
    flags: [
      { path: 'ml.minimumReturn', value: '0.0000001' },
      { path: 'ml.retrain.dataDir', value: trainings },
    ],
  });
  const { parts, config } = engine;
  keeper = await openKeeper();
  const connected = { connection: parts.connection, namespace: config.temporal.namespace };
  workers = await Promise.all([
    createWorker({ ...inferenceWorker(parts, keeper.model, (command) => keeper.replace(command)), ...connected }),
    createWorker({ ...retrainingWorker(parts, keeper, trainings), ...connected }),
  ]);
  running = Promise.all(workers.map((worker) => worker.run()));
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await keeper.model.close();
  await engine.close();
  await environment.teardown();
  rmSync(trainings, { recursive: true });
});

/** As a process that predicts does at its start. */
function openKeeper(): Promise<ModelKeeper> {
  return ModelKeeper.open(engine.config, { counted: (model) => model, warn: () => undefined });
}

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

async function signalsOfTheModel(by = engine.config.ml.strategy) {
  const signals = await engine.intake.list(10);
  return signals.filter(({ strategy }) => strategy === by);
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

  const { name, version, sha256 } = keeper.model.metadata;
  const source = { by: 'model', name: `${name} ${version}`, hash: shortHash(sha256) };
  expect(await sourceOf(filled[0]!.fingerprint)).toMatchObject(source);

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
    await forgetCandles();
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

/** A tick that was read before would need no venue: whoever asks for no symbol keeps none. */
async function forgetCandles(): Promise<void> {
  const nobody = { symbols: [], count: 1, closeTimeMs: 0, patienceMs: 0, onProgress: () => undefined };
  await engine.parts.pacedVenue.candles({ ...nobody, intervalMs: CANDLE_INTERVAL_MS });
}

async function nextCandle(after: number): Promise<void> {
  const closeMs = (after + 1) * CANDLE_INTERVAL_MS;
  await new Promise((resolve) => setTimeout(resolve, closeMs - Date.now() + 1_000));
}

/** What came of the newest training, once there were so many. */
async function trained(count: number) {
  await beginRetraining(environment.client, { everyMs: 0, timeoutMs: CANDLE_INTERVAL_MS }, 'anna');
  return eventually(async () => {
    const { results = [] } = (await readRetrainer(environment.client)) ?? {};
    return results.length > 0 && results.at(-1)!.words.includes(`training ${count}`) ? results.at(-1) : undefined;
  });
}

function sourceOf(fingerprint: string) {
  const explainer = new SignalExplainer({ client: environment.client, dataDir: engine.config.dataDir });
  return explainer.explain(fingerprint).then((explanation) => explanation?.source);
}

test('a training that wins predicts at once and after a restart, and signals name it; one that does not stays out and says so', async () => {
  // No tick succeeds before the new model is there, so that no view is open then.
  const strategy = 'retrained';
  const gate = { ...gateSettingsOf(engine.config), strategy };
  await start(settings({ gate, candleIntervalMs: UNKNOWN_INTERVAL_MS }));
  const before = keeper.served;
  const better = Buffer.concat([readFileSync(engine.config.ml.model), field(DOC_STRING, 'trained anew')]);
  playTraining(trainings, better, { outcome: 'better', words: 'training 1' });
  const won = await trained(1);
  const sha256 = await sha256OfModel(join(trainings, 'next.onnx'));
  expect(won).toMatchObject({ outcome: 'loaded', by: 'anna', sha256 });
  expect(sha256).not.toBe(before.sha256);
  const served = { sha256, from: 'loaded', by: 'the retraining' };
  expect((await manager().query(mlStateQuery)).servedModel).toMatchObject(served);

  playTraining(trainings, readFileSync(engine.config.ml.model), { outcome: 'not better', words: 'training 2' });
  const lost = await trained(2);
  expect(lost).toMatchObject({ outcome: 'kept', words: expect.stringContaining('stays') });
  expect((await manager().query(mlStateQuery)).servedModel).toMatchObject(served);

  // Anew, so that the newest candle is predicted at once.
  await manager().terminate('a restart that lost everything');
  await earlyInCandle();
  await start(settings({ gate }));
  const signals = await eventually(async () => {
    const rows = await signalsOfTheModel(strategy);
    return rows.length > 0 && rows.every(({ status }) => status === 'ended') ? rows : undefined;
  });
  expect(await sourceOf(signals[0]!.fingerprint)).toMatchObject({ by: 'model', hash: shortHash(sha256) });

  // A process that is killed leaves what is on the disk, and nothing else.
  const restarted = await openKeeper();
  expect(restarted.served).toMatchObject(served);
  await restarted.model.close();
});
