/**
 * The case that turns one order into two: the process ends after the venue took the request and before anybody wrote
 * down its answer. Shown for venues that never accept a used client id again, and for those that do once its order has
 * closed, where nothing but the saga's own look-ups keeps a second order away.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { clientOrderIdOf, fingerprintOf } from '../../src/intake/fingerprint';
import { SIGNALS_TASK_QUEUE } from '../../src/messages/ids';
import { SIGNAL_WORKFLOW_TYPE, type SignalWorkflowInput } from '../../src/messages/signal';
import type { PlaceOrderAnswer, VenuePromises } from '../../src/venues/venue';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

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

/** Starts a signal on a venue of that kind, as intake does. */
async function startSignal(clientIdUnique: ClientIdUnique): Promise<string> {
  const { config, room } = engine;
  const signal = engine.signal();
  const fingerprint = fingerprintOf(signal);
  const input: SignalWorkflowInput = {
    fingerprint,
    clientOrderId: clientOrderIdOf(fingerprint),
    venue: config.venue,
    signal,
    expiresAtMs: Date.now() + 60_000,
    settings: {
      leverage: 1,
      lookUpDelays: { firstMs: 200, growth: 2, maxMs: 1_000 },
      unknownAlertMs: 60_000,
      lateAcceptanceMs: room.venueConfig.receiveWindowMs + room.venueConfig.clockSkewMs,
      clientIdUnique,
    },
  };
  const { client } = room;
  await client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
    workflowId: fingerprint,
    taskQueue: SIGNALS_TASK_QUEUE,
    args: [input],
  });
  return fingerprint;
}

/** Lets the next order reach the venue, and loses everything that this process knows of it. */
function loseNextAnswer(): jest.SpyInstance {
  const { venue } = engine.room;
  const placeOrder = venue.placeOrder.bind(venue);
  return jest.spyOn(venue, 'placeOrder').mockImplementationOnce(async (...call): Promise<PlaceOrderAnswer> => {
    await placeOrder(...call);
    throw new Error('The process ended here.');
  });
}

function ordersOf(clientOrderId: string): number {
  return engine.venue.audit().ordersPerClientId?.[clientOrderId] ?? 0;
}

test.each<[ClientIdUnique, string]>([
  ['always', 'DUPLICATE'],
  ['openOnly', 'PLACED'],
])('where client ids are unique %s, a lost answer ends as one order', async (clientIdUnique, repetition) => {
  engine = await startTestEngine(environment, { paperVenue: { clientIdUnique } });
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

  const fingerprint = await startSignal(clientIdUnique);
  await eventually(async () => ordersOf(clientOrderIdOf(fingerprint)) === 1);
  await engine.stopWorkers();
  await engine.startWorkers();
  const view = await engine.end(fingerprint);

  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(sent).toHaveBeenCalledTimes(1);
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);

  // What a saga that simply sends again would have done.
  const [plan] = sent.mock.calls[0] as Parameters<TestEngine['room']['venue']['placeOrder']>;
  expect((await engine.room.venue.placeOrder(plan)).outcome.kind).toBe(repetition);
});

test('where ids may be used again, an order that only the recent orders show is found and not sent again', async () => {
  engine = await startTestEngine(environment, { paperVenue: { clientIdUnique: 'openOnly' } });
  const sent = loseNextAnswer();
  const { venue } = engine.room;
  // The queries by client id never show it.
  jest
    .spyOn(venue, 'lookUpOrder')
    .mockImplementation(async () => ({ status: 'absent', askedAtMs: await venue.time() }));

  const view = await engine.end(await startSignal('openOnly'));

  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(sent).toHaveBeenCalledTimes(1);
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
});
