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
  SIGNALS_TASK_QUEUE,
  venueTaskQueue,
} from '../../src/messages/ids';
import {
  configureMlManagerSignal,
  ML_MANAGER_WORKFLOW_TYPE,
  mlStateQuery,
  mlStatsQuery,
  type MlManagerSettings,
} from '../../src/messages/ml-manager';
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

const activities = {
  fetchCandles: async ({ symbols, closeTimeMs: tickMs }: FetchCandlesInput) => ({ symbols, tickMs }),
  predict: async ({ reference, minimumReturn, score }: PredictInput) => {
    const { symbols, tickMs } = reference;
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
  const workflowBundle = { codePath: WORKFLOW_BUNDLE_PATH };
  const connected = { connection, namespace, activities };
  workers = await Promise.all([
    createWorker({ ...connected, taskQueue: INFERENCE_TASK_QUEUE, workflowBundle }),
    createWorker({ ...connected, taskQueue: SIGNALS_TASK_QUEUE }),
    createWorker({ ...connected, taskQueue: venueTaskQueue(onPaper(VENUE)) }),
  ]);
  running = Promise.all(workers.map((worker) => worker.run()));
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await environment.teardown();
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
  await manager().terminate('the test is over');
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
  await manager().terminate('the test is over');
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
