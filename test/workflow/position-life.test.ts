/** A position from its entry to its end on a real server and a real paper venue, under the bounds of risk of an installation. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { closePositionUpdate, positionStateQuery } from '../../src/messages/position';
import { positionWorkflowId, venueAccountWorkflowId } from '../../src/messages/ids';
import { riskQuery } from '../../src/messages/venue-account';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment, {
    watchesPositions: true,
    flags: [
      { path: 'positions', value: { adds: 0, onOpposite: 'exit', foreign: 'alert', reportIntervalSeconds: 1 } },
      { path: 'risk.perSymbol', value: '0.25' },
      { path: 'risk.positionsMax', value: 5 },
      { path: 'risk.dailyLossFraction', value: '0.03' },
      { path: 'risk.lossStreak', value: 4 },
      { path: 'risk.coolDownMinutes', value: 5 },
    ],
  });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

const risk = () => engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours)).query(riskQuery);
const positions = () => engine.venue.audit().positions as readonly { side: string; size: string }[];

test('an entry opens a protected position, another is denied, one against it closes all of it, and the symbol rests', async () => {
  expect(await engine.trade({ amount: '0.02' })).toMatchObject({ outcome: 'FILLED' });
  const handle = engine.parts.client.workflow.getHandle(positionWorkflowId(engine.parts.ours, 'BTCUSDT'));
  const held = await eventually(async () => {
    const view = await handle.query(positionStateQuery).catch(() => undefined);
    return view?.state === 'PROTECTED' && view.openers[0]?.strategy !== undefined ? view : undefined;
  });
  expect(held).toMatchObject({ side: 'LONG', marks: [], row: { size: '0.02' } });
  expect(await engine.trade({ amount: '0.01' })).toMatchObject({ outcome: 'DENIED', denialCode: 'POSITION_EXISTS' });
  expect(await engine.trade({ symbol: 'ETHUSDT', amount: '500' })).toMatchObject({
    outcome: 'DENIED',
    denialCode: 'POSITION_TOO_LARGE',
  });

  const closer = await engine.trade({ direction: 'SELL', amount: '0.5' });
  expect(closer).toMatchObject({
    outcome: 'FILLED',
    sendAttempts: 1,
    order: { filledQuantity: '0.02' },
  });
  expect(positions()).toEqual([]);
  expect(await eventually(async () => (await handle.query(positionStateQuery)).trade)).toMatchObject({
    quantity: '0.02',
    reason: 'SIGNAL',
    closedBy: closer.fingerprint,
    closedByStrategy: expect.stringMatching(/^test-/),
  });
  expect(await engine.trade({ amount: '0.01' })).toMatchObject({ outcome: 'DENIED', denialCode: 'COOLING_DOWN' });
  const { rules, unprotected } = await risk();
  expect(unprotected).toEqual([]);
  expect(rules).toContainEqual(expect.objectContaining({ code: 'COOLING_DOWN', of: 'BTCUSDT', isBlocking: true }));
  expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0', unsettled: '0' });
  expect(engine.alerts.filter((text) => text.includes('BTCUSDT'))).toEqual([]);
});

test('an entry that rests is cancelled by rule before a person has the position of its symbol closed', async () => {
  const resting = engine.signal({ symbol: 'SOLUSDT', amount: '1', limitPrice: '100', timeInForce: 'GTC' });
  const taken = await engine.intake.submit(resting);
  if (taken.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(taken)}`);
  const { fingerprint } = taken;
  await eventually(async () => (await engine.intake.show(fingerprint))?.state === 'WORKING');
  // Somebody at the venue opens one: while an entry rests no other is taken.
  const url = `http://127.0.0.1:${engine.config.paperVenue.port}/paper/positions/add`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ symbol: 'SOLUSDT', quantity: '1' });
  const added = await fetch(url, { method: 'POST', headers, body });
  expect(added.status).toBe(200);
  const handle = engine.parts.client.workflow.getHandle(positionWorkflowId(engine.parts.ours, 'SOLUSDT'));
  await eventually(async () => (await handle.query(positionStateQuery).catch(() => undefined))?.row);
  const command = { requestId: 'close-1', words: 'the test', reason: 'OPERATOR' } as const;
  await handle.executeUpdate(closePositionUpdate, { args: [command] });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED', endedBy: 'rule' });
  const { timeline, trade } = await eventually(async () => {
    const view = await handle.query(positionStateQuery);
    return view.trade && view;
  });
  expect(trade).toMatchObject({ reason: 'OPERATOR', quantity: '1' });
  expect(timeline.map(({ text }) => text)).toContain('Ended first: 1 of its entries that rested.');
  expect(positions()).toEqual([]);
});
