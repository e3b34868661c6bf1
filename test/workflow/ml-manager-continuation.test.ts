/** What a person reads of the prediction loop survives its continue-as-new. The steps of a tick are played here. */
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import type { PredictInput } from '../../activities/inference';
import type { SubmitInput } from '../../activities/intake';
import type { FetchCandlesInput, FetchCostsInput } from '../../activities/market-data';
import { NO_OUTCOMES } from '../../src/domain/live-score/sums';
import type { GateSettings } from '../../src/domain/model-gate/types';
import type { TradingSignal } from '../../src/domain/signal';
import { createWorker } from '../../src/temporal/worker';
import {
  INFERENCE_TASK_QUEUE,
  ML_MANAGER_WORKFLOW_ID,
  ML_RETRAINER_WORKFLOW_ID,
  RETRAINING_TASK_QUEUE,
  SIGNALS_TASK_QUEUE,
  venueTaskQueue,
} from '../../src/messages/ids';
import {
  changeSettingsUpdate,
  configureMlManagerSignal,
  loadModelUpdate,
  ML_MANAGER_WORKFLOW_TYPE,
  mlSettingsQuery,
  mlStateQuery,
  mlStatsQuery,
  pauseSignal,
  resumeSignal,
  type LoadModelCommand,
  type LoadModelReply,
  type MlManagerSettings,
  type ServedModel,
} from '../../src/messages/ml-manager';
import { RETRAININGS_KEPT_MAX, type RetrainReport } from '../../src/messages/ml-retrainer';
import { beginRetraining, ensureRetrainer, readRetrainer } from '../../src/intake/retraining-control';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { onPaper } from '../support/account-commands';
import { eventually } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

/** Low, so that a few signals make a new run. */
const CONTINUE_AS_NEW_EVENTS = 30;
const SIGNALS_MAX = 5 * CONTINUE_AS_NEW_EVENTS;
const VENUE = 'nowhere';
const MODEL = 'returns-of-the-test';
const FAILURE = 'intake was away';
/** The first tick is due at once, and the next one not before the test is over. */
const SETTINGS: MlManagerSettings = {
  ...onPaper(VENUE),
  symbols: ['A'],
  candleIntervalMs: 86_400_000,
  closeDelayMs: 0,
};

const HORIZON_MINUTES = 1_440;
const GATE: GateSettings = {
  gate: 'demo',
  strategy: 'model',
  minimumReturn: '0.0003',
  slippageMargin: '0',
  horizonMinutes: HORIZON_MINUTES,
  coolDownMinutes: 0,
  stopVolatilityMultiple: '0',
  targetVolatilityMultiple: '0',
  stopDistanceMin: '0.0005',
  stopDistanceMax: '0.5',
  assumedCosts: '0.0013',
};

const SHA256 = 'a'.repeat(64);
const BROKEN = 'b'.repeat(64);
const LOADED: ServedModel = { name: 'other', version: '2', sha256: SHA256, from: 'loaded', by: 'anna', sinceMs: 1 };
/** Each leaves five events. */
const CHANGES = 12;
const TICKS = 15;
const RUNS_MIN = 4;
const MANY_CANDLES_TIMEOUT_MS = 180_000;
const CANDLES_MISSED = 20;
/** So short that a hundred candles close while a test waits. */
const BRIEF: MlManagerSettings = { ...SETTINGS, symbols: ['BRIEF'], candleIntervalMs: 100 };

let environment: TestWorkflowEnvironment;
let workers: Worker[];
let running: Promise<unknown>;

/** Of a release before the gate: its activity made the signals. */
const FORMER: MlManagerSettings = { ...SETTINGS, symbols: ['FORMER'] };
const GATED: MlManagerSettings = {
  ...SETTINGS,
  symbols: ['OPENS', 'REFUSED', 'UNPRICED', 'CALM'],
  gate: GATE,
};

/** What the loop handed in, and asked the costs of. */
let handedIn: readonly TradingSignal[] = [];
let priced: readonly string[] = [];
/** Trainings that began, and what each waits for. */
let trainings = 0;
let trained: Promise<void> = Promise.resolve();
/** The closes that it predicted at. */
let predictedAtMs: readonly number[] = [];

const activities = {
  fetchCandles: async ({ symbols, closeTimeMs: tickMs }: FetchCandlesInput) => ({ symbols, tickMs }),
  predict: async ({ reference, minimumReturn, score }: PredictInput) => {
    const { symbols, tickMs } = reference;
    predictedAtMs = [...predictedAtMs, tickMs];
    if (symbols[0] === 'BRIEF') return { model: MODEL, predicted: 1, signals: [] };
    if (minimumReturn === undefined) return { model: MODEL, predicted: 1, signals: [{ symbol: symbols[0] }] };
    const beyond = symbols.filter((symbol) => symbol !== 'CALM');
    return {
      model: MODEL,
      predicted: symbols.length,
      predictions: beyond.map((symbol) => ({ symbol, expectedReturn: -0.01, closeTimeMs: tickMs })),
      skipped: { stale: 1, others: 1 },
      modelHash: 'a'.repeat(16),
      endOfDataMs: tickMs,
      ...(score && { outcomes: [{ ...NO_OUTCOMES, minutes: 60, outcomes: 4, inside90: 3 }] }),
      signals: [],
    };
  },
  fetchCosts: async ({ symbols }: FetchCostsInput) => {
    priced = symbols;
    const known = symbols.filter((symbol) => symbol !== 'UNPRICED');
    return Object.fromEntries(known.map((symbol) => [symbol, { takerFee: '0.00055', bid: '99.99', ask: '100.01' }]));
  },
  loadModel: async ({ sha256 }: LoadModelCommand): Promise<LoadModelReply> => {
    if (sha256 === BROKEN) return { status: 'refused', code: 'MODEL_LOAD_FAILED', reason: 'It cannot be loaded.' };
    return { status: 'loaded', model: LOADED };
  },
  retrainModel: async (): Promise<RetrainReport> => {
    trainings += 1;
    await trained;
    return { outcome: 'kept', words: `training ${trainings}` };
  },
  submitSignals: async ({ signals }: SubmitInput) => {
    // A tick that leaves both a model and an error behind.
    if (signals[0]?.symbol === 'FORMER') throw ApplicationFailure.nonRetryable(FAILURE);
    handedIn = [...handedIn, ...signals];
    return signals.map(({ symbol }) => ({ status: symbol === 'REFUSED' ? 'refused' : 'accepted' }));
  },
};

beforeAll(async () => {
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS };
  environment = await startTestServer('default', { dynamicConfig });
  const { nativeConnection: connection, namespace } = environment;
  const connected = { connection, namespace, activities };
  workers = await Promise.all([
    loopWorker(),
    createWorker({ ...connected, taskQueue: SIGNALS_TASK_QUEUE }),
    createWorker({ ...connected, taskQueue: RETRAINING_TASK_QUEUE }),
    createWorker({ ...connected, taskQueue: venueTaskQueue(onPaper(VENUE)) }),
  ]);
  running = Promise.all(workers.map((worker) => worker.run()));
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await environment.teardown();
});

/** The one that runs the loop. */
function loopWorker(): Promise<Worker> {
  const { nativeConnection: connection, namespace } = environment;
  const workflowBundle = { codePath: WORKFLOW_BUNDLE_PATH };
  return createWorker({ connection, namespace, activities, taskQueue: INFERENCE_TASK_QUEUE, workflowBundle });
}

afterEach(async () => {
  // Some tests have ended it, or never started it.
  await manager()
    .terminate('the test is over')
    .catch(() => undefined);
});

function manager() {
  return environment.client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID);
}

/** Grows the history until the server suggests a new run. */
async function continueAsNew(firstRunId: string, settings: MlManagerSettings): Promise<void> {
  for (let count = 0; count < SIGNALS_MAX; count += 1) {
    if ((await manager().describe()).runId !== firstRunId) return;
    await manager().signal(configureMlManagerSignal, settings);
    await manager().query(mlStatsQuery);
  }
  throw new Error(`The loop did not continue as new within ${SIGNALS_MAX} signals.`);
}

async function start(settings: MlManagerSettings): Promise<string> {
  const { firstExecutionRunId } = await environment.client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: ML_MANAGER_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [settings],
  });
  return firstExecutionRunId;
}

test('the model, the last error and the counts are the same after a continue-as-new', async () => {
  const runId = await start(FORMER);
  await eventually(async () => (await manager().query(mlStatsQuery)).failedTicks === 1);
  const before = await manager().query(mlStateQuery);
  expect(before).toMatchObject({ model: MODEL, lastError: FAILURE });

  await continueAsNew(runId, FORMER);

  expect(await manager().query(mlStateQuery)).toEqual(before);
  expect(await manager().query(mlStatsQuery)).toMatchObject({ failedTicks: 1, predictions: 1 });
});

test('what passes the gate is handed in, and the views stay open after a continue-as-new', async () => {
  const runId = await start(GATED);
  await eventually(async () => (await manager().query(mlStatsQuery)).ticks === 1);
  expect(priced).toEqual(['OPENS', 'REFUSED', 'UNPRICED']);
  expect(handedIn.map(({ symbol, direction, maxHoldingSeconds }) => [symbol, direction, maxHoldingSeconds])).toEqual([
    ['OPENS', 'SELL', HORIZON_MINUTES * 60],
    ['REFUSED', 'SELL', HORIZON_MINUTES * 60],
  ]);
  const stats = await manager().query(mlStatsQuery);
  const funnel = { OPENED: 2, COSTS_UNKNOWN: 1, BELOW_MINIMUM: 1, STALE_CANDLES: 1, NO_PREDICTION: 1 };
  expect(stats).toMatchObject({ predictions: 4, signalsAccepted: 1, signalsRefused: 1, funnel });
  const before = await manager().query(mlStateQuery);
  expect(before).toMatchObject({ gate: 'demo', lastFunnel: funnel, demoWords: 'demo: expected to lose about 0.13 %' });
  expect(before.views?.map(({ symbol }) => symbol)).toEqual(['OPENS']);
  expect(before.liveScore).toEqual([expect.objectContaining({ minutes: 60, outcomes: 4, coverage90: 0.75 })]);
  expect(before.modelData).toMatchObject({ ageDays: 0 });

  await continueAsNew(runId, GATED);

  expect(await manager().query(mlStateQuery)).toEqual(before);
  expect(await manager().query(mlStatsQuery)).toEqual(stats);
});

test('a tick that a clock ten years ahead had made holds nothing up once the clock is right again', async () => {
  const tenYearsMs = 10 * 365 * 86_400_000;
  const lastTickMs = Math.ceil((Date.now() + tenYearsMs) / SETTINGS.candleIntervalMs) * SETTINGS.candleIntervalMs;
  const carried = {
    paused: false,
    lastTickMs,
    stats: {
      ticks: 1,
      failedTicks: 0,
      predictions: 0,
      signalsAccepted: 0,
      signalsDuplicate: 0,
      signalsRefused: 0,
    },
    model: MODEL,
  };
  const workflowId = `${ML_MANAGER_WORKFLOW_ID}-with-a-tick-ahead`;
  const handle = await environment.client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [SETTINGS, carried],
  });
  await eventually(
    async () => (await handle.query(mlStateQuery)).nextTickMs < Date.now() + 2 * SETTINGS.candleIntervalMs,
  );
  await handle.terminate('the test is over');
});

test('a pause keeps who came first and why, over new runs and restarts, and also while it is told much', async () => {
  const runId = await start(GATED);
  await eventually(async () => (await manager().query(mlStatsQuery)).ticks === 1);
  await manager().signal(pauseSignal, { by: 'anna', reason: 'the news at three' });
  await manager().signal(pauseSignal, { by: 'berta', reason: 'me too' });
  await manager().signal(pauseSignal, 'nonsense' as never);
  const before = await manager().query(mlStateQuery);
  expect(before).toMatchObject({ status: 'paused', pause: { by: 'anna', reason: 'the news at three' } });

  await continueAsNew(runId, GATED);

  expect(await manager().query(mlStateQuery)).toEqual(before);
  await manager().signal(resumeSignal, { by: 'anna', reason: 'over' });
  const after = await manager().query(mlStateQuery);
  expect(after.status).toBe('running');
  expect(after.pause).toBeUndefined();
});

test('no change of settings is lost while runs are continued; it ends when the configuration says something new', async () => {
  const runId = await start(GATED);
  await eventually(async () => (await manager().query(mlStatsQuery)).ticks === 1);
  const change = (settings: Record<string, string | number>) =>
    manager().executeUpdate(changeSettingsUpdate, { args: [{ settings, by: 'anna' }] });
  for (let minutes = 1; minutes <= CHANGES; minutes += 1) {
    const reply = await change({ coolDownMinutes: minutes });
    expect(reply).toMatchObject({ status: 'changed', settings: { inForce: { coolDownMinutes: minutes } } });
    expect(await manager().query(mlSettingsQuery)).toMatchObject({ inForce: { coolDownMinutes: minutes } });
  }
  expect((await manager().describe()).runId).not.toBe(runId);
  await change({ gate: 'costs', minimumReturn: '0.001' });
  const faulty: readonly Record<string, string | number>[] = [
    { gate: 'none' },
    { minimumReturn: '-1' },
    { strategy: 'other' },
    { horizonMinutes: 0 },
  ];
  for (const refused of faulty) {
    expect(await change(refused)).toMatchObject({ status: 'refused', reason: expect.stringMatching(/\w\.$/) });
  }
  // A restart with the same configuration, and then with another least return.
  await manager().signal(configureMlManagerSignal, GATED);
  const changedSettings = async () =>
    (await manager().query(mlSettingsQuery)).changes.map(({ setting }) => setting).toSorted();
  expect(await changedSettings()).toEqual(['coolDownMinutes', 'gate', 'minimumReturn']);
  await manager().signal(configureMlManagerSignal, { ...GATED, gate: { ...GATE, minimumReturn: '0.0004' } });
  expect(await changedSettings()).toEqual(['coolDownMinutes', 'gate']);
  expect((await manager().query(mlSettingsQuery)).inForce?.minimumReturn).toBe('0.0004');
  await change({});
  expect(await changedSettings()).toEqual([]);
});

test('the gate of demos is refused outside paper', async () => {
  await start({ ...GATED, environment: 'testnet', gate: { ...GATE, gate: 'costs' } });
  const command = { settings: { gate: 'demo' }, by: 'anna' };
  const reply = await manager().executeUpdate(changeSettingsUpdate, { args: [command] });
  expect(reply).toMatchObject({ status: 'refused', reason: expect.stringContaining('testnet') });
  expect((await manager().query(mlSettingsQuery)).inForce?.gate).toBe('costs');
});

test('a model that answers takes the place of the one before it; one that does not leaves it there', async () => {
  const served: ServedModel = { ...LOADED, name: 'first', from: 'configuration' };
  await start({ ...GATED, servedModel: served });
  const load = (command: LoadModelCommand) => manager().executeUpdate(loadModelUpdate, { args: [command] });
  expect(await load({ sha256: BROKEN, by: 'anna' })).toMatchObject({ status: 'refused', code: 'MODEL_LOAD_FAILED' });
  const path = await load({ sha256: '../../etc/passwd', by: 'anna' });
  expect(path).toMatchObject({ status: 'refused', code: 'MODEL_NAME_INVALID' });
  expect((await manager().query(mlStateQuery)).servedModel).toEqual(served);
  expect(await load({ sha256: SHA256, by: 'anna' })).toEqual({ status: 'loaded', model: LOADED });
  expect((await manager().query(mlStateQuery)).servedModel).toEqual(LOADED);
});

test(
  'many candles grow no history, and those that closed while nobody predicted are predicted once',
  async () => {
    predictedAtMs = [];
    const firstRunId = await start(BRIEF);
    await eventually(async () => (await manager().query(mlStatsQuery)).ticks >= TICKS);
    const runIds = await runsOf(firstRunId);
    expect(runIds.length).toBeGreaterThanOrEqual(RUNS_MIN);
    for (const runId of runIds) expect(await eventsOf(runId)).toBeLessThan(2 * CONTINUE_AS_NEW_EVENTS);

    workers[0]!.shutdown();
    await eventually(async () => workers[0]!.getState() === 'STOPPED');
    const ticksBefore = predictedAtMs.length;
    const stoppedAtMs = Date.now();
    await new Promise((resolve) => setTimeout(resolve, CANDLES_MISSED * BRIEF.candleIntervalMs));
    const startedAtMs = Date.now();
    workers[0] = await loopWorker();
    running = Promise.all([running, workers[0].run()]);
    await eventually(async () => predictedAtMs.length > ticksBefore + 2);

    const caughtUp = predictedAtMs.slice(ticksBefore);
    // A tick that was under way when the worker stopped may be repeated.
    const missed = caughtUp.filter((atMs) => atMs > stoppedAtMs && atMs < startedAtMs - BRIEF.candleIntervalMs);
    expect(missed).toEqual([]);
    expect(new Set(caughtUp).size).toBeGreaterThanOrEqual(2);
  },
  MANY_CANDLES_TIMEOUT_MS,
);

test('one model is trained at a time, by whom it was asked for; without a clock the retrainer ends', async () => {
  const { client } = environment;
  const settings = { everyMs: 0, timeoutMs: 60_000 };
  await ensureRetrainer(client, settings);
  expect(await readRetrainer(client)).toBeUndefined();
  let end = (): void => undefined;
  trained = new Promise((resolve) => (end = resolve));
  await beginRetraining(client, settings, 'anna');
  await eventually(async () => (await readRetrainer(client))?.underWay?.by === 'anna');
  await beginRetraining(client, settings, 'berta');
  await beginRetraining(client, settings, 'carla');
  expect(trainings).toBe(1);
  end();
  // Who asked meanwhile gets one together: it began after they asked.
  await eventually(async () => (await readRetrainer(client))?.results.length === 2);
  const { results = [], nextAtMs } = (await readRetrainer(client)) ?? {};
  expect(results.map(({ by, words }) => [by, words])).toEqual([
    ['anna', 'training 1'],
    ['berta', 'training 2'],
  ]);
  expect({ trainings, nextAtMs }).toEqual({ trainings: 2, nextAtMs: undefined });
  const retrainer = client.workflow.getHandle(ML_RETRAINER_WORKFLOW_ID);
  await eventually(async () => (await retrainer.describe()).status.name === 'COMPLETED');
});

test('by the clock it trains again and again, and remembers the last ones', async () => {
  const { client } = environment;
  await ensureRetrainer(client, { everyMs: 50, timeoutMs: 60_000 });
  await eventually(async () => (await readRetrainer(client))?.results.length === RETRAININGS_KEPT_MAX);
  const { results = [] } = (await readRetrainer(client)) ?? {};
  expect(new Set(results.map(({ by }) => by))).toEqual(new Set(['the clock']));
  await ensureRetrainer(client, { everyMs: 0, timeoutMs: 60_000 });
  const retrainer = client.workflow.getHandle(ML_RETRAINER_WORKFLOW_ID);
  await eventually(async () => (await retrainer.describe()).status.name === 'COMPLETED');
});

/** The chain of runs, from the first on. */
async function runsOf(firstRunId: string): Promise<readonly string[]> {
  const runIds: string[] = [];
  for (let runId: string | undefined = firstRunId; runId !== undefined;) {
    runIds.push(runId);
    const { events = [] } = await historyOf(runId);
    const { newExecutionRunId } = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes ?? {};
    runId = newExecutionRunId ?? undefined;
  }
  return runIds;
}

async function eventsOf(runId: string): Promise<number> {
  return (await historyOf(runId)).events?.length ?? 0;
}

function historyOf(runId: string) {
  return environment.client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID, runId).fetchHistory();
}
