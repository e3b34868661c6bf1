/** Workflows that somebody ended by hand: what they held is not forgotten, and nothing is lent in the dark. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { SignalView } from '../../src/domain/signal-view';
import { ENTITIES_TASK_QUEUE, orphanWorkflowId, venueAccountWorkflowId } from '../../src/messages/ids';
import { cancelUpdate } from '../../src/messages/signal';
import {
  accountHealthQuery,
  batchUpdate,
  VENUE_ACCOUNT_WORKFLOW_TYPE,
  type AccountRequest,
  type VenueAccountSettings,
} from '../../src/messages/venue-account';
import { TRADE_SYMBOL, TRADE_VENUE } from '../../src/messages/search-attributes';
import { readHealth } from '../../src/observability/health';
import { createTradingStateControl } from '../../src/trading/trading-state';
import { ensureVenueAccount } from '../../workers/entities';
import { onPaper, reserveCommand, SETTINGS } from '../support/account-commands';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

const VENUE = 'bybit';

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  const settings: VenueAccountSettings = { ...SETTINGS, venue: VENUE, guardIntervalMs: 1_000 };
  await environment.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
    workflowId: venueAccountWorkflowId(onPaper(VENUE)),
    taskQueue: ENTITIES_TASK_QUEUE,
    args: [settings],
  });
  engine = await startTestEngine(environment, {
    flags: [
      { path: 'orders.lookUpDelayMaxMs', value: 1_000 },
      { path: 'orders.unknownAlertSeconds', value: 1 },
    ],
  });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

async function restingOrder(): Promise<string> {
  const result = await engine.intake.submit(engine.signal({ limitPrice: '1000' }));
  if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
  const { fingerprint } = result;
  await eventually(async () => (await engine.intake.show(fingerprint))?.state === 'WORKING');
  return fingerprint;
}

function account() {
  return engine.parts.client.workflow.getHandle(venueAccountWorkflowId(onPaper(VENUE)));
}

test('a reservation whose signal was ended by hand is an alert, and a workflow of its own ends it', async () => {
  const fingerprint = await restingOrder();
  await engine.parts.client.workflow.getHandle(fingerprint).terminate('a click in the Web UI');
  await eventually(async () => engine.alerts.some((text) => text.includes(orphanWorkflowId(fingerprint))));
  const orphan = engine.parts.client.workflow.getHandle<() => Promise<SignalView>>(orphanWorkflowId(fingerprint));
  const { typedSearchAttributes: found } = await orphan.describe();
  expect([found.get(TRADE_SYMBOL), found.get(TRADE_VENUE)]).toEqual(['BTCUSDT', VENUE]);
  await orphan.executeUpdate(cancelUpdate, { args: ['nobody wants it any more'] });
  expect(await orphan.result()).toMatchObject({ fingerprint, outcome: 'CANCELLED' });
  expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0', locked: '0' });
});

test('an order that the venue had acknowledged is not taken as never placed because its workflow was ended', async () => {
  const fingerprint = await restingOrder();
  const lookUps = jest
    .spyOn(engine.parts.venue, 'lookUpOrder')
    .mockImplementation(async () => ({ status: 'absent', askedAtMs: Date.now() + 120_000 }));
  await engine.parts.client.workflow.getHandle(fingerprint).terminate('a click in the Web UI');
  await eventually(async () => (await engine.intake.show(fingerprint))?.state === 'MISSING');
  expect((await account().query(accountHealthQuery)).pending).toBe(1);
  lookUps.mockRestore();
  const orphan = engine.parts.client.workflow.getHandle<() => Promise<SignalView>>(orphanWorkflowId(fingerprint));
  await orphan.executeUpdate(cancelUpdate, { args: ['done'] });
  expect(await orphan.result()).toMatchObject({ outcome: 'CANCELLED' });
});

test('a reservation of nobody’s plan keeps no other from being looked after', async () => {
  const command = { ...reserveCommand('by-hand', '1'), expiresAtMs: Date.now() + 3_600_000 };
  const request: AccountRequest = { kind: 'reserve', command };
  await account().executeUpdate(batchUpdate, { args: [[request]] });
  const fingerprint = await restingOrder();
  await engine.parts.client.workflow.getHandle(fingerprint).terminate('a click in the Web UI');
  await eventually(async () => engine.alerts.some((text) => text.includes(orphanWorkflowId(fingerprint))));
  const orphan = engine.parts.client.workflow.getHandle(orphanWorkflowId(fingerprint));
  await orphan.executeUpdate(cancelUpdate, { args: ['done'] });
  await orphan.result();
  const release = { requestId: 'by-hand:release', reservationId: 'by-hand', reason: 'the test is over' };
  await account().executeUpdate(batchUpdate, { args: [[{ kind: 'release', command: release }]] });
});

test('a reservation whose signal is waited for is left alone', async () => {
  const fingerprint = await restingOrder();
  await eventually(async () => (await account().query(accountHealthQuery)).pending === 1);
  const ticks = engine.alerts.length;
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(engine.alerts.slice(ticks).filter((text) => text.includes('orphan'))).toEqual([]);
  await engine.parts.client.workflow.getHandle(fingerprint).executeUpdate(cancelUpdate, { args: ['done'] });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test('an account that follows a lost one is halted, and names what is open at the venue', async () => {
  const fingerprint = await restingOrder();
  const { clientOrderId } = (await engine.intake.show(fingerprint))!.order!;
  const control = createTradingStateControl(engine.parts.client, engine.parts.ours);
  await account().terminate('a click in the Web UI');
  const denied = await engine.trade();
  expect(denied).toMatchObject({ outcome: 'DENIED', denialCode: 'TRADING_HALTED' });
  await eventually(async () => engine.alerts.some((text) => text.includes(clientOrderId)));
  expect(await control.state()).toBe('halted');
  expect((await account().describe()).typedSearchAttributes.get(TRADE_VENUE)).toBe(VENUE);
  await control.change('active', 'looked at everything');
  expect(await engine.trade()).toMatchObject({ outcome: 'FILLED' });
  await engine.parts.client.workflow.getHandle(fingerprint).executeUpdate(cancelUpdate, { args: ['done'] });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test.each([
  ['halted', async () => undefined],
  [
    'resumed meanwhile',
    async () => {
      await ensureVenueAccount(engine.parts.client, engine.config, engine.parts.venue.promises);
      const control = createTradingStateControl(engine.parts.client, engine.parts.ours);
      await eventually(() => control.change('active', 'looked at everything').catch(() => undefined));
      await eventually(async () => (await engine.balances()).asOfMs > 0);
    },
  ],
])('an order that was sent before its account was lost is looked for, and not sent again: %s', async (_name, then) => {
  const { sender, venue } = engine.parts;
  const send = sender.send.bind(sender);
  const placeOrder = jest.spyOn(venue, 'placeOrder');
  jest.spyOn(sender, 'send').mockImplementationOnce(async (...args) => {
    await send(...args);
    await account().terminate('a click in the Web UI');
    await then();
    throw new Error('The process was lost.');
  });
  expect(await engine.trade()).toMatchObject({ outcome: 'FILLED' });
  expect(placeOrder).toHaveBeenCalledTimes(1);
  jest.restoreAllMocks();
  const control = createTradingStateControl(engine.parts.client, engine.parts.ours);
  await eventually(() => control.change('active', 'looked at everything').catch(() => undefined));
});

test('nothing is resumed before the venue has told its open orders', async () => {
  const openOrders = jest.spyOn(engine.parts.venue, 'openOrders').mockRejectedValue(new Error('no answer'));
  const control = createTradingStateControl(engine.parts.client, engine.parts.ours);
  await account().terminate('another click');
  expect(await readHealth(engine.parts.client, engine.config, [])).toMatchObject({ status: 'unhealthy' });
  await ensureVenueAccount(engine.parts.client, engine.config, engine.parts.venue.promises);
  await eventually(async () => openOrders.mock.calls.length > 0);
  await expect(control.change('active', 'in the dark')).rejects.toThrow(/open orders/);
  openOrders.mockRestore();
  await eventually(() => control.change('active', 'looked at everything').catch(() => undefined));
  expect(await engine.trade()).toMatchObject({ outcome: 'FILLED' });
});

test('the namespace remembers that there was an account, longer than the server remembers its workflow', async () => {
  const { namespace } = engine.config.temporal;
  const marks = async () => {
    const { namespaceInfo } = await engine.parts.client.workflowService.describeNamespace({ namespace });
    return Object.keys(namespaceInfo?.data ?? {});
  };
  // This namespace's account was started by the test itself; one of another venue is the first of its own.
  const config = { ...engine.config, venue: 'other', venues: { other: engine.config.venues[VENUE]! } };
  await ensureVenueAccount(engine.parts.client, config, engine.parts.venue.promises);
  expect(await marks()).toContain('oncefill.account.other');
  const other = engine.parts.client.workflow.getHandle(venueAccountWorkflowId(onPaper('other')));
  expect(await other.query(accountHealthQuery)).toMatchObject({ tradingState: 'active' });
  await other.terminate('the test is over');
});
