/** Many signals for too little money, at once: the ledger decides, and the venue never has to. */
import Decimal from 'decimal.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { venueAccountWorkflowId } from '../../src/messages/ids';
import { commitSignal, refreshSignal } from '../../src/messages/venue-account';
import { commitCommand } from '../support/account-commands';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

const SIGNALS = 100;
/** What all signals together are worth, in balances. */
const OVERDRAWN = 3;
/** The venue's code for insufficient balance. */
const BALANCE_INSUFFICIENT = '110007';

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

test('of 100 parallel signals worth three balances the affordable ones fill, and the rest are denied by us', async () => {
  const balance = new Decimal((await engine.balances()).assets.USDT!.free);
  const ticker = await engine.parts.pacedVenue.ticker('BTCUSDT', 'entry');
  const amount = balance.times(OVERDRAWN).div(SIGNALS).div(ticker!.ask).toFixed(3);

  const views = await Promise.all(Array.from({ length: SIGNALS }, () => engine.trade({ amount })));

  const filled = views.filter(({ outcome, sendAttempts }) => outcome === 'FILLED' && sendAttempts === 1);
  const denied = views.filter(({ outcome, denialCode, sendAttempts }) => {
    return outcome === 'DENIED' && denialCode === 'INSUFFICIENT_FUNDS' && sendAttempts === 0;
  });
  expect(filled.length + denied.length).toBe(SIGNALS);
  const audit = engine.venue.audit();
  expect(audit.rejectedByCode[BALANCE_INSUFFICIENT] ?? 0).toBe(0);
  expect(audit.orders).toMatchObject({ accepted: filled.length, rejected: 0, open: 0 });
  expect(audit.maxOrdersPerClientId).toBe(1);
  // What fits at once, with the safety margin on top of each; margins given back in time make room for a few more.
  const dearest = Decimal.max(...filled.map(({ reservedAmount }) => reservedAmount!));
  expect(filled.length).toBeGreaterThanOrEqual(balance.div(dearest).floor().toNumber());
  // What does not fit even at the price itself, without margin and fees: two of the three balances.
  expect(filled.length).toBeLessThanOrEqual(Math.ceil(SIGNALS / OVERDRAWN));
  const { assets } = await engine.settled();
  const { total, locked } = engine.venue.audit().balances.USDT!;
  expect(assets.USDT).toMatchObject({ total, locked, reserved: '0', unsettled: '0' });
});

test('a fill that the account is told of and holds nothing for is told to a person by the account itself', async () => {
  const account = engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours));
  await account.signal(commitSignal, { ...commitCommand('f'.repeat(16), '1'), reason: '0.01 BTCUSDT at 60000' });
  const alert = await eventually(async () => engine.alerts.find((text) => text.startsWith('f'.repeat(16))));
  expect(alert).toBe(
    `${'f'.repeat(16)}: 0.01 BTCUSDT at 60000 could not be booked at bybit: The ledger knows of no reservation for it.`,
  );
});

test('an order that the venue refuses for want of funds all the same has the balances read at once, and tells a person', async () => {
  const { venue, entities } = engine.parts;
  const message = `Bybit ${BALANCE_INSUFFICIENT}: ab not enough for new order`;
  const outcome = { kind: 'REJECTED', venueCode: BALANCE_INSUFFICIENT, httpStatus: 200, message } as const;
  jest.spyOn(venue, 'placeOrder').mockResolvedValueOnce({ outcome, signedAtMs: Date.now() });
  const read = jest.spyOn(venue, 'balances');
  const told = jest.spyOn(entities, 'signal');
  expect(await engine.trade({ amount: '0.001' })).toMatchObject({ outcome: 'REJECTED' });
  await eventually(async () => read.mock.calls.length > 0);
  expect(told.mock.calls.map(([, signal]) => signal)).toContain(refreshSignal);
  expect(engine.alerts).toContainEqual(expect.stringContaining(message));
  jest.restoreAllMocks();
});
