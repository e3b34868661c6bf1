/**
 * A signal that the ledger refused, and of which the ledger cannot say any more whether it once held anything: it may look
 * for an order, and send none. The activities are stand-ins, because a ledger forgets only after hundreds of signals.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createWorker } from '../../src/temporal/worker';
import type { LookUpAnswer, OrderPlan, VenueOrder } from '../../src/domain/market';
import type { SignalView } from '../../src/domain/signal-view';
import { SIGNALS_TASK_QUEUE, venueTaskQueue } from '../../src/messages/ids';
import { SIGNAL_WORKFLOW_TYPE, type SignalWorkflowInput } from '../../src/messages/signal';
import type { BarAnswer, TradeResult } from '../../src/messages/trade';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { onPaper } from '../support/account-commands';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

const VENUE = 'nowhere';
const DENIED: TradeResult = {
  status: 'denied',
  denial: { code: 'TOO_MANY_RESERVATIONS', message: 'The ledger is full.' },
};
const PLAN: OrderPlan = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  clientOrderId: 'of-1',
  quantity: '0.01',
  reduceOnly: false,
  asset: '',
  reserveAmount: '0',
  referencePrice: '0',
};
const UNCERTAIN: BarAnswer = {
  status: 'reserved',
  plan: PLAN,
  earlierAttempt: 'possible',
  authorizedAtMs: 0,
  lookUpOnly: true,
  reason: 'An earlier attempt may have sent the order.',
};

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTestServer();
}, SERVER_START_TIMEOUT_MS);

afterAll(() => environment.teardown());

/** Runs one signal whose every look-up has that answer. @returns its end, and the activities that were called */
async function endOf(name: string, lookUp: () => LookUpAnswer) {
  const calls: string[] = [];
  const called = <Answer>(activity: string, answer: () => Answer) => {
    return async (): Promise<Answer> => {
      calls.push(activity);
      return answer();
    };
  };
  const activities = {
    tradeAtOnce: called('tradeAtOnce', () => DENIED),
    withdraw: called('withdraw', () => UNCERTAIN),
    releaseFunds: called('releaseFunds', () => ({ status: 'not_found' })),
    bookFill: called('bookFill', () => ({ status: 'refused', message: 'The ledger knows of no reservation for it.' })),
    placeOrder: called('placeOrder', () => ({ status: 'expired', reason: 'It must not be called.' })),
    lookUpOrder: called('lookUpOrder', lookUp),
  };
  const { nativeConnection: connection, namespace } = environment;
  const workers = await Promise.all([
    createWorker({
      connection,
      namespace,
      taskQueue: SIGNALS_TASK_QUEUE,
      workflowBundle: { codePath: WORKFLOW_BUNDLE_PATH },
      activities,
      sinks: { announcements: { line: ignored, alert: ignored, reached: ignored, ended: ignored } },
    }),
    createWorker({ connection, namespace, taskQueue: venueTaskQueue(onPaper(VENUE)), activities }),
  ]);
  const running = workers.map((worker) => worker.run());
  try {
    const handle = await environment.client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
      workflowId: name,
      taskQueue: SIGNALS_TASK_QUEUE,
      args: [inputOf(name)],
    });
    return { view: (await handle.result()) as SignalView, calls };
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
}

const ignored = { fn: () => undefined, callDuringReplay: false };

function inputOf(fingerprint: string): SignalWorkflowInput {
  const timestampMs = Date.now();
  return {
    fingerprint,
    clientOrderId: PLAN.clientOrderId,
    ...onPaper(VENUE),
    signal: { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'test', timestampMs, intent: 'entry', amount: '0.01' },
    expiresAtMs: timestampMs + 300_000,
    settings: {
      leverage: 1,
      lookUpDelays: { firstMs: 50, growth: 1, maxMs: 50 },
      unknownAlertMs: 60_000,
      lateAcceptanceMs: 0,
      clientIdUnique: 'always',
    },
  };
}

test('where nothing is there, nothing is sent, and the signal ends with its first denial', async () => {
  const { view, calls } = await endOf('absent', () => ({ status: 'absent', askedAtMs: Date.now() + 60_000 }));
  expect(view).toMatchObject({ outcome: 'DENIED', denialCode: 'TOO_MANY_RESERVATIONS' });
  expect(calls).toContain('lookUpOrder');
  expect(calls).not.toContain('placeOrder');
});

test('where an order is there, it is followed to its end', async () => {
  const order: VenueOrder = {
    clientOrderId: PLAN.clientOrderId,
    venueOrderId: 'v-1',
    symbol: 'BTCUSDT',
    status: 'filled',
    quantity: '0.01',
    filledQuantity: '0.01',
    averagePrice: '60000',
    fee: '0.33',
    createdAtMs: Date.now(),
    updatedAtMs: Date.now(),
  };
  const { view, calls } = await endOf('found', () => ({ status: 'found', order }));
  expect(view).toMatchObject({ outcome: 'FILLED', order: { filledQuantity: '0.01' } });
  expect(calls).not.toContain('placeOrder');
});
