/** A signal that waits for long goes on in new runs, and ends with an outcome. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { clientOrderIdOf, fingerprintOf } from '../../src/intake/fingerprint';
import { SIGNALS_TASK_QUEUE } from '../../src/messages/ids';
import { VenueError } from '../../src/venues/venue';
import { runChain } from '../replay/recording';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { withTimeEnough } from '../support/time-enough';

/** Far below the server's own threshold, so that a wait of seconds is a long one. */
const CONTINUE_AS_NEW_EVENTS = 40;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer('default', {
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS },
  });
  engine = await startTestEngine(environment);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

function withoutPrices() {
  return jest
    .spyOn(engine.parts.pacedVenue, 'ticker')
    .mockRejectedValue(new VenueError({ kind: 'NOT_PLACED', message: 'No price yet.' }));
}

async function submit(overrides: Parameters<TestEngine['signal']>[0] = {}): Promise<string> {
  const result = await engine.intake.submit(engine.signal(overrides));
  if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
  return result.fingerprint;
}

test('what it waited for comes in a later run, and it becomes one order', async () => {
  const prices = withoutPrices();
  const fingerprint = await submit();
  await eventually(async () => (await runChain(engine.parts.client, fingerprint)).length > 1);
  const waiting = (await engine.intake.show(fingerprint))!;
  expect(waiting.timeline[0]).toMatchObject({ text: 'Received.' });
  // Lists are a moment late, and may have the end of the former run and not yet the next one, or the other way round.
  await eventually(async () => {
    return (await engine.intake.list(5)).filter((row) => row.fingerprint === fingerprint).length === 1;
  });
  prices.mockRestore();
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
});

test(
  'its time to live ends it in a later run, with what it waited for',
  async () => {
    const prices = withoutPrices();
    const timeToLiveMs = engine.config.signals.timeToLiveSeconds * 1_000;
    const view = await withTimeEnough(12_000, async (lifeMs) => {
      const ended = await engine.end(await submit({ timestampMs: Date.now() - timeToLiveMs + lifeMs }));
      return (await runChain(engine.parts.client, ended.fingerprint)).length > 1 ? ended : undefined;
    });
    expect(view).toMatchObject({ outcome: 'EXPIRED', denialCode: 'SIGNAL_EXPIRED' });
    expect(view.detail).toContain('No price yet.');
    prices.mockRestore();
  },
  SERVER_START_TIMEOUT_MS,
);

test('an order without an end of its own rests over many runs and past every time to live, until a person cancels it', async () => {
  const timeToLiveMs = engine.config.signals.timeToLiveSeconds * 1_000;
  const { fingerprint, expiresAtMs } = await withTimeEnough(2_500, async (lifeMs) => {
    const expiresAtMs = Date.now() + lifeMs;
    const timestampMs = expiresAtMs - timeToLiveMs;
    const fingerprint = await submit({ timestampMs, limitPrice: '1000', timeInForce: 'GTC' });
    const state = await eventually(async () => {
      const shown = (await engine.intake.show(fingerprint))?.state;
      return (shown === 'WORKING' || shown === 'ENDED') && shown;
    });
    return state === 'WORKING' ? { fingerprint, expiresAtMs } : undefined;
  });
  const runs = () => runChain(engine.parts.client, fingerprint);
  await eventually(async () => Date.now() > expiresAtMs && (await runs()).length > 2);
  const resting = (await engine.intake.show(fingerprint))!;
  expect(resting).toMatchObject({ state: 'WORKING', sendAttempts: 1, order: { filledQuantity: '0' } });
  expect(resting.timeline[0]).toMatchObject({ text: 'Received.' });
  expect((await engine.balances()).assets.USDT!.reserved).not.toBe('0');
  expect(engine.alerts.filter((text) => text.includes(fingerprint))).toEqual([]);

  const origin = { who: 'user ada (1000)' };
  expect(await engine.intake.cancel(fingerprint, 'changed my mind', origin)).toMatchObject({ effect: 'cancelling' });
  const view = await engine.end(fingerprint);
  expect(view).toMatchObject({ outcome: 'CANCELLED', endedBy: 'person', order: { filledQuantity: '0' } });
  expect(view.detail).toBe('Nothing filled: cancelled by user ada (1000): changed my mind.');
  expect((await engine.settled()).assets.USDT!.reserved).toBe('0');
});

test('nobody starts a signal in the middle of its life', async () => {
  const signal = engine.signal({ limitPrice: '1000', timeInForce: 'GTC' });
  const fingerprint = fingerprintOf(signal);
  const plan = { symbol: 'BTCUSDT', clientOrderId: clientOrderIdOf(fingerprint), quantity: '0.01' };
  const resting = { plan, order: { ...plan, status: 'open' }, followedSinceMs: 1, seenAtMs: 1, sendAttempts: 1 };
  const continued = { tradeRound: 1, startedAtMs: Date.now(), timeline: [], resting };
  const input = { fingerprint, clientOrderId: plan.clientOrderId, ...engine.parts.ours, signal, continued };
  const lookUp = jest.spyOn(engine.parts.pacedVenue, 'lookUpOrder');
  await engine.parts.client.workflow.start('signal', {
    workflowId: fingerprint,
    taskQueue: SIGNALS_TASK_QUEUE,
    args: [input],
  });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'DENIED', denialCode: 'SIGNAL_NOT_GENUINE' });
  expect(lookUp).not.toHaveBeenCalled();
});
