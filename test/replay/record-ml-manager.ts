import { gateSettingsOf } from '../../src/config/gate-settings';
import { createWorker } from '../../src/temporal/worker';
import { loadModel } from '../../src/inference/session';
import { INFERENCE_TASK_QUEUE } from '../../src/messages/ids';
import {
  configureMlManagerSignal,
  ML_MANAGER_WORKFLOW_TYPE,
  mlStateQuery,
  mlStatsQuery,
  pauseSignal,
  resumeSignal,
  type MlManagerSettings,
  type MlManagerState,
  type MlManagerStats,
} from '../../src/messages/ml-manager';
import { inferenceWorker } from '../../workers/task-queue-workers';
import { eventually, type TestEngine } from '../support/engine';
import { runChain, type Recording } from './recording';

const WORKFLOW_ID = 'ml-manager';
const PAUSED_WORKFLOW_ID = 'ml-manager-paused';
const CLOCK_WORKFLOW_ID = 'ml-manager-clock';
const CHANCE_WORKFLOW_ID = 'ml-manager-chance';
/** About as many predictions have a larger chance as have a smaller one. */
const NET_GAIN_CHANCE_MIN = '0.3';
/** Ten years of minutes. */
const CANDLES_AHEAD = 5_256_000;
const CANDLE_INTERVAL_MS = 60_000;
/** The venue has no candles of this length: the tick fails. */
const UNKNOWN_INTERVAL_MS = 7_000;
/** Candles are fetched by their close; a tick that starts right before the next close would find none. */
const LATEST_START_MS = 40_000;
const SIGNALS_MAX = 200;

/** The loop over two candles with a pause and a failed tick, its continue-as-new, and the run after. */
export async function recordMlManager(engine: TestEngine): Promise<readonly Recording[]> {
  const { parts, config } = engine;
  const model = await loadModel(config.ml.model, { executionProviders: ['cpu'] });
  const worker = await createWorker({
    ...inferenceWorker(parts, model),
    connection: parts.connection,
    namespace: config.temporal.namespace,
  });
  const recordings = await worker.runUntil(() => play(engine));
  await model.close();
  return recordings;
}

async function play(engine: TestEngine): Promise<readonly Recording[]> {
  const { client } = engine.parts;
  const settings: MlManagerSettings = {
    ...engine.parts.ours,
    symbols: engine.config.venues[engine.config.venue]!.symbols,
    candleIntervalMs: CANDLE_INTERVAL_MS,
    closeDelayMs: 0,
    gate: gateSettingsOf(engine.config),
  };
  await clockSetBack(engine, settings);
  await chanceOfNetGain(engine, settings);
  const [pausedRun] = await pausedForLong(engine, settings);
  await eventually(async () => Date.now() % CANDLE_INTERVAL_MS < LATEST_START_MS);
  const handle = await client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [settings],
  });
  const stats = (): Promise<MlManagerStats> => handle.query(mlStatsQuery);
  await eventually(async () => (await stats()).ticks === 1);
  await handle.signal(configureMlManagerSignal, { ...settings, candleIntervalMs: UNKNOWN_INTERVAL_MS });
  await eventually(async () => (await stats()).failedTicks === 1);
  await handle.signal(pauseSignal);
  await handle.signal(configureMlManagerSignal, settings);
  await eventually(async () => Date.now() % CANDLE_INTERVAL_MS < LATEST_START_MS);
  await handle.signal(resumeSignal);
  const ticksBefore = (await stats()).ticks;
  // A whole candle may pass until the next tick is due.
  for (let minutes = 0; minutes < 2 && (await stats()).ticks === ticksBefore; minutes += 1) {
    await eventually(async () => (await stats()).ticks > ticksBefore).catch(() => undefined);
  }
  await continueAsNew(engine, WORKFLOW_ID, handle.firstExecutionRunId, async () => {
    for (const signal of [pauseSignal, resumeSignal]) {
      await handle.signal(signal);
      await handle.query(mlStatsQuery);
    }
  });
  const [first, second] = await runChain(client, WORKFLOW_ID);
  return [
    { name: 'ml-manager-continued', workflowId: WORKFLOW_ID, runId: first },
    { name: 'ml-manager-after-continuing', workflowId: WORKFLOW_ID, runId: second },
    { name: 'ml-manager-continued-while-paused', workflowId: PAUSED_WORKFLOW_ID, runId: pausedRun },
    { name: 'ml-manager-clock-set-back', workflowId: CLOCK_WORKFLOW_ID },
    { name: 'ml-manager-chance-of-net-gain', workflowId: CHANCE_WORKFLOW_ID },
  ];
}

/** The loop as it goes on where the last tick was made by a clock that stood years ahead. */
async function clockSetBack(engine: TestEngine, settings: MlManagerSettings): Promise<void> {
  const lastTickMs = (Math.floor(Date.now() / CANDLE_INTERVAL_MS) + CANDLES_AHEAD) * CANDLE_INTERVAL_MS;
  const stats = {
    ticks: 1,
    failedTicks: 0,
    predictions: 0,
    signalsAccepted: 0,
    signalsDuplicate: 0,
    signalsRefused: 0,
  };
  const handle = await engine.parts.client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: CLOCK_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [settings, { paused: false, lastTickMs, stats }],
  });
  await eventually(async () => ((await handle.query(mlStateQuery)) as MlManagerState).lastTickMs !== lastTickMs);
  await handle.terminate('the recorder saw enough');
}

/** The loop where a prediction needs a chance of a net gain, over two candles: the second one is scaled by the live score. */
async function chanceOfNetGain(engine: TestEngine, settings: MlManagerSettings): Promise<void> {
  const gate = { ...settings.gate!, gate: 'costs', netGainChanceMin: NET_GAIN_CHANCE_MIN } as const;
  const handle = await engine.parts.client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: CHANCE_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [{ ...settings, gate: { ...gate, strategy: 'chance' } }],
  });
  const ticks = async (): Promise<number> => ((await handle.query(mlStatsQuery)) as MlManagerStats).ticks;
  for (let minutes = 0; minutes < 3 && (await ticks()) < 2; minutes += 1) {
    await eventually(async () => (await ticks()) >= 2).catch(() => undefined);
  }
  const { liveScore } = (await handle.query(mlStateQuery)) as MlManagerState;
  if (liveScore === undefined) throw new Error('The loop kept no live score.');
  await handle.terminate('the recorder saw enough');
}

/** The loop while it is paused, and every start of its process hands it the configuration. */
async function pausedForLong(engine: TestEngine, settings: MlManagerSettings): Promise<readonly string[]> {
  const { client } = engine.parts;
  const stats = {
    ticks: 0,
    failedTicks: 0,
    predictions: 0,
    signalsAccepted: 0,
    signalsDuplicate: 0,
    signalsRefused: 0,
  };
  const handle = await client.workflow.start(ML_MANAGER_WORKFLOW_TYPE, {
    workflowId: PAUSED_WORKFLOW_ID,
    taskQueue: INFERENCE_TASK_QUEUE,
    args: [settings, { paused: true, lastTickMs: 0, stats }],
  });
  await continueAsNew(engine, PAUSED_WORKFLOW_ID, handle.firstExecutionRunId, async () => {
    await handle.signal(configureMlManagerSignal, settings);
    await handle.query(mlStatsQuery);
  });
  const runIds = await runChain(client, PAUSED_WORKFLOW_ID);
  await handle.terminate('the recorder saw enough');
  return runIds;
}

/** Grows the history until the server suggests a new run. @param tell once more */
async function continueAsNew(
  engine: TestEngine,
  workflowId: string,
  firstRunId: string,
  tell: () => Promise<void>,
): Promise<void> {
  const handle = engine.parts.client.workflow.getHandle(workflowId);
  for (let count = 0; count < SIGNALS_MAX; count += 1) {
    if ((await handle.describe()).runId !== firstRunId) return;
    await tell();
  }
  throw new Error(`The loop did not continue as new within ${SIGNALS_MAX} signals.`);
}
