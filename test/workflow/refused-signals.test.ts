/**
 * Signals that are not this engine's to trade, and workflows that intake did not start: anyone who reaches the Temporal
 * server can start one. They end, say why, and touch nothing.
 */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { TRUSTED_STORE } from '../../harness/trusted-store';
import type { TradingSignal } from '../../src/domain/signal';
import type { SignalView } from '../../src/domain/signal-view';
import { clientOrderIdOf, fingerprintOf } from '../../src/intake/fingerprint';
import { createSignalIntake } from '../../src/intake/signal-intake';
import { orphanWorkflowId, SIGNALS_TASK_QUEUE, venueAccountWorkflowId } from '../../src/messages/ids';
import {
  cancelUpdate,
  ORPHAN_WORKFLOW_TYPE,
  SIGNAL_WORKFLOW_TYPE,
  type SignalWorkflowInput,
} from '../../src/messages/signal';
import { accountStatsQuery, reservationsQuery } from '../../src/messages/venue-account';
import { runChain } from '../replay/recording';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { exitCases } from './exit-cases';

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

describe('exits of positions', () => exitCases(() => ({ environment, engine })));

function account() {
  return engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours));
}

/** What intake starts a signal's workflow with. */
function inputOf(signal: TradingSignal): SignalWorkflowInput {
  const fingerprint = fingerprintOf(signal);
  return { fingerprint, clientOrderId: clientOrderIdOf(fingerprint), ...engine.parts.ours, signal };
}

interface StartOptions {
  readonly workflowId?: string;
  readonly type?: string;
  readonly cronSchedule?: string;
  readonly retry?: { readonly maximumAttempts: number };
}

/** Starts a workflow as somebody with the server's command line does. @returns its end */
async function endOf(input: unknown, options: StartOptions = {}) {
  const { type = SIGNAL_WORKFLOW_TYPE, ...others } = options;
  const handle = await engine.parts.client.workflow.start<(input: unknown) => Promise<SignalView>>(type, {
    workflowId: (input as SignalWorkflowInput | null)?.fingerprint ?? 'of-nobody',
    taskQueue: SIGNALS_TASK_QUEUE,
    args: [input],
    ...others,
  });
  return engine.parts.client.workflow
    .getHandle<() => Promise<SignalView>>(handle.workflowId, handle.firstExecutionRunId, {
      followRuns: false,
    })
    .result();
}

/** Requests for orders, and for funds, so far. */
async function touched() {
  const { ledger } = await account().query(accountStatsQuery);
  const { reserved, denied, released, committed } = ledger;
  return { orders: engine.venue.audit().requestsPerEndpoint.order_create ?? 0, reserved, denied, released, committed };
}

const MINUTE_MS = 60_000;
const TERMS = {
  leverage: 1,
  lookUpDelays: { firstMs: 1, growth: 1, maxMs: 1 },
  unknownAlertMs: 1,
  lateAcceptanceMs: 0,
};
const NOT_GENUINE = 'SIGNAL_NOT_GENUINE';
const MISMATCH = 'ENVIRONMENT_MISMATCH';

/** What somebody may start, made of what intake starts; the code with which it ends. */
const FORGERIES: readonly [
  what: string,
  code: string,
  forge: (input: SignalWorkflowInput) => object,
  options?: StartOptions,
][] = [
  ['a signal for another environment', MISMATCH, (input) => ({ ...input, environment: 'testnet', headStart: true })],
  ['a signal that names no environment', MISMATCH, (input) => ({ ...input, environment: undefined })],
  ['another id than its fingerprint', NOT_GENUINE, (input) => input, { workflowId: 'of-my-own-choice' }],
  [
    "a fingerprint that is not its signal's",
    NOT_GENUINE,
    (input) => ({ ...input, signal: { ...input.signal, symbol: 'ETHUSDT' } }),
  ],
  ['a client order id of its own', NOT_GENUINE, (input) => ({ ...input, clientOrderId: 'of-1' })],
  ['terms of its own', NOT_GENUINE, (input) => ({ ...input, terms: { ...TERMS, expiresAtMs: 1 } })],
  ['settings of its own', NOT_GENUINE, (input) => ({ ...input, settings: TERMS, expiresAtMs: Date.now() + MINUTE_MS })],
  [
    'a former run that it never had',
    NOT_GENUINE,
    (input) => ({ ...input, continued: { tradeRound: 2, startedAtMs: Date.now(), timeline: [] } }),
  ],
  ['a retry policy', NOT_GENUINE, (input) => input, { retry: { maximumAttempts: 3 } }],
  ['the type of an orphan’s workflow', NOT_GENUINE, (input) => input, { type: ORPHAN_WORKFLOW_TYPE }],
  [
    'an order to look after under its own id',
    NOT_GENUINE,
    (input) => ({ ...input, orphan: { plan: { clientOrderId: input.clientOrderId }, wasAcknowledged: false } }),
  ],
  ['an amount that is none', NOT_GENUINE, (input) => ({ ...input, signal: { ...input.signal, amount: '-1' } })],
  [
    'a field that signals do not have',
    NOT_GENUINE,
    (input) => ({ ...input, signal: { ...input.signal, leverage: 100 } }),
  ],
  [
    'an amount in another spelling',
    NOT_GENUINE,
    (input) => ({ ...input, signal: { ...input.signal, amount: '0.010' } }),
  ],
];

/** Of those, what other signals have: each is whole, as if made by intake. */
const UNTIMELY: readonly (readonly [what: string, code: string, overrides: () => Partial<TradingSignal>])[] = [
  ['a time that intake refuses as stale', 'STALE_SIGNAL', () => ({ timestampMs: Date.now() - 24 * 60 * MINUTE_MS })],
  ['a time to come', 'SIGNAL_FROM_FUTURE', () => ({ timestampMs: Date.now() + 60 * MINUTE_MS })],
  ['a symbol that is not traded here', 'UNKNOWN_SYMBOL', () => ({ symbol: 'NOPEUSDT' })],
];

test.each(FORGERIES)('a workflow with %s ends as %s, and touches nothing', async (...[, code, forge, options]) => {
  const before = await touched();
  const view = await endOf(forge(inputOf(engine.signal())), options);
  expect(view).toMatchObject({ state: 'ENDED', outcome: 'DENIED', denialCode: code, sendAttempts: 0 });
  expect(await touched()).toEqual(before);
});

test.each(UNTIMELY)('a workflow with %s ends as %s, and sends nothing', async (_what, code, overrides) => {
  const { orders } = await touched();
  expect(await endOf(inputOf(engine.signal(overrides())))).toMatchObject({ outcome: 'DENIED', denialCode: code });
  expect((await touched()).orders).toBe(orders);
});

test('no run of a schedule passes for one that goes on', async () => {
  const before = await touched();
  const input = inputOf(engine.signal());
  const continued = { tradeRound: 2, startedAtMs: Date.now(), timeline: [] };
  const handle = await environment.client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
    workflowId: input.fingerprint,
    taskQueue: SIGNALS_TASK_QUEUE,
    args: [{ ...input, continued }],
    cronSchedule: '@every 1s',
  });
  // The third waits for its turn when the second, which the server calls a continued one, has ended.
  await eventually(async () => (await runChain(environment.client, input.fingerprint)).length >= 3);
  await handle.terminate('the test is over');
  expect(await touched()).toEqual(before);
});

test('what was refused is an alert, and a reason why the engine is not well', async () => {
  expect(
    engine.alerts.filter((text) => text.includes('was refused') || text.includes('not started by intake')),
  ).not.toEqual([]);
  expect(engine.parts.problems.list()).not.toEqual([]);
});

test.each([
  [null],
  [{ fingerprint: 'f' }],
  [{ fingerprint: 'f', clientOrderId: 'c', venue: 'bybit', signal: { symbol: 1 } }],
])('a workflow with the input %j fails at once instead of trying for ever', async (input) => {
  await expect(endOf(input, { workflowId: `malformed-${JSON.stringify(input).length}` })).rejects.toMatchObject({
    cause: { type: NOT_GENUINE },
  });
});

test('a signal is traded, once, though a workflow of another id had claimed its fingerprint', async () => {
  const signal = engine.signal();
  expect(await endOf(inputOf(signal), { workflowId: 'a-thief' })).toMatchObject({ denialCode: NOT_GENUINE });
  const result = await engine.intake.submit(signal);
  if (result.status !== 'accepted') throw new Error('Not accepted.');
  const view = await engine.end(result.fingerprint);
  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(engine.venue.audit().ordersPerClientId?.[view.order!.clientOrderId]).toBe(1);
});

test('nobody ends the order of a signal that runs by starting a workflow that looks after orphans', async () => {
  const result = await engine.intake.submit(engine.signal({ limitPrice: '1000' }));
  if (result.status !== 'accepted') throw new Error('Not accepted.');
  const { fingerprint } = result;
  await eventually(async () => (await engine.intake.show(fingerprint))?.state === 'WORKING');
  const reservation = (await account().query(reservationsQuery)).find(({ id }) => id === fingerprint)!;
  const plan = reservation.metadata as never;
  const { symbol, direction, quantity, limitPrice } = plan as Record<string, string>;
  const signal = {
    symbol,
    direction,
    strategy: 'unknown (its workflow was ended)',
    timestampMs: reservation.createdAtMs,
    intent: 'entry',
    amount: quantity,
    limitPrice,
  };
  const input = {
    ...inputOf(engine.signal()),
    fingerprint,
    clientOrderId: clientOrderIdOf(fingerprint),
    signal,
    orphan: { plan, wasAcknowledged: false },
  };
  const forged = (workflowId: string, type: string) => endOf(input, { workflowId, type });
  for (const [workflowId, type] of [
    [orphanWorkflowId(fingerprint), ORPHAN_WORKFLOW_TYPE],
    [`orphan:${orphanWorkflowId(fingerprint)}`, ORPHAN_WORKFLOW_TYPE],
    ['orphan:f', SIGNAL_WORKFLOW_TYPE],
  ] as const) {
    expect(await forged(workflowId, type)).toMatchObject({ outcome: 'DENIED', denialCode: NOT_GENUINE });
  }
  expect((await account().query(reservationsQuery)).map(({ id }) => id)).toContain(fingerprint);
  await engine.parts.client.workflow.getHandle(fingerprint).executeUpdate(cancelUpdate, { args: ['done'] });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test('a signal for another venue is denied with both venues named, and nothing is held', async () => {
  const { client } = engine.parts;
  const config = { ...engine.config, venue: 'other', venues: { other: engine.config.venues.bybit! } };
  const result = await createSignalIntake({ client, config, store: TRUSTED_STORE }).submit(engine.signal());
  if (result.status !== 'accepted') throw new Error('Not accepted.');
  const view = await engine.end(result.fingerprint);
  expect(view).toMatchObject({ outcome: 'DENIED', denialCode: 'UNKNOWN_VENUE', sendAttempts: 0 });
  expect(view.detail).toMatch(/other.*bybit/);
  expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0' });
});

test('a call to the account that fails at once, again and again, is an alert, and the signal ends when its time is over', async () => {
  const failing = jest.spyOn(engine.parts.accounts, 'request').mockRejectedValue(new Error('The account is away.'));
  const timeToLiveMs = engine.config.signals.timeToLiveSeconds * 1_000;
  const result = await engine.intake.submit(engine.signal({ timestampMs: Date.now() - timeToLiveMs + 5_000 }));
  if (result.status !== 'accepted') throw new Error('Not accepted.');
  const { fingerprint } = result;
  const deadlineMs = performance.now() + 110_000;
  while (!engine.alerts.some((text) => text.includes(fingerprint)) && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(engine.alerts.filter((text) => text.includes(fingerprint))).not.toEqual([]);
  failing.mockRestore();
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'EXPIRED' });
}, 180_000);
