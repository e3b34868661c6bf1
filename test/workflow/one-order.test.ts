/**
 * The case that turns one order into two: the process ends after the venue took the request and before anybody wrote
 * down its answer. Shown for venues that never accept a used client id again, and for those that do once its order has
 * closed, where nothing but the saga's own look-ups keeps a second order away. Each venue is asked in the end to take
 * the same order once more: where it does, its audit counts two, so that a second order of ours could not hide.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { childEnvironment } from '../../harness/child-environment';
import type { SignalView } from '../../src/domain/signal-view';
import { clientOrderIdOf, fingerprintOf } from '../../src/intake/fingerprint';
import { SIGNALS_TASK_QUEUE } from '../../src/messages/ids';
import { SIGNAL_WORKFLOW_TYPE, type SignalWorkflowInput } from '../../src/messages/signal';
import { CRASH_FILE_VARIABLE, CRASH_POINT_VARIABLE, type CrashPoint } from '../../src/process/crash-points';
import { BYBIT_PROMISES } from '../../src/venues/bybit/promises';
import type { PlaceOrderAnswer, VenuePromises } from '../../src/venues/venue';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { runSource } from '../support/run-source';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import type { MortalEngineInput } from './fixtures/mortal-engine';
import { permitted } from '../support/permit';

const ENGINE_ENTRY = join(__dirname, 'fixtures', 'mortal-engine.ts');
/** After the request, on whichever road it leaves: a slow machine may miss the short one. */
const CRASH_AT: readonly CrashPoint[] = ['trade.after-send', 'place.after-send'];
/** The server waits for the lost call's time-out before anybody hears of it. */
const CRASH_TEST_MAX_MS = 120_000;
/** Long enough for an engine that serves to send, short enough to wait for. */
const SHORT_LIFE_MS = 12_000;

type ClientIdUnique = VenuePromises['clientIdUnique'];

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
}, SERVER_START_TIMEOUT_MS);

afterEach(async () => {
  jest.restoreAllMocks();
  await engine.close();
});

afterAll(() => environment.teardown());

/** An engine at a venue of that kind, whose adapter promises no more than that. */
async function startEngineAt(clientIdUnique: ClientIdUnique): Promise<void> {
  jest.replaceProperty(BYBIT_PROMISES, 'clientIdUnique', clientIdUnique);
  engine = await startTestEngine(environment, { paperVenue: { clientIdUnique } });
}

/** Starts a signal, as intake does. */
async function startSignal(expiresAtMs = Date.now() + 60_000): Promise<string> {
  const { config, parts } = engine;
  const signal = engine.signal({ timestampMs: expiresAtMs - config.signals.timeToLiveSeconds * 1_000 });
  const fingerprint = fingerprintOf(signal);
  const input: SignalWorkflowInput = {
    fingerprint,
    clientOrderId: clientOrderIdOf(fingerprint),
    ...parts.ours,
    signal,
  };
  const { client } = parts;
  await client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
    workflowId: fingerprint,
    taskQueue: SIGNALS_TASK_QUEUE,
    args: [input],
  });
  return fingerprint;
}

interface Death {
  readonly signal: NodeJS.Signals | null;
  /** Whether it ended itself at the crash point. */
  readonly atCrashPoint: boolean;
}

/**
 * Runs this test's engine in a process of its own until that process ends at the crash point.
 *
 * @returns once it serves: a signal that was started before would live while the process starts
 */
async function startMortalEngine(): Promise<{ readonly death: Promise<Death> }> {
  const { config } = engine;
  const input: MortalEngineInput = { config, temporalAddress: environment.address };
  const crashFile = join(config.dataDir, 'crashed');
  const child = spawn(process.execPath, runSource(ENGINE_ENTRY, JSON.stringify(input)), {
    env: childEnvironment({ [CRASH_POINT_VARIABLE]: CRASH_AT.join(','), [CRASH_FILE_VARIABLE]: crashFile }),
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: CRASH_TEST_MAX_MS,
  });
  const death = new Promise<Death>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (_code, signal) => resolve({ signal, atCrashPoint: existsSync(crashFile) }));
  });
  // One that never serves is told by its death.
  await Promise.race([once(child.stdout, 'data'), death]);
  return { death };
}

test(
  'an order that was sent is found, though its process ended and its signal expired before the next one',
  async () => {
    engine = await startTestEngine(environment);
    await engine.stopWorkers();
    const { death } = await startMortalEngine();
    const expiresAtMs = Date.now() + SHORT_LIFE_MS;
    const fingerprint = await startSignal(expiresAtMs);
    expect(await death).toEqual({ signal: 'SIGKILL', atCrashPoint: true });
    await eventually(async () => Date.now() > expiresAtMs);
    await engine.startWorkers();

    expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'FILLED' });
    expect(engine.venue.audit().orders.accepted).toBe(1);
    expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0', unsettled: '0' });
  },
  CRASH_TEST_MAX_MS,
);

/** What a saga that simply sends again would do. */
async function sendAgain(view: SignalView): Promise<string> {
  const { symbol, direction } = view.signal;
  const { clientOrderId, quantity } = view.order!;
  const prices = { asset: 'USDT', reserveAmount: '0', referencePrice: '0' };
  const plan = { symbol, direction, clientOrderId, quantity, reduceOnly: false, ...prices };
  return (await permitted(() => engine.parts.venue.placeOrder(plan))).outcome.kind;
}

/** Lets the next order reach the venue, and loses everything that this process knows of it. */
function loseNextAnswer(): jest.SpyInstance {
  const { venue } = engine.parts;
  const placeOrder = venue.placeOrder.bind(venue);
  return jest.spyOn(venue, 'placeOrder').mockImplementationOnce(async (...call): Promise<PlaceOrderAnswer> => {
    await placeOrder(...call);
    throw new Error('The process ended here.');
  });
}

function ordersOf(clientOrderId: string): number {
  return engine.venue.audit().ordersPerClientId?.[clientOrderId] ?? 0;
}

/** How the venue answers the same order once more, and how many it then has. */
const KINDS: readonly [ClientIdUnique, string, number][] = [
  ['always', 'DUPLICATE', 1],
  ['openOnly', 'PLACED', 2],
];

test.each(KINDS)(
  'where client ids are unique %s, SIGKILL after the request and before its record ends as one order',
  async (clientIdUnique, repetition, ordersAfterRepetition) => {
    await startEngineAt(clientIdUnique);
    await engine.stopWorkers();
    const { death } = await startMortalEngine();
    const fingerprint = await startSignal();
    const clientOrderId = clientOrderIdOf(fingerprint);

    expect(await death).toEqual({ signal: 'SIGKILL', atCrashPoint: true });
    expect(ordersOf(clientOrderId)).toBe(1);
    await engine.startWorkers();
    const view = await engine.end(fingerprint);

    expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1, order: { clientOrderId } });
    expect(ordersOf(clientOrderId)).toBe(1);
    expect(engine.venue.audit().orders.accepted).toBe(1);

    expect(await sendAgain(view)).toBe(repetition);
    expect(ordersOf(clientOrderId)).toBe(ordersAfterRepetition);
  },
  CRASH_TEST_MAX_MS,
);

test.each(KINDS)(
  'where client ids are unique %s, a lost answer ends as one order',
  async (clientIdUnique, repetition) => {
    await startEngineAt(clientIdUnique);
    const sent = loseNextAnswer();
    // The venue's own queries show the order late, so that the first look-ups are negative.
    engine.setFaults({
      seed: 1,
      rate: 0,
      targets: [
        { fault: 'hidden_young_orders', endpoint: 'order_realtime' },
        { fault: 'hidden_young_orders', endpoint: 'order_history' },
      ],
    });

    const fingerprint = await startSignal();
    await eventually(async () => ordersOf(clientOrderIdOf(fingerprint)) === 1);
    await engine.stopWorkers();
    await engine.startWorkers();
    const view = await engine.end(fingerprint);

    expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
    expect(sent).toHaveBeenCalledTimes(1);
    expect(ordersOf(view.order!.clientOrderId)).toBe(1);

    expect(await sendAgain(view)).toBe(repetition);
  },
);

test('where ids may be used again, an order that only the recent orders show is found and not sent again', async () => {
  await startEngineAt('openOnly');
  const sent = loseNextAnswer();
  const { venue } = engine.parts;
  // The queries by client id never show it.
  jest
    .spyOn(venue, 'lookUpOrder')
    .mockImplementation(async () => ({ status: 'absent', askedAtMs: await venue.time() }));

  const view = await engine.end(await startSignal());

  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(sent).toHaveBeenCalledTimes(1);
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
});
