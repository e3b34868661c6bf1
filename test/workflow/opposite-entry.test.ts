/** An entry against an open position, on a real server and a real paper venue: it needs what it really adds. */
import Decimal from 'decimal.js';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { venueAccountWorkflowId } from '../../src/messages/ids';
import { refreshSignal } from '../../src/messages/venue-account';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';

/** The venue's code for insufficient balance. */
const BALANCE_INSUFFICIENT = '110007';
const INVESTED_SHARE = 0.6;
/** Positions are read before the balances of the same report, by less than this. */
const READ_BEFORE_MAX_MS = 1_000;

const REFRESH_INTERVAL_MS = 250;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;
/** What 60 % of the wallet buys. */
let invested: Decimal;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

beforeEach(async () => {
  const { free } = (await engine.balances()).assets.USDT!;
  const ticker = await engine.parts.pacedVenue.ticker('BTCUSDT', 'entry');
  invested = new Decimal(free).times(INVESTED_SHARE).div(ticker!.ask).toDecimalPlaces(2, Decimal.ROUND_DOWN);
  expect(await engine.trade({ amount: invested.toFixed() })).toMatchObject({ outcome: 'FILLED' });
  await reported();
});

afterEach(async () => {
  await expectLedgerEqualsVenue();
  expect(engine.venue.audit().rejectedByCode[BALANCE_INSUFFICIENT] ?? 0).toBe(0);
  const { side, amount } = position();
  if (side === undefined) return;
  await engine.trade({ intent: 'exit', direction: side === 'Buy' ? 'SELL' : 'BUY', amount });
  await reported();
});

/** Waits until a report is certain to contain the position that is open now. */
async function reported(): Promise<void> {
  const { client, venue } = engine.parts;
  const fromMs = Date.now() + venue.promises.snapshotLagMs + READ_BEFORE_MAX_MS;
  await eventually(async () => {
    await client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours)).signal(refreshSignal);
    return (await engine.balances()).asOfMs > fromMs;
  }, REFRESH_INTERVAL_MS);
}

function position(): { side?: string; amount?: string } {
  const [open] = engine.venue.audit().positions as readonly { side: string; size: string }[];
  return open ? { side: open.side, amount: open.size } : {};
}

async function expectLedgerEqualsVenue(): Promise<void> {
  const { assets } = await engine.settled();
  const { total, locked } = engine.venue.audit().balances.USDT!;
  expect(assets.USDT).toMatchObject({ total, locked, reserved: '0', unsettled: '0' });
}

function sell(share: number, overrides: object = {}) {
  const amount = invested.times(share).toDecimalPlaces(2, Decimal.ROUND_DOWN).toFixed();
  return engine.trade({ direction: 'SELL', amount, ...overrides });
}

test('of the same size it is filled for its fees, and nothing is open', async () => {
  const { free } = (await engine.balances()).assets.USDT!;
  const view = await sell(1);
  expect(view).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(new Decimal(view.reservedAmount!).lessThan(new Decimal(free).div(100))).toBe(true);
  expect(position()).toEqual({});
  await expectLedgerEqualsVenue();
});

test('of half as much again it is filled with what is free, and turns the position', async () => {
  expect(await sell(1.5)).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  const amount = invested.times(1.5).toDecimalPlaces(2, Decimal.ROUND_DOWN).minus(invested).toFixed();
  expect(position()).toEqual({ side: 'Sell', amount });
});

test('of twice the size it is denied, because what is free does not pay the other half', async () => {
  expect(await sell(2)).toMatchObject({ outcome: 'DENIED', denialCode: 'INSUFFICIENT_FUNDS', sendAttempts: 0 });
  expect(position()).toEqual({ side: 'Buy', amount: invested.toFixed() });
});

test('of two of the same size at once one closes the position, and the other has to be paid in full', async () => {
  const views = await Promise.all([sell(1), sell(1)]);
  expect(new Set(views.map(({ outcome }) => outcome))).toEqual(new Set(['DENIED', 'FILLED']));
  expect(position()).toEqual({});
});

test('two at once that close it together, and a little more, share it', async () => {
  const views = await Promise.all([sell(0.75), sell(0.75)]);
  expect(views.map(({ outcome }) => outcome)).toEqual(['FILLED', 'FILLED']);
  expect(position().side).toBe('Sell');
});

test('one that rests needs its fees, and gives them back when it is cancelled', async () => {
  const { free } = (await engine.balances()).assets.USDT!;
  const submitted = await engine.intake.submit(
    engine.signal({ direction: 'SELL', amount: invested.toFixed(), limitPrice: '900000' }),
  );
  const { fingerprint } = submitted as { fingerprint: string };
  await eventually(async () => (await engine.intake.show(fingerprint))?.order?.venueOrderId);
  const { reserved } = (await engine.balances()).assets.USDT!;
  expect(new Decimal(reserved).greaterThan(0)).toBe(true);
  expect(new Decimal(reserved).lessThan(new Decimal(free).div(50))).toBe(true);
  await engine.parts.client.workflow.getHandle(fingerprint).executeUpdate('cancel', { args: ['enough'] });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});
