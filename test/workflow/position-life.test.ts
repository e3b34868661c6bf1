/** A position from its entry to its end on a real server and a real paper venue, under the bounds of risk of an installation. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { positionStateQuery } from '../../src/messages/position';
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
  expect(engine.alerts).toEqual([]);
});
