/** Halting, reducing and resuming on a real server, while signals wait for a request limit that lets few through. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createTradingStateControl, type TradingStateControl } from '../../src/trading/trading-state';
import { setTradingStateUpdate } from '../../src/messages/venue-account';
import { venueAccountWorkflowId } from '../../src/messages/ids';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

/** Four orders per window after the margin: the last of the waiting signals has its turn after a halt is confirmed. */
const SLOW_ORDERS = {
  global: { limit: 1_200, windowMs: 60_000, weight: 1 },
  endpoints: { order: { limit: 10, windowMs: 5_000, weight: 2 } },
};
const WAITING_SIGNALS = 10;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;
let trading: TradingStateControl;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment, {
    flags: [
      { path: 'venues.bybit.limits', value: SLOW_ORDERS },
      { path: 'rateLimits.permitValidityMs', value: 500 },
    ],
  });
  trading = createTradingStateControl(engine.parts.client, engine.parts.ours);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

afterEach(() => trading.change('active', 'the test is over'));

function orderRequests(): number {
  return engine.venue.audit().requestsPerEndpoint.order_create ?? 0;
}

test('after a halt is acknowledged no order request leaves, not even from signals that waited for a permit', async () => {
  const submitted = await Promise.all(
    Array.from({ length: WAITING_SIGNALS }, () => engine.intake.submit(engine.signal({ amount: '0.001' }))),
  );
  const fingerprints = submitted.map((result) => (result as { fingerprint: string }).fingerprint);
  await eventually(async () => {
    const views = await Promise.all(fingerprints.map((fingerprint) => engine.intake.show(fingerprint)));
    return views.some((view) => view?.state === 'WAITING_FOR_PERMIT');
  });

  await trading.change('halted', 'test');
  const requestsAtHalt = orderRequests();
  expect(requestsAtHalt).toBeLessThan(WAITING_SIGNALS);
  const views = await Promise.all(fingerprints.map((fingerprint) => engine.end(fingerprint)));

  expect(orderRequests()).toBe(requestsAtHalt);
  expect(views.filter(({ outcome }) => outcome === 'FILLED')).toHaveLength(requestsAtHalt);
  const denied = views.filter(({ denialCode }) => denialCode === 'TRADING_HALTED');
  expect(denied).toHaveLength(WAITING_SIGNALS - requestsAtHalt);
  expect(denied.every(({ sendAttempts }) => sendAttempts === 0)).toBe(true);
  expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0', unsettled: '0' });
});

test('a halt outlives the workers, and resuming lets later signals trade', async () => {
  await trading.change('halted', 'test');
  await engine.stopWorkers();
  await engine.startWorkers();

  expect(await trading.state()).toBe('halted');
  expect(await engine.trade()).toMatchObject({ outcome: 'DENIED', denialCode: 'TRADING_HALTED', sendAttempts: 0 });

  await trading.change('active', 'test');
  expect(await engine.trade()).toMatchObject({ outcome: 'FILLED' });
});

test('reducing authorizes exits and denies entries', async () => {
  expect(await engine.trade({ amount: '0.01' })).toMatchObject({ outcome: 'FILLED' });
  await trading.change('reducing', 'test');

  expect(await engine.trade()).toMatchObject({ outcome: 'DENIED', denialCode: 'REDUCE_ONLY', sendAttempts: 0 });
  const exit = await engine.trade({ direction: 'SELL', intent: 'exit', amount: '0.01' });
  expect(exit).toMatchObject({ outcome: 'FILLED' });
});

test('a repeated request changes nothing, though the state was changed since', async () => {
  const ledger = engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours));
  const command = { requestId: 'resume-1', to: 'active', reason: 'test' } as const;
  const first = await ledger.executeUpdate(setTradingStateUpdate, { args: [command] });
  await trading.change('halted', 'test');

  const repeated = await ledger.executeUpdate(setTradingStateUpdate, { args: [command] });

  expect(first).toMatchObject({ status: 'set', isNew: true });
  expect(repeated).toEqual({ ...first, isNew: false });
  expect(await trading.state()).toBe('halted');
});
