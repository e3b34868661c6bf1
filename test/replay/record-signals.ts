import type { TradingSignal } from '../../src/domain/signal';
import type { SignalState } from '../../src/domain/signal-view';
import { clientOrderIdOf, fingerprintOf } from '../../src/intake/fingerprint';
import { orphanWorkflowId, SIGNALS_TASK_QUEUE, venueAccountWorkflowId } from '../../src/messages/ids';
import { feedbackSignal, reservationsQuery, setTradingStateUpdate, usageQuery } from '../../src/messages/venue-account';
import {
  cancelUpdate,
  settleUpdate,
  SIGNAL_WORKFLOW_TYPE,
  type SettleCommand,
  type SignalWorkflowInput,
} from '../../src/messages/signal';
import { OrphanKeeper } from '../../src/trading/orphan-keeper';
import { VenueError } from '../../src/venues/venue';
import { eventually, type TestEngine } from '../support/engine';
import { SilentScenes } from './record-silences';
import { runChain, type Recording } from './recording';

/** Long enough that a signal waits durably, short enough to wait for. */
const BLOCK_MS = 4_000;
const BLOCK_TOLERANCE_MS = 200;
const LATE_ACCEPTANCE_MS = 2_000;
const SECOND_FILL_MS = 1_500;
/** The second fill of an order that is cancelled before it: never comes. */
const NEVER_MS = 60_000;

/** Runs of the saga, one for each way through it. */
export async function recordSignals(engine: TestEngine): Promise<readonly Recording[]> {
  const scenes = [
    ...endsAtOnce(engine),
    ...faults(engine),
    ...cancellations(engine),
    ...waits(engine),
    ...lastResorts(engine),
    ...options(engine),
    ...silences(engine),
  ];
  const recordings: Recording[] = [];
  for (const [name, play] of scenes) {
    const workflowId = await play();
    const view = await engine.end(workflowId);
    engine.setFaults(undefined);
    process.stdout.write(`signal-${name}: ${view.outcome} ${view.denialCode ?? ''}\n`);
    recordings.push({ name: `signal-${name}`, workflowId });
    const [firstRunId, ...laterRuns] = await runChain(engine.parts.client, workflowId);
    if (laterRuns.length > 0) recordings.push({ name: `signal-${name}-first-run`, workflowId, runId: firstRunId });
  }
  return recordings;
}

type Scene = readonly [name: string, play: () => Promise<string>];

function endsAtOnce(engine: TestEngine): readonly Scene[] {
  return [
    ['filled', () => submit(engine)],
    ['sized-from-free-funds', () => submit(engine, { amount: undefined })],
    ['refused', () => forged(engine)],
    ['insufficient-funds', () => submit(engine, { amount: '90' })],
    ['below-minimum', () => submit(engine, { amount: '0.0000001' })],
    // The venue refuses to reduce a position that does not exist.
    ['rejected', () => submit(engine, { symbol: 'ETHUSDT', direction: 'SELL', intent: 'exit', amount: '0.1' })],
  ];
}

function faults(engine: TestEngine): readonly Scene[] {
  const withFault = (fault: string, details: object = {}) => {
    nextOrder(engine, fault, details);
    return submit(engine);
  };
  return [
    ['answer-lost-then-found', () => withFault('accept_then_time_out')],
    ['dropped-then-sent-again', () => withFault('connection_reset')],
    ['accepted-late', () => withFault('late_acceptance', { delayMs: LATE_ACCEPTANCE_MS })],
    ['throttled-then-sent-again', () => withFault('throttled', { variant: 0 })],
    ['filled-in-two-parts', () => withFault('partial_fill', { share: 0.5, delayMs: SECOND_FILL_MS })],
  ];
}

function cancellations(engine: TestEngine): readonly Scene[] {
  return [
    [
      'partly-filled-then-cancelled',
      async () => {
        nextOrder(engine, 'partial_fill', { share: 0.5, delayMs: NEVER_MS });
        const fingerprint = await submit(engine);
        await eventually(async () => Number((await engine.intake.show(fingerprint))?.order?.filledQuantity) > 0);
        return cancel(engine, fingerprint);
      },
    ],
    [
      'resting-order-cancelled',
      async () => {
        const fingerprint = await submit(engine, { limitPrice: '1000' });
        await eventually(async () => (await engine.intake.show(fingerprint))?.order?.venueOrderId);
        return cancel(engine, fingerprint);
      },
    ],
    ['cancelled-by-a-halt', () => cancelledByHalt(engine)],
    ['cancelled-before-sending', async () => cancel(engine, await submitWhileBlocked(engine))],
  ];
}

function waits(engine: TestEngine): readonly Scene[] {
  return [
    ['waited-for-a-permit', () => submitWhileBlocked(engine)],
    [
      'halted-while-waiting',
      async () => {
        const fingerprint = await submitWhileBlocked(engine);
        await setTradingState(engine, 'halted');
        await engine.end(fingerprint);
        await setTradingState(engine, 'active');
        return fingerprint;
      },
    ],
    [
      'expired-unsent',
      async () => {
        await unblocked(engine);
        await block(engine);
        return submit(engine, { timestampMs: expiringIn(engine, BLOCK_MS / 2) });
      },
    ],
    [
      'expired-before-reserving',
      async () => {
        await engine.stopWorkers();
        const timestampMs = expiringIn(engine, 1_000);
        const fingerprint = await submit(engine, { timestampMs });
        await eventually(async () => Date.now() > timestampMs + timeToLiveMs(engine));
        await engine.startWorkers();
        return fingerprint;
      },
    ],
  ];
}

/** Where a person, or another workflow, has to end it. */
function lastResorts(engine: TestEngine): readonly Scene[] {
  return [
    ['missing-then-settled-as-nothing', () => missing(engine, { filledQuantity: '0', reason: 'the recorder looked' })],
    [
      'missing-then-settled-as-filled',
      () => missing(engine, { filledQuantity: '0.004', averagePrice: '1000', reason: 'the recorder looked' }),
    ],
    ['orphan', () => orphaned(engine)],
    ['waited-long-and-continued', () => continued(engine)],
  ];
}

/** What a limit order's own options lead to. */
function options(engine: TestEngine): readonly Scene[] {
  const taking = { limitPrice: '900000', amount: '0.001' };
  return [
    ['ioc-found-nothing', () => submit(engine, { limitPrice: '1000', timeInForce: 'IOC' })],
    ['post-only-would-take', () => submit(engine, { ...taking, timeInForce: 'POST_ONLY' })],
    [
      'fok-sent-again',
      () => {
        nextOrder(engine, 'throttled', { variant: 0 });
        return submit(engine, { ...taking, timeInForce: 'FOK' });
      },
    ],
    [
      'good-for-seconds',
      () => submit(engine, { limitPrice: '1000', timestampMs: Date.now() - 3_000, goodForSeconds: 5 }),
    ],
    ['rested-long-and-continued', () => restedLong(engine)],
  ];
}

/** Where the venue does not say for a while how an order stands. */
function silences(engine: TestEngine): readonly Scene[] {
  const scenes = new SilentScenes(engine);
  const lost = () => {
    nextOrder(engine, 'connection_reset', {});
    return submit(engine);
  };
  return [
    ['word-before-an-answer', () => scenes.wordBeforeAnAnswer(lost)],
    ['resting-unseen-for-a-while', async () => scenes.unseenForAWhile((await resting(engine)).fingerprint)],
    ['cancel-taken-and-not-shown', async () => scenes.cancelNotShown((await resting(engine)).fingerprint)],
  ];
}

/** @returns the id; its history is the last run's */
async function restedLong(engine: TestEngine): Promise<string> {
  const { fingerprint } = await resting(engine, { timeInForce: 'GTC' });
  await eventually(async () => (await runChain(engine.parts.client, fingerprint)).length > 1);
  return cancel(engine, fingerprint);
}

async function cancelledByHalt(engine: TestEngine): Promise<string> {
  const { fingerprint } = await resting(engine);
  await engine.intake.cancel(fingerprint, 'the recorder asked', { who: 'the recorder', by: 'halt' });
  return fingerprint;
}

async function resting(
  engine: TestEngine,
  overrides: Partial<TradingSignal> = {},
): Promise<{ fingerprint: string; clientOrderId: string }> {
  const fingerprint = await submit(engine, { limitPrice: '1000', ...overrides });
  const clientOrderId = await eventually(async () => {
    const order = (await engine.intake.show(fingerprint))?.order;
    return order?.venueOrderId && order.clientOrderId;
  });
  return { fingerprint, clientOrderId };
}

async function missing(engine: TestEngine, word: SettleCommand): Promise<string> {
  const { fingerprint, clientOrderId } = await resting(engine);
  engine.venue.cancelOrder(clientOrderId);
  engine.venue.forgetOrders({ clientOrderId });
  await inState(engine, fingerprint, 'MISSING');
  await engine.parts.client.workflow.getHandle(fingerprint).executeUpdate(settleUpdate, { args: [word] });
  return fingerprint;
}

async function orphaned(engine: TestEngine): Promise<string> {
  const { fingerprint } = await resting(engine);
  const { client, termsOf, ours } = engine.parts;
  const account = client.workflow.getHandle(venueAccountWorkflowId(ours));
  const reservation = (await account.query(reservationsQuery)).find(({ id }) => id === fingerprint);
  if (!reservation) throw new Error('The order has no reservation.');
  await client.workflow.getHandle(fingerprint).terminate('the recorder ended it');
  await new OrphanKeeper(client, termsOf, ours).lookAfter([reservation]);
  return cancel(engine, orphanWorkflowId(fingerprint));
}

/** Waits for a price until the run has continued as new. @returns the id; its history is the last run's */
async function continued(engine: TestEngine): Promise<string> {
  const { pacedVenue, client } = engine.parts;
  const ticker = pacedVenue.ticker.bind(pacedVenue);
  pacedVenue.ticker = () => Promise.reject(new VenueError({ kind: 'NOT_PLACED', message: 'No price yet.' }));
  const fingerprint = await submit(engine);
  await eventually(async () => (await runChain(client, fingerprint)).length > 1);
  pacedVenue.ticker = ticker;
  return fingerprint;
}

/** A signal of another environment, as somebody starts one by hand. */
async function forged(engine: TestEngine): Promise<string> {
  const signal = engine.signal();
  const fingerprint = fingerprintOf(signal);
  const input: SignalWorkflowInput = {
    fingerprint,
    clientOrderId: clientOrderIdOf(fingerprint),
    environment: 'testnet',
    venue: engine.config.venue,
    signal,
  };
  await engine.parts.client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
    workflowId: fingerprint,
    taskQueue: SIGNALS_TASK_QUEUE,
    args: [input],
  });
  return fingerprint;
}

async function submit(engine: TestEngine, overrides: Partial<TradingSignal> = {}): Promise<string> {
  const result = await engine.intake.submit(engine.signal(overrides));
  if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
  return result.fingerprint;
}

async function cancel(engine: TestEngine, fingerprint: string): Promise<string> {
  const handle = engine.parts.client.workflow.getHandle(fingerprint);
  await handle.executeUpdate(cancelUpdate, { args: ['the recorder asked'] });
  return fingerprint;
}

/** Hands a signal in that then waits for its permit: prices are known, and the venue allows no request for a while. */
async function submitWhileBlocked(engine: TestEngine): Promise<string> {
  await unblocked(engine);
  await block(engine);
  const fingerprint = await submit(engine);
  await inState(engine, fingerprint, 'WAITING_FOR_PERMIT');
  return fingerprint;
}

/** Waits for the end of an earlier block, and trades: that leaves a fresh price in the cache. */
async function unblocked(engine: TestEngine): Promise<void> {
  const limiter = engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours));
  await eventually(async () => (await limiter.query(usageQuery)).blockedUntilMs < Date.now());
  await engine.end(await submit(engine));
}

async function block(engine: TestEngine): Promise<void> {
  const nowMs = Date.now();
  await engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours)).signal(feedbackSignal, {
    kind: 'rate_limited',
    endpoint: 'order',
    observedAtMs: nowMs,
    resumeAtMs: nowMs + BLOCK_MS + BLOCK_TOLERANCE_MS,
  });
}

async function inState(engine: TestEngine, fingerprint: string, state: SignalState): Promise<void> {
  await eventually(async () => (await engine.intake.show(fingerprint))?.state === state);
}

async function setTradingState(engine: TestEngine, to: 'active' | 'halted'): Promise<void> {
  const command = { requestId: `recorder:${to}`, to, reason: 'the recorder asked' };
  await engine.parts.client.workflow
    .getHandle(venueAccountWorkflowId(engine.parts.ours))
    .executeUpdate(setTradingStateUpdate, { args: [command] });
}

function nextOrder(engine: TestEngine, fault: string, details: object): void {
  const targets = [{ fault, endpoint: 'order_create', ordinal: 1, accepted: true, ...details }];
  engine.setFaults({ seed: 1, rate: 0, targets } as never);
}

function timeToLiveMs(engine: TestEngine): number {
  return engine.config.signals.timeToLiveSeconds * 1000;
}

function expiringIn(engine: TestEngine, durationMs: number): number {
  return Date.now() + durationMs - timeToLiveMs(engine);
}
