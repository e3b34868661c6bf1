/** Orders whose fate is unclear for a while: each ends as what the venue did, once, with the books of both sides equal. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { FaultTarget } from '../../src/paper-venue/faults/fault-plan';
import { cancelUpdate } from '../../src/messages/signal';
import { addPermit } from '../../src/venues/request-permit';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { goodPermit, permitted } from '../support/permit';
import { withTimeEnough } from '../support/time-enough';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment, {
    flags: [
      { path: 'orders.unknownAlertSeconds', value: 1 },
      { path: 'orders.lookUpDelayMaxMs', value: 1_000 },
    ],
  });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

afterEach(async () => {
  jest.restoreAllMocks();
  engine.setFaults(undefined);
  await expectLedgerEqualsVenue();
});

/** Available funds move with the price of open positions; what was paid and what is held does not. */
async function expectLedgerEqualsVenue(): Promise<void> {
  const { assets } = await engine.settled();
  const { total, locked } = engine.venue.audit().balances.USDT!;
  expect(assets.USDT).toMatchObject({ total, locked, reserved: '0', unsettled: '0' });
}

function setFaults(...targets: FaultTarget[]): void {
  engine.setFaults({ seed: 1, rate: 0, targets });
}

async function submit(overrides: Parameters<TestEngine['signal']>[0] = {}): Promise<string> {
  const result = await engine.intake.submit(engine.signal(overrides));
  if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
  return result.fingerprint;
}

/** @returns the first of these states that it was seen in */
async function reachOneOf(fingerprint: string, ...states: readonly string[]): Promise<string> {
  return eventually(async () => {
    const shown = (await engine.intake.show(fingerprint))?.state;
    return shown !== undefined && states.includes(shown) && shown;
  });
}

/** A signal that expires in so many milliseconds. */
function expiringIn(remainingMs: number) {
  return { timestampMs: Date.now() - engine.config.signals.timeToLiveSeconds * 1_000 + remainingMs };
}

/** The best price to buy at, from the venue's own answer. */
async function askPrice(): Promise<number> {
  const ticker = await engine.parts.pacedVenue.ticker('BTCUSDT', 'entry');
  return Number(ticker!.ask);
}

function ordersOf(clientOrderId: string): number {
  return engine.venue.audit().ordersPerClientId?.[clientOrderId] ?? 0;
}

test('an order that fills in parts is followed to its end', async () => {
  setFaults({ fault: 'partial_fill', endpoint: 'order_create', ordinal: 1, share: 0.4, delayMs: 1_500 });
  const view = await engine.trade({ amount: '0.01' });
  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1, order: { filledQuantity: '0.01' } });
});

test('an order whose fills show before its own row is not sent again', async () => {
  const answers: string[] = [];
  const { venue } = engine.parts;
  const placeOrder = venue.placeOrder.bind(venue);
  const lookUpOrder = venue.lookUpOrder.bind(venue);
  jest.spyOn(venue, 'lookUpOrder').mockImplementation(async (...call) => {
    const answer = await lookUpOrder(...call);
    answers.push(answer.status);
    return answer;
  });
  jest.spyOn(venue, 'placeOrder').mockImplementation(async (plan, ...rest) => {
    const answer = await placeOrder(plan, ...rest);
    // Whenever the saga asks, this one comes while the row is hidden.
    const mayAskMore = async (): Promise<void> => addPermit(goodPermit());
    await permitted(() => venue.lookUpOrder(plan.symbol, plan.clientOrderId, undefined, mayAskMore));
    return answer;
  });
  setFaults(
    { fault: 'accept_then_reset', endpoint: 'order_create', ordinal: 1 },
    { fault: 'hidden_young_orders', endpoint: 'order_realtime' },
    { fault: 'hidden_young_orders', endpoint: 'order_history' },
  );
  const view = await engine.trade();
  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
  // What filled proves that the order is there, and not yet how it ended.
  expect(answers).toContain('unavailable');
  expect(answers).not.toContain('absent');
});

test('an order that fills after its cancellation was acknowledged ends as what it filled', async () => {
  // A venue acknowledges a cancellation before it carries it out; here the rest of the order is faster.
  const cancellation = jest
    .spyOn(engine.parts.venue, 'cancelOrder')
    .mockResolvedValue({ kind: 'PLACED', message: 'The venue accepted the cancellation.' });
  const view = await withTimeEnough(3_000, async (delayMs) => {
    setFaults({ fault: 'partial_fill', endpoint: 'order_create', ordinal: 1, share: 0.4, delayMs });
    const fingerprint = await submit({ amount: '0.01' });
    const handle = engine.parts.client.workflow.getHandle(fingerprint);
    if ((await reachOneOf(fingerprint, 'WORKING', 'ENDED')) === 'ENDED') return undefined;
    const asked = handle.executeUpdate(cancelUpdate, { args: ['changed my mind'] });
    // Whose order has ended has nobody left who could be asked.
    const isAsked = await asked.then(
      () => true,
      () => false,
    );
    const end = await engine.end(fingerprint);
    return isAsked && cancellation.mock.calls.length > 0 ? end : undefined;
  });

  expect(view).toMatchObject({ outcome: 'FILLED', order: { filledQuantity: '0.01' } });
});

test('what had filled before a cancellation is paid, and the rest is given back', async () => {
  setFaults({ fault: 'partial_fill', endpoint: 'order_create', ordinal: 1, share: 0.4, delayMs: 60_000 });
  const fingerprint = await submit({ amount: '0.01' });
  await reachOneOf(fingerprint, 'WORKING');
  const handle = engine.parts.client.workflow.getHandle(fingerprint);
  await handle.executeUpdate(cancelUpdate, { args: ['changed my mind'] });

  expect(await engine.end(fingerprint)).toMatchObject({
    outcome: 'PARTIALLY_FILLED',
    order: { filledQuantity: '0.004' },
  });
});

test.each([
  [
    'an order that was acknowledged and then refused',
    'reject_after_ack',
    { outcome: 'REJECTED', order: { filledQuantity: '0' } },
  ],
  [
    'a market order that found too little',
    'ioc_rest',
    { outcome: 'PARTIALLY_FILLED', order: { filledQuantity: '0.004' } },
  ],
] as const)('%s, and its funds are free', async (_, fault, end) => {
  setFaults({ fault, endpoint: 'order_create', ordinal: 1, share: 0.4, variant: 1 });
  const view = await engine.trade({ amount: '0.01' });
  expect(view).toMatchObject({ ...end, sendAttempts: 1 });
  expect(engine.venue.audit().orders.open).toBe(0);
});

test('an order that vanished from the real-time query is found in the history', async () => {
  setFaults(
    { fault: 'accept_then_reset', endpoint: 'order_create', ordinal: 1 },
    { fault: 'gateway_error', endpoint: 'order_realtime' },
  );
  const fingerprint = await submit();
  await reachOneOf(fingerprint, 'RESOLVING');
  engine.venue.forgetRecentOrders();
  engine.setFaults(undefined);

  const view = await engine.end(fingerprint);
  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
});

test('a resting limit order that expires is cancelled, and its part that filled is paid', async () => {
  const limitPrice = String(Math.floor(1.01 * (await askPrice())));

  const view = await withTimeEnough(4_000, async (lifeMs) => {
    setFaults({ fault: 'partial_fill', endpoint: 'order_create', ordinal: 1, share: 0.4, delayMs: 120_000 });
    const ended = await engine.trade({ amount: '0.01', limitPrice, ...expiringIn(lifeMs) });
    return ended.sendAttempts > 0 ? ended : undefined;
  });

  expect(view).toMatchObject({ outcome: 'PARTIALLY_FILLED', order: { filledQuantity: '0.004' } });
  expect(engine.venue.audit().orders.open).toBe(0);
});

test('a resting limit order that expires untouched gives all its funds back', async () => {
  const view = await withTimeEnough(4_000, async (lifeMs) => {
    const ended = await engine.trade({ amount: '0.01', limitPrice: '1000', ...expiringIn(lifeMs) });
    return ended.sendAttempts > 0 ? ended : undefined;
  });
  expect(view).toMatchObject({ outcome: 'CANCELLED', order: { filledQuantity: '0' } });
});
