/** The saga on a real server, a real paper venue and the real adapter between them. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { TRUSTED_STORE } from '../../harness/trusted-store';
import { ShortRoad } from '../../src/trading/short-road';
import { createSignalIntake } from '../../src/intake/signal-intake';
import { explainHistory, SignalExplainer } from '../../src/intake/signal-explainer';
import { GATES } from '../../src/domain/explain/types';
import { venueAccountWorkflowId } from '../../src/messages/ids';
import { cancelUpdate } from '../../src/messages/signal';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { describeOrderLife } from './order-life-cases';

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  // Answers that are lost are waited for in vain.
  engine = await startTestEngine(environment, { flags: [{ path: 'venues.bybit.requestTimeoutMs', value: 2_000 }] });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

afterEach(() => engine.setFaults(undefined));

/** One fault at the next order request. */
function nextOrder(fault: string, details: object = {}): void {
  engine.setFaults({
    seed: 1,
    rate: 0,
    targets: [{ fault, endpoint: 'order_create', ordinal: 1, ...details }],
  } as never);
}

function ordersOf(clientOrderId: string): number {
  return engine.venue.audit().ordersPerClientId?.[clientOrderId] ?? 0;
}

/** What the Web UI shows of a workflow. */
async function detailsOf(workflowId: string): Promise<string> {
  const handle = engine.parts.client.workflow.getHandle(workflowId);
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return currentDetails;
}

/** Available funds move with the price of open positions; what was paid and what is held does not. */
async function expectLedgerEqualsVenue(): Promise<void> {
  const { assets } = await engine.settled();
  const { total, locked } = engine.venue.audit().balances.USDT!;
  expect(assets.USDT).toMatchObject({ total, locked, reserved: '0', unsettled: '0' });
}

test('a market signal is filled by one order and its books balance', async () => {
  const view = await engine.trade();
  expect(view).toMatchObject({ state: 'ENDED', outcome: 'FILLED', sendAttempts: 1, order: { filledQuantity: '0.01' } });
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
  await expectLedgerEqualsVenue();
});

test('the same signal is one order while it runs and after it ended, and other content is a conflict', async () => {
  const signal = engine.signal();
  const results = await Promise.all(Array.from({ length: 10 }, () => engine.intake.submit(signal)));
  const first = results.filter((result) => result.status === 'accepted' && !result.repeated);
  expect(first).toHaveLength(1);
  const { fingerprint } = first[0] as { fingerprint: string };
  const view = await engine.end(fingerprint);
  expect(await engine.intake.submit(signal)).toEqual({ status: 'accepted', fingerprint, repeated: true });
  // A process that did not take it reads what was taken from its workflow.
  for (const intake of [
    engine.intake,
    createSignalIntake({ client: engine.parts.client, config: engine.config, store: TRUSTED_STORE }),
  ]) {
    expect(await intake.submit({ ...signal, amount: '0.02' })).toMatchObject({
      status: 'duplicate',
      fingerprint,
      conflicting: true,
      taken: signal,
    });
  }
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
});

test('a signal that cannot be paid is denied, and nothing stays held', async () => {
  const view = await engine.trade({ amount: '90' });
  expect(view).toMatchObject({ outcome: 'DENIED', denialCode: 'INSUFFICIENT_FUNDS', sendAttempts: 0 });
  const { assets } = await engine.settled();
  expect(assets.USDT!.reserved).toBe('0');
});

test('an amount below the market minimum is denied', async () => {
  expect(await engine.trade({ amount: '0.0000001' })).toMatchObject({ outcome: 'DENIED', denialCode: 'BELOW_MINIMUM' });
});

test('a request for funds that arrives after its signal was denied holds nothing', async () => {
  const { fingerprint } = await engine.trade({ amount: '0.0000001' });
  const { parts, config } = engine;
  const late = await parts.accounts.request(config.venue, 'reserve', {
    requestId: `${fingerprint}:reserve:1`,
    reservationId: fingerprint,
    asset: 'USDT',
    amount: '10',
    intent: 'entry',
    purpose: 'of an attempt that was lost',
    metadata: {},
  });
  expect(late).toMatchObject({ status: 'denied', denial: { code: 'SIGNAL_ENDED' } });
});

test.each(['accept_then_time_out', 'accept_then_reset', 'body_cut_off', 'truncated_json', 'duplicate_delivery'])(
  'an order whose answer was lost by %s is found again and never sent twice',
  async (fault) => {
    nextOrder(fault, { accepted: true });
    const view = await engine.trade();
    expect(view).toMatchObject({ outcome: 'FILLED' });
    expect(ordersOf(view.order!.clientOrderId)).toBe(1);
  },
);

describe('signals that are handed in where they are traded', () => {
  afterEach(() => jest.restoreAllMocks());

  test('of ten equal ones one is traded, and once', async () => {
    const ready = jest.spyOn(engine.parts.headStarts, 'ready');
    const trade = jest.spyOn(ShortRoad.prototype, 'trade');
    const signal = engine.signal();
    const results = await Promise.all(Array.from({ length: 10 }, () => engine.parts.intake.submit(signal)));
    const first = results.filter((result) => result.status === 'accepted' && !result.repeated);
    expect(first).toHaveLength(1);
    const view = await engine.end((first[0] as { fingerprint: string }).fingerprint);
    expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
    // All were ready to go ahead; the workflow took over what the one that was accepted had begun.
    expect(ready.mock.results.map(({ value }) => typeof value)).toEqual(results.map(() => 'function'));
    expect(trade).toHaveBeenCalledTimes(1);
    expect(ordersOf(view.order!.clientOrderId)).toBe(1);
    await expectLedgerEqualsVenue();
  });

  test('an order whose answer was lost is found again and never sent twice', async () => {
    nextOrder('accept_then_time_out', { accepted: true });
    const submitted = await engine.parts.intake.submit(engine.signal());
    const view = await engine.end((submitted as { fingerprint: string }).fingerprint);
    expect(view).toMatchObject({ outcome: 'FILLED' });
    expect(ordersOf(view.order!.clientOrderId)).toBe(1);
  });
});

test('an order that appears only after a first negative look-up is not sent again', async () => {
  nextOrder('late_acceptance', { delayMs: 2_000 });
  const view = await engine.trade();
  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
});

test('a request that was dropped is sent again once the venue proved that it never had the order', async () => {
  nextOrder('connection_reset');
  const view = await engine.trade();
  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 2 });
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
});

test('a resting limit order is cancelled on request and its funds return', async () => {
  const submitted = await engine.intake.submit(engine.signal({ limitPrice: '1000' }));
  const { fingerprint } = submitted as { fingerprint: string };
  const handle = engine.parts.client.workflow.getHandle(fingerprint);
  await eventually(async () => (await engine.intake.show(fingerprint))?.order?.venueOrderId);
  const told = await detailsOf(fingerprint);
  expect(told).toContain(`Order: ${(await engine.intake.show(fingerprint))!.order!.clientOrderId}, the venue's id is`);
  expect(told).toContain(`oncefill explain ${fingerprint}`);
  expect(await detailsOf(venueAccountWorkflowId(engine.parts.ours))).toMatch(/Requests: \d+ of \d+ in 60 s overall/);
  expect(await handle.executeUpdate(cancelUpdate, { args: ['changed my mind'] })).toMatchObject({ accepted: true });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED', order: { filledQuantity: '0' } });
  await expectLedgerEqualsVenue();
});

test('a signal in progress survives the loss of its workers, and is explained by its history meanwhile', async () => {
  nextOrder('accept_then_time_out');
  const submitted = await engine.intake.submit(engine.signal());
  const { fingerprint } = submitted as { fingerprint: string };
  await eventually(async () => engine.venue.audit().requestsPerEndpoint.order_create);
  await engine.stopWorkers();
  const { client } = engine.parts;
  const explanation = await new SignalExplainer({ client, dataDir: engine.config.dataDir }).explain(fingerprint);
  expect(explanation).toMatchObject({
    status: 'running',
    summary: expect.stringContaining('No trading engine answers at present') as string,
  });
  await engine.startWorkers();
  const view = await engine.end(fingerprint);
  expect(view).toMatchObject({ outcome: 'FILLED' });
  expect(ordersOf(view.order!.clientOrderId)).toBe(1);
});

describe("a limit order in a person's hands", () => describeOrderLife(() => engine));

// Last: an order that is sized from free funds leaves less of them.
describe('an explanation', () => {
  const explainer = (): SignalExplainer =>
    new SignalExplainer({ client: engine.parts.client, dataDir: engine.config.dataDir });

  async function ended(overrides: object = {}): Promise<string> {
    const signal = engine.signal(overrides);
    const result = await engine.intake.submit(signal, { by: 'cli' });
    const { fingerprint } = result as { fingerprint: string };
    await engine.end(fingerprint);
    return fingerprint;
  }

  test('of a filled signal has the figures that it was traded by, and is the same from its export', async () => {
    const fingerprint = await ended({ amount: undefined });
    const explanation = (await explainer().explain(fingerprint))!;
    expect(explanation).toMatchObject({ outcome: 'FILLED', source: { by: 'cli' } });
    expect(explanation.attempts).toMatchObject([
      {
        kind: 'PLACED',
        venueCode: '0',
        httpStatus: 200,
        limits: { limit: expect.any(Number) as number, remaining: expect.any(Number) as number },
      },
    ]);
    const verdicts = explanation.gates.map(({ gate, verdict }) => [gate, verdict]);
    expect(verdicts).toEqual(GATES.map((gate) => [gate, gate === 'position' ? 'not_recorded' : 'passed']));
    const actual = Object.fromEntries(explanation.gates.map((report) => [report.gate, report.actual]));
    expect(actual).toMatchObject({
      admitted: 'from the command line',
      sized: expect.stringMatching(/ old\), from [\d.]+ USDT free/) as string,
      permitted: expect.stringMatching(/^a permit (at once|in )/) as string,
    });
    const exported = JSON.parse(JSON.stringify(await explainer().export(fingerprint))) as object;
    expect(await explainHistory(exported)).toEqual(explanation);
  });

  test('of a denied one names the gate, and both are found by the ids of their orders', async () => {
    const fingerprint = await ended({ amount: '90' });
    expect(await explainer().explain(fingerprint)).toMatchObject({ decidedBy: 'funded', code: 'INSUFFICIENT_FUNDS' });
    const filled = await engine.trade();
    const { clientOrderId, venueOrderId = '' } = filled.order!;
    const find = (orderId: string) => explainer().findByOrder(orderId);
    // The server's index is a second or two late.
    await eventually(async () => (await find(clientOrderId)) === filled.fingerprint);
    expect(await find(venueOrderId)).toBe(filled.fingerprint);
    expect(await find('nonsense')).toBeUndefined();
  });

  test('of a signal that nobody knows is none', async () => {
    expect(await explainer().explain('0123456789abcdef')).toBeUndefined();
    expect(await explainer().export('0123456789abcdef')).toBeUndefined();
  });
});
