/** Health tells the truth: what keeps orders from being sent or looked up is said, with the reason. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createWorker } from '../../src/temporal/worker';
import { createComponentActivities } from '../../activities/component';
import { cancelUpdate } from '../../src/messages/signal';
import { ENTITIES_TASK_QUEUE, venueAccountWorkflowId } from '../../src/messages/ids';
import { feedbackSignal } from '../../src/messages/venue-account';
import { readHealth } from '../../src/observability/health';
import { readWorkers } from '../../src/observability/workers-report';
import { createTradingStateControl } from '../../src/trading/trading-state';
import { register } from '../../src/temporal/registration';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

const BAN_MS = 600_000;

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

/** @param components those that a test registers */
function health(components: readonly string[] = []) {
  return readHealth(engine.parts.client, engine.config, components);
}

const withoutModel = () => ({ ...engine.config, ml: { ...engine.config.ml, enabled: false } });

test('all is well, and no reason is given', async () => {
  expect(await health()).toMatchObject({ status: 'healthy', reasons: [], components: { venue_account: 'healthy' } });
});

test('trading that is halted is said with its reason', async () => {
  const control = createTradingStateControl(engine.parts.client, engine.parts.ours);
  await control.change('halted', 'the owner sleeps');
  const { status, reasons } = await health();
  expect(status).toBe('degraded');
  expect(reasons).toEqual([expect.stringMatching(/halted.*the owner sleeps/)]);
  await control.change('active', 'awake');
  expect((await health()).status).toBe('healthy');
});

test('what a process says of itself is said', async () => {
  const { client, nativeConnection: connection, namespace } = environment;
  const result = await register({
    client,
    component: 'trading_engine',
    version: '1.0.0',
    metadata: {},
    heartbeatTimeoutMs: 60_000,
    taskQueue: ENTITIES_TASK_QUEUE,
  });
  if (result.status !== 'registered') throw new Error('The slot is not free.');
  const { registration } = result;
  const problem = 'bybit refuses the key: invalid api key.';
  const activities = createComponentActivities({
    activeTasks: () => 0,
    problems: () => [problem],
    onLost: () => undefined,
  });
  const worker = await createWorker({ connection, namespace, taskQueue: registration.taskQueue, activities });
  await worker.runUntil(async () => {
    await eventually(async () => (await health(['trading_engine'])).reasons.includes(problem));
    expect((await health(['trading_engine'])).status).toBe('degraded');
    const { workers, isComplete } = await readWorkers(client, withoutModel());
    expect(workers).toMatchObject([{ type: 'trading_engine', status: 'running', holder: { pid: process.pid } }]);
    expect(isComplete).toBe(true);
    await registration.unregister();
  });
});

test('who left is missing among the workers', async () => {
  await eventually(async () => {
    const { workers, isComplete } = await readWorkers(environment.client, withoutModel());
    return !isComplete && workers.length === 1 && workers[0]?.status === 'absent';
  });
});

test('a ban is said, also in the words of the signal that waits for its end', async () => {
  const account = engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours));
  await account.signal(feedbackSignal, {
    endpoint: 'order',
    kind: 'banned',
    resumeAfterMs: BAN_MS,
    observedAtMs: Date.now(),
  });
  const { status, reasons } = await health();
  expect(status).toBe('degraded');
  expect(reasons).toEqual([expect.stringMatching(/refuses requests until .*ban/)]);

  const result = await engine.intake.submit(engine.signal());
  if (result.status !== 'accepted') throw new Error('Not accepted.');
  const { fingerprint } = result;
  const view = await eventually(async () => {
    const shown = await engine.intake.show(fingerprint);
    return shown?.waitUntilMs === undefined ? undefined : shown;
  });
  expect(view.detail).toMatch(/refuses requests until .*ban/);
  await engine.parts.client.workflow.getHandle(fingerprint).executeUpdate(cancelUpdate, { args: ['not today'] });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test('an account that does not answer is unhealthy', async () => {
  await engine.stopWorkers();
  const { status, components, reasons } = await health();
  expect(status).toBe('unhealthy');
  expect(components).toMatchObject({ temporal: 'healthy', venue_account: 'unhealthy' });
  expect(reasons).toHaveLength(1);
  await engine.startWorkers();
});
