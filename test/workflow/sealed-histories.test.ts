/** What the real server keeps of an installation with keys, and what becomes of it when keys change or are not there. */
import type { History } from '@temporalio/common/lib/proto-utils';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createComponentActivities } from '../../activities/component';
import { createSignalIntake } from '../../src/intake/signal-intake';
import { COMPONENT_WORKFLOW_TYPE } from '../../src/messages/component';
import { ENTITIES_TASK_QUEUE, SIGNALS_TASK_QUEUE, venueAccountWorkflowId } from '../../src/messages/ids';
import { openClient } from '../../src/temporal/client';
import { TRUSTED_STORE } from '../../harness/trusted-store';
import { createKey } from '../../src/temporal/codec/create-key';
import type { HistoryKeyError } from '../../src/temporal/codec/history-key-error';
import { claimHistoryKeys, retireHistoryKey } from '../../src/temporal/codec/key-marks';
import { isSealed } from '../../src/temporal/codec/seal';
import { connectClient, localTarget } from '../../src/temporal/connection';
import { createWorker } from '../../src/temporal/worker';
import { SEALED_WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { register } from '../../src/temporal/registration';
import { readHealth } from '../../src/observability/health';
import { readable } from '../replay/sealed-history';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

const [A, B, OTHER_A] = [createKey('a'), createKey('b'), createKey('a')];
/** What a history says of an order where nothing is sealed; names of activities and updates are in the open anyway. */
const PLAIN = /.{0,40}(?:USDT|secret-strategy|0\.012|uantity|"price|assets).{0,40}/;
const FAILURE_IN_THE_OPEN = 'Encoded failure';

let environment: TestWorkflowEnvironment;
let engine: TestEngine | undefined;

function setKeys(...keys: readonly string[]): void {
  if (keys.length === 0) delete process.env.ONCEFILL_HISTORY_KEYS;
  else process.env.ONCEFILL_HISTORY_KEYS = keys.join(',');
}

beforeAll(async () => {
  environment = await startTestServer();
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  setKeys();
  await engine?.close();
  await environment.teardown();
});

type HistoryEvent = NonNullable<History['events']>[number];

/** The first event of a kind, once there is one. */
async function eventOf<Kind extends keyof HistoryEvent>(workflowId: string, kind: Kind) {
  const handle = environment.client.workflow.getHandle(workflowId);
  return eventually(async () => {
    const { events } = await handle.fetchHistory();
    return events?.find((event) => event[kind])?.[kind] as NonNullable<HistoryEvent[Kind]> | undefined;
  });
}

/** As somebody reads it who operates the server and has no key. */
async function historyOf(workflowId: string): Promise<string> {
  return readable(await environment.client.workflow.getHandle(workflowId).fetchHistory());
}

test('a signal is filled, and nobody without the key reads its amounts, symbol or strategy', async () => {
  setKeys(A);
  engine = await startTestEngine(environment);
  await claimHistoryKeys(engine.parts.client, 'engine');
  const view = await engine.trade({ strategy: 'secret-strategy', amount: '0.0123' });
  expect(view).toMatchObject({ state: 'ENDED', outcome: 'FILLED', order: { filledQuantity: '0.012' } });
  expect(await engine.intake.show(view.fingerprint)).toMatchObject({ outcome: 'FILLED' });
  const listed = await eventually(async () => {
    const rows = await engine?.intake.list(5);
    return rows?.length ? rows : undefined;
  });
  expect(listed).toMatchObject([{ fingerprint: view.fingerprint, symbol: 'BTCUSDT' }]);
  for (const workflowId of [view.fingerprint, venueAccountWorkflowId(engine.parts.ours)]) {
    const text = await historyOf(workflowId);
    expect(text).toContain('binary/encrypted');
    expect(text.match(PLAIN)).toBeNull();
  }
  // Its memo is sealed, too.
  await expect(environment.client.workflow.getHandle(view.fingerprint).describe()).rejects.toThrow('binary/encrypted');
});

test('the failures of activities and of the steps of workflows are sealed', async () => {
  const { client } = engine!.parts;
  const registration = await register({
    client,
    component: 'trading_engine',
    version: '1',
    metadata: {},
    heartbeatTimeoutMs: 60_000,
    taskQueue: ENTITIES_TASK_QUEUE,
  });
  if (registration.status !== 'registered') throw new Error('The slot is taken.');
  const { taskQueue } = registration.registration;
  const { connection, namespace } = { connection: environment.nativeConnection, namespace: client.options.namespace };
  const fails = () => Promise.reject(new Error('of 0.0123 BTCUSDT'));
  const parts = { activeTasks: () => 0, problems: () => [], onLost: () => undefined };
  const activities = Object.fromEntries(Object.keys(createComponentActivities(parts)).map((name) => [name, fails]));
  const worker = await createWorker({ connection, namespace, taskQueue, activities });
  const running = worker.run();
  const failed = await eventOf('component:trading_engine', 'activityTaskFailedEventAttributes');
  expect(failed.failure).toMatchObject({ message: FAILURE_IN_THE_OPEN, stackTrace: '' });
  expect(isSealed(failed.failure!.encodedAttributes!)).toBe(true);
  worker.shutdown();
  await running;

  const broken = await client.workflow.start(COMPONENT_WORKFLOW_TYPE, {
    workflowId: 'broken',
    taskQueue: ENTITIES_TASK_QUEUE,
    args: [null],
  });
  const step = await eventOf('broken', 'workflowTaskFailedEventAttributes');
  expect(step.failure).toMatchObject({ message: FAILURE_IN_THE_OPEN });
  expect(isSealed(step.failure!.encodedAttributes!)).toBe(true);
  await broken.terminate();
});

test('whoever comes without the key, or with another one of its id, is told so and refused', async () => {
  const target = localTarget(environment.address, environment.namespace ?? 'default');
  setKeys();
  await expect(connectClient(target)).rejects.toMatchObject({ code: 'HISTORY_KEY_MISSING' });
  setKeys(OTHER_A);
  await expect(connectClient(target)).rejects.toMatchObject({ code: 'HISTORY_KEY_WRONG' });
  setKeys(B, A);
  await expect(connectClient(target)).rejects.toMatchObject({ code: 'HISTORY_KEY_UNKNOWN' });
});

test('a worker without the key ends no signal, and an engine with a newer key first carries on', async () => {
  const { config } = engine!;
  await engine!.close();
  engine = undefined;
  setKeys(A);
  const { nativeConnection: connection, namespace = 'default' } = environment;
  const client = openClient(connection, namespace);
  await claimHistoryKeys(client, 'engine');
  const result = await createSignalIntake({ client, config, store: TRUSTED_STORE }).submit({
    symbol: 'BTCUSDT',
    direction: 'BUY',
    strategy: 'waits',
    timestampMs: Date.now(),
    intent: 'entry',
    amount: '0.01',
  });
  const { fingerprint } = result as { fingerprint: string };

  setKeys(B);
  const unreadable: HistoryKeyError[] = [];
  const workflowBundle = { codePath: SEALED_WORKFLOW_BUNDLE_PATH };
  const taskQueue = SIGNALS_TASK_QUEUE;
  const onUnreadable = (error: HistoryKeyError): void => {
    // At once: the server gives a step that failed out again, later each time.
    if (unreadable.push(error) === 1) worker.shutdown();
  };
  const worker = await createWorker({ connection, namespace, taskQueue, workflowBundle }, { onUnreadable });
  await worker.run();
  expect(unreadable[0]).toMatchObject({ code: 'HISTORY_KEY_MISSING' });
  expect((await client.workflow.getHandle(fingerprint).describe()).status.name).toBe('RUNNING');

  setKeys(A, B);
  await claimHistoryKeys(openClient(connection, namespace), 'engine');
  setKeys(B, A);
  engine = await startTestEngine(environment);
  await claimHistoryKeys(engine.parts.client, 'engine');
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'FILLED' });
  expect(await retireHistoryKey(engine.parts.client, 'a')).toMatchObject({ status: 'needed' });
  const account = (await readHealth(engine.parts.client, engine.config)).details.find(
    ({ name }) => name === 'venue_account',
  );
  expect(account?.status).toBe('healthy');
});
