/**
 * A release that lets the environment travel with the signal takes over an installation of before: an account that holds
 * a reservation, a signal whose order rests at the venue, and one that waits for its first step.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { TradingSignal } from '../../src/domain/signal';
import type { OrderPlan } from '../../src/domain/market';
import type { SignalView } from '../../src/domain/signal-view';
import { clientOrderIdOf, fingerprintOf } from '../../src/intake/fingerprint';
import {
  ENTITIES_TASK_QUEUE,
  formerVenueAccountWorkflowId,
  formerVenueTaskQueue,
  SIGNALS_TASK_QUEUE,
  venueAccountWorkflowId,
} from '../../src/messages/ids';
import { cancelUpdate, SIGNAL_WORKFLOW_TYPE, stateQuery, type SignalWorkflowInput } from '../../src/messages/signal';
import type { TradeInput } from '../../src/messages/trade';
import { batchUpdate, snapshotSignal, VENUE_ACCOUNT_WORKFLOW_TYPE } from '../../src/messages/venue-account';
import { readMark, TRAVELS_SINCE_MARK, writeMark } from '../../src/temporal/namespace-marks';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { claimEnvironment, noteTravels } from '../../workers/claim-environment';
import type { Engine } from '../../workers/engine';
import { moveFormerAccount } from '../../workers/former-account';
import { entitiesWorker } from '../../workers/task-queue-workers';
import { SETTINGS } from '../support/account-commands';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { createWorker } from '../../src/temporal/worker';
import { credentialsOf } from '../../src/venues/ccxt/credentials';
import { createVenue } from '../../src/venues/create-venue';
import type { Venue } from '../../src/venues/venue';

const VENUE = 'bybit';
const RESERVED = '11';

let environment: TestWorkflowEnvironment;
let engine: TestEngine;
let resting: string;
let waiting: string;

function signalOf(strategy: string, limitPrice?: string): TradingSignal {
  return {
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy,
    timestampMs: Date.now(),
    intent: 'entry',
    amount: '0.01',
    ...(limitPrice === undefined ? {} : { limitPrice }),
  };
}

/** As intake of an older release starts a signal: nobody says in which environment. */
async function startFormerSignal({ client }: Engine, signal: TradingSignal): Promise<string> {
  const fingerprint = fingerprintOf(signal);
  const input: SignalWorkflowInput = { fingerprint, clientOrderId: clientOrderIdOf(fingerprint), venue: VENUE, signal };
  await client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
    workflowId: fingerprint,
    taskQueue: SIGNALS_TASK_QUEUE,
    args: [input],
  });
  return fingerprint;
}

/** The engine of before: its account without an environment, its queue, and its terms that name none. */
async function runFormerEngine(parts: Engine): Promise<void> {
  const { client, connection, termsOf } = parts;
  const venue = formerVenue(parts);
  const former = client.workflow.getHandle(formerVenueAccountWorkflowId(VENUE));
  await client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
    workflowId: former.workflowId,
    taskQueue: ENTITIES_TASK_QUEUE,
    args: [{ ...SETTINGS, environment: undefined, venue: VENUE }],
  });
  const figures = { total: '100000', available: '100000', locked: '0' };
  await former.signal(snapshotSignal, { asOfMs: Date.now(), assets: { USDT: figures } });

  async function tradeAtOnce({ fingerprint, clientOrderId, signal, signalStartedAtMs }: TradeInput) {
    const plan: OrderPlan = {
      symbol: signal.symbol,
      direction: signal.direction,
      clientOrderId,
      quantity: '0.01',
      limitPrice: signal.limitPrice!,
      reduceOnly: false,
      asset: 'USDT',
      reserveAmount: RESERVED,
      referencePrice: '1000',
    };
    const { limitPrice, ...others } = plan;
    const command = {
      requestId: `${fingerprint}:reserve:1`,
      reservationId: fingerprint,
      asset: 'USDT',
      amount: RESERVED,
      intent: 'entry',
      purpose: 'of before',
      metadata: { ...others, limitPrice: limitPrice! },
    } as const;
    await former.executeUpdate(batchUpdate, { args: [[{ kind: 'reserve', command }]] });
    const { outcome, signedAtMs } = await venue.placeOrder(plan);
    const { environment: _, ...terms } = termsOf(signal, signalStartedAtMs);
    const times = { reservedAtMs: 0, sentAtMs: 0, answeredAtMs: 0, toldAtMs: 0 };
    return { status: 'answered', plan, outcome, signedAtMs, times, terms };
  }
  const activities = {
    tradeAtOnce,
    lookUpOrder: async () => ({ status: 'unavailable', outcome: { kind: 'UNKNOWN' } }),
    fetchBalances: async () => ({ asOfMs: Date.now(), assets: { USDT: figures } }),
  };
  const connected = {
    connection,
    namespace: client.options.namespace,
    workflowBundle: { codePath: WORKFLOW_BUNDLE_PATH },
  };
  const sinks = { announcements: { line: ignored, alert: ignored, reached: ignored, ended: ignored } };
  const workers = await Promise.all([
    createWorker({ ...entitiesWorker(parts), ...connected }),
    createWorker({ ...connected, taskQueue: SIGNALS_TASK_QUEUE, activities, sinks }),
    createWorker({ ...connected, taskQueue: formerVenueTaskQueue(VENUE), activities }),
  ]);
  const running = workers.map((worker) => worker.run());
  resting = await startFormerSignal(parts, signalOf('resting', '1000'));
  await eventually(async () => (await client.workflow.getHandle(resting).query(stateQuery)).state === 'WORKING');
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await venue.close();
}

/** No request of before carried a permit. */
function formerVenue({ config, venueConfig }: Engine): Venue {
  return createVenue({
    name: VENUE,
    config: venueConfig,
    baseUrl: `http://127.0.0.1:${config.paperVenue.port}`,
    credentials: credentialsOf(config),
    permits: 'not needed',
  });
}

const ignored = { fn: () => undefined, callDuringReplay: false };

/** What this release does first, in its order. */
async function upgrade(parts: Engine): Promise<void> {
  const { client, connection, ours } = parts;
  const namespace = client.options.namespace;
  await writeMark(client, 'environment', 'paper');
  await writeMark(client, `account.${VENUE}`, new Date().toISOString());
  await runFormerEngine(parts);
  waiting = await startFormerSignal(parts, signalOf('waiting'));
  await claimEnvironment(client, ours);
  await noteTravels(client);
  const entities = await createWorker({ ...entitiesWorker(parts), connection, namespace });
  await entities.runUntil(() => moveFormerAccount(client, ours));
}

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment, { before: upgrade });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

function end(fingerprint: string): Promise<SignalView> {
  return engine.end(fingerprint);
}

test('the namespace remembers since when every signal names its environment', async () => {
  const since = await readMark(engine.parts.client, TRAVELS_SINCE_MARK);
  expect(Math.abs(Date.parse(since!) - Date.now())).toBeLessThan(SERVER_START_TIMEOUT_MS);
});

test('a signal that waited for its first step is traded under the account’s new id', async () => {
  expect(await end(waiting)).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
});

test('an order that rested is followed: its account hears of it, and of its end', async () => {
  const { client, ours } = engine.parts;
  const told = async (): Promise<readonly unknown[]> => {
    const { events } = await client.workflow.getHandle(resting).fetchHistory();
    return (events ?? []).flatMap(({ externalWorkflowExecutionSignaledEventAttributes: signaled }) =>
      signaled ? [signaled.workflowExecution?.workflowId] : [],
    );
  };
  await eventually(async () => (await told()).length > 0);
  expect(await told()).toEqual([venueAccountWorkflowId(ours)]);
  await client.workflow.getHandle(resting).executeUpdate(cancelUpdate, { args: ['nobody wants it any more'] });
  expect(await end(resting)).toMatchObject({ outcome: 'CANCELLED' });
  expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0', unsettled: '0' });
});

test('a signal that names no environment and begins now is refused, and later signals trade', async () => {
  // The clock of the engine that made the mark may have been wrong by so much.
  await writeMark(engine.parts.client, TRAVELS_SINCE_MARK, new Date(Date.now() - 3_600_000).toISOString());
  const { formerWorkflows } = engine.parts;
  Object.assign(formerWorkflows, { endedAtMs: undefined });
  const late = await startFormerSignal(engine.parts, signalOf('late'));
  expect(await end(late)).toMatchObject({ outcome: 'DENIED', denialCode: 'ENVIRONMENT_MISMATCH', sendAttempts: 0 });
  expect(await engine.trade()).toMatchObject({ outcome: 'FILLED' });
});
