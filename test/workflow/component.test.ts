/** One process per component: the server decides, and a slot whose process is gone is free again. */
import { hostname } from 'node:os';
import { spawnSync } from 'node:child_process';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { createWorker } from '../../src/temporal/worker';
import { createComponentActivities } from '../../activities/component';
import {
  COMPONENT_WORKFLOW_TYPE,
  componentHealthQuery,
  HOLDER_MEMO,
  type ComponentSlot,
  type ComponentHolder,
  type ComponentWorkflowInput,
} from '../../src/messages/component';
import { componentWorkflowId, ENTITIES_TASK_QUEUE } from '../../src/messages/ids';
import { identifyProcess } from '../../src/process/pid-file';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { register, type Registration, type RegistrationResult } from '../../workers/registration';
import { eventually } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

const HEARTBEAT_TIMEOUT_MS = 2_000;

let environment: TestWorkflowEnvironment;
let entities: Worker;
let running: Promise<void>;

beforeAll(async () => {
  environment = await startTestServer();
  const workflowBundle = { codePath: WORKFLOW_BUNDLE_PATH };
  entities = await createWorker({ ...connected(), taskQueue: ENTITIES_TASK_QUEUE, workflowBundle });
  running = entities.run();
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  entities.shutdown();
  await running;
  await environment.teardown();
});

function connected() {
  return { connection: environment.nativeConnection, namespace: environment.namespace };
}

function take(component: string): Promise<RegistrationResult> {
  const { client } = environment;
  return register({ client, component, version: '1.0.0', metadata: {}, heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS });
}

async function taken(component: string): Promise<Registration> {
  const result = await take(component);
  if (result.status !== 'registered') throw new Error(`The slot of ${component} is not free.`);
  return result.registration;
}

/** The worker that keeps a slot by its heartbeat; `onLost` tells that the slot went. */
function heartbeats(taskQueue: string, onLost: () => void = () => undefined): Promise<Worker> {
  const activities = createComponentActivities({ activeTasks: () => 0, problems: () => [], onLost });
  return createWorker({ ...connected(), taskQueue, activities });
}

function slot(component: string) {
  return environment.client.workflow.getHandle<() => Promise<ComponentSlot>>(componentWorkflowId(component));
}

/** A slot as a process elsewhere, or one that is gone, would have left it. */
async function occupy(holder: ComponentHolder): Promise<void> {
  const input: ComponentWorkflowInput = {
    holder,
    processTaskQueue: `process-${holder.component}`,
    heartbeatTimeoutMs: 600_000,
  };
  await environment.client.workflow.start(COMPONENT_WORKFLOW_TYPE, {
    workflowId: componentWorkflowId(holder.component),
    taskQueue: ENTITIES_TASK_QUEUE,
    args: [input],
    memo: { [HOLDER_MEMO]: holder },
  });
}

function holderOf(component: string, host: string, pid: number): ComponentHolder {
  return { component, workerId: 'other', host, pid, startedAtMs: Date.now(), version: '1.0.0', metadata: {} };
}

/** The number of a process that certainly ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--eval', '']).pid;
}

test('of many that ask at once one gets the slot, and every other is told who holds it', async () => {
  const results = await Promise.all(Array.from({ length: 10 }, () => take('crowd')));
  const winners = results.flatMap((result) => (result.status === 'registered' ? [result.registration] : []));
  expect(winners).toHaveLength(1);
  const { workerId } = winners[0]!.holder;
  const losers = results.flatMap((result) => (result.status === 'taken' ? [result.holder] : []));
  expect(losers).toHaveLength(9);
  for (const holder of losers) expect(holder).toMatchObject({ workerId, pid: process.pid, host: hostname() });
  await winners[0]!.unregister();
});

test('a process that leaves frees its slot at once, and leaving twice is no error', async () => {
  const first = await taken('leaving');
  const worker = await heartbeats(first.taskQueue);
  await worker.runUntil(async () => {
    await first.unregister();
    expect(await slot('leaving').result()).toMatchObject({ state: 'stopped', workerId: first.holder.workerId });
  });
  await first.unregister();
  expect((await take('leaving')).status).toBe('registered');
});

test('a slot is up while its process heartbeats, for longer than the timeout', async () => {
  const registration = await taken('steady');
  const worker = await heartbeats(registration.taskQueue);
  await worker.runUntil(async () => {
    const deadlineMs = Date.now() + 2 * HEARTBEAT_TIMEOUT_MS;
    await eventually(async () => Date.now() > deadlineMs);
    expect(await slot('steady').query(componentHealthQuery)).toMatchObject({ state: 'up' });
    expect((await take('steady')).status).toBe('taken');
    await registration.unregister();
  });
});

test('a process that stays silent loses its slot to the next one', async () => {
  const silent = await taken('silent');
  expect(await slot('silent').result()).toMatchObject({ state: 'lost', workerId: silent.holder.workerId });
  const next = await taken('silent');
  expect(next.holder.workerId).not.toBe(silent.holder.workerId);
});

test('a slot of a process that died on this host is taken over at once', async () => {
  await occupy(holderOf('dead', hostname(), deadPid()));
  const registration = await taken('dead');
  expect(await slot('dead').query(componentHealthQuery)).toMatchObject({ workerId: registration.holder.workerId });
});

test('a slot of a process that lives on this host is not taken over', async () => {
  await occupy({ ...holderOf('alive', hostname(), process.pid), birth: identifyProcess(process.pid)?.birth });
  expect(await take('alive')).toMatchObject({ status: 'taken', holder: { pid: process.pid } });
});

test('a slot of another host is not taken over, whatever its process number', async () => {
  await occupy(holderOf('elsewhere', 'another-host', deadPid()));
  expect(await take('elsewhere')).toMatchObject({ status: 'taken', holder: { host: 'another-host' } });
});

test('a process whose slot is taken away is told, so that it can stop', async () => {
  const registration = await taken('robbed');
  let lost = false;
  const worker = await heartbeats(registration.taskQueue, () => (lost = true));
  await worker.runUntil(async () => {
    await eventually(async () => {
      const { raw } = await slot('robbed').describe();
      return raw.pendingActivities?.some(({ lastHeartbeatTime }) => lastHeartbeatTime);
    });
    await slot('robbed').terminate('the test');
    await eventually(async () => lost);
  });
});

test('a process that loses its slot before its first heartbeat is told, too', async () => {
  const late = await taken('late');
  let lost = false;
  late.watch(() => (lost = true));
  // Nobody serves the process's queue, as when it is still busy starting.
  await eventually(async () => lost);
  expect(await slot('late').query(componentHealthQuery)).toMatchObject({ state: 'lost' });
  expect((await take('late')).status).toBe('registered');
});

test('a process is told of its own slot only, and not when it leaves', async () => {
  const leaving = await taken('told');
  let lost = false;
  leaving.watch(() => (lost = true));
  await leaving.unregister();
  await slot('told').result();
  const successor = await taken('told');
  let isSuccessorLost = false;
  successor.watch(() => (isSuccessorLost = true));
  await slot('told').terminate('the test');
  await eventually(async () => isSuccessorLost);
  expect(lost).toBe(false);
});
