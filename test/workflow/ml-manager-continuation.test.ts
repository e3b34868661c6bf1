/** What a person reads of the prediction loop survives its continue-as-new. The steps of a tick are played here. */
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
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

let environment: TestWorkflowEnvironment;
let workers: Worker[];
let running: Promise<unknown>;

/** Predicts, and then cannot hand its signals in: a tick that leaves both a model and an error behind. */
const activities = {
  fetchCandles: async () => ({}),
  predict: async () => ({ model: MODEL, predicted: 1, signals: [{}] }),
  submitSignals: () => Promise.reject(ApplicationFailure.nonRetryable(FAILURE)),
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
async function continueAsNew(firstRunId: string): Promise<void> {
  for (let count = 0; count < SIGNALS_MAX; count += 1) {
    if ((await manager().describe()).runId !== firstRunId) return;
    await manager().signal(configureMlManagerSignal, SETTINGS);
    await manager().query(mlStatsQuery);
  }
  throw new Error(`The loop did not continue as new within ${SIGNALS_MAX} signals.`);
}

test('the model, the last error and the counts are the same after a continue-as-new', async () => {
  const { firstExecutionRunId } = await environment.client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: ML_MANAGER_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [SETTINGS],
  });
  await eventually(async () => (await manager().query(mlStatsQuery)).failedTicks === 1);
  const before = await manager().query(mlStateQuery);
  expect(before).toMatchObject({ model: MODEL, lastError: FAILURE });

  await continueAsNew(firstExecutionRunId);

  expect(await manager().query(mlStateQuery)).toEqual(before);
  expect(await manager().query(mlStatsQuery)).toMatchObject({ failedTicks: 1, predictions: 1 });
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
