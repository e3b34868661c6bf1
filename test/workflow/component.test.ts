/** One process per component: the server decides, and a slot whose process is gone is free again. */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
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
import { componentWorkflowId, ENTITIES_TASK_QUEUE, MONITOR_TASK_QUEUE } from '../../src/messages/ids';
import type { Finding } from '../../src/domain/alerts/alert';
import { queueForSlots } from '../../src/temporal/monitor-queue';
import { keepLightSlot } from '../../src/temporal/light-slot';
import { keepPatientSlot } from '../../src/temporal/patient-slot';
import { readSlot } from '../../src/observability/slots';
import { SlotWatch } from '../../workers/slot-watch';
import { identifyProcess } from '../../src/process/pid-file';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import {
  register,
  registerOneOfMany,
  type Registration,
  type RegistrationOptions,
  type RegistrationResult,
} from '../../src/temporal/registration';
import { eventually } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { withTimeEnough } from '../support/time-enough';

/** So short that a test can wait for a slot to be lost. */
const BRIEF_TIMEOUT_MS = 2_000;
/** So long that no slot is lost because its process was slow. */
const LONG_TIMEOUT_MS = 60_000;

let environment: TestWorkflowEnvironment;
let monitor: Worker;
let running: Promise<void>;

beforeAll(async () => {
  environment = await startTestServer();
  monitor = await looksAfter(MONITOR_TASK_QUEUE);
  running = monitor.run();
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  monitor.shutdown();
  await running;
  await environment.teardown();
});

function connected() {
  return { connection: environment.nativeConnection, namespace: environment.namespace };
}

/** A worker of slots. */
function looksAfter(taskQueue: string): Promise<Worker> {
  return createWorker({ ...connected(), taskQueue, workflowBundle: { codePath: WORKFLOW_BUNDLE_PATH } });
}

function options(component: string, heartbeatTimeoutMs = LONG_TIMEOUT_MS): RegistrationOptions {
  const { client } = environment;
  const taskQueue = MONITOR_TASK_QUEUE;
  return { client, component, version: '1.0.0', metadata: {}, heartbeatTimeoutMs, taskQueue };
}

function take(component: string, heartbeatTimeoutMs?: number): Promise<RegistrationResult> {
  return register(options(component, heartbeatTimeoutMs));
}

async function taken(component: string, heartbeatTimeoutMs?: number): Promise<Registration> {
  const result = await take(component, heartbeatTimeoutMs);
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
async function occupy(
  holder: ComponentHolder,
  taskQueue = MONITOR_TASK_QUEUE,
  heartbeatTimeoutMs = 600_000,
): Promise<void> {
  const input: ComponentWorkflowInput = {
    holder,
    processTaskQueue: `process-${holder.component}`,
    heartbeatTimeoutMs,
  };
  await environment.client.workflow.start(COMPONENT_WORKFLOW_TYPE, {
    workflowId: componentWorkflowId(holder.component),
    taskQueue,
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
  const status = await withTimeEnough(
    BRIEF_TIMEOUT_MS,
    async (timeoutMs) => {
      const registration = await taken('steady', timeoutMs);
      const worker = await heartbeats(registration.taskQueue);
      return worker.runUntil(async () => {
        const deadlineMs = Date.now() + 2 * timeoutMs;
        await eventually(async () => Date.now() > deadlineMs);
        const { state } = await slot('steady').query(componentHealthQuery);
        if (state !== 'up') return undefined;
        const next = await take('steady');
        await registration.unregister();
        return next.status;
      });
      // However long a time-out is, a process heartbeats every five seconds.
    },
    2,
  );
  expect(status).toBe('taken');
});

test('a process that stays silent loses its slot to the next one', async () => {
  const silent = await taken('silent', BRIEF_TIMEOUT_MS);
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
  // A process hears of it with the answer to a heartbeat, of which there are few in a long time-out.
  await withTimeEnough(BRIEF_TIMEOUT_MS, async (timeoutMs) => {
    const registration = await taken('robbed', timeoutMs);
    let lost = false;
    const worker = await heartbeats(registration.taskQueue, () => (lost = true));
    return worker.runUntil(async () => {
      const beats = await eventually(async () => {
        const { raw, status } = await slot('robbed').describe();
        if (status.name !== 'RUNNING') return 'never';
        return raw.pendingActivities?.some(({ lastHeartbeatTime }) => lastHeartbeatTime) && 'beats';
      });
      const robbed = await slot('robbed')
        .terminate('the test')
        .catch(() => undefined);
      if (beats === 'never' || robbed === undefined) return undefined;
      await eventually(async () => lost);
      return 'told';
    });
  });
});

test('a process that loses its slot before its first heartbeat is told, too', async () => {
  const late = await taken('late', BRIEF_TIMEOUT_MS);
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

describe('where a release before monitors registered', () => {
  test('a process that died on this host is followed at once by one that a monitor looks after', async () => {
    await occupy(holderOf('old-dead', hostname(), deadPid()), ENTITIES_TASK_QUEUE);
    const { taskQueue } = await taken('old-dead');
    const worker = await heartbeats(taskQueue);
    await worker.runUntil(async () => {
      await eventually(async () => (await slot('old-dead').describe()).raw.pendingActivities?.[0]?.lastHeartbeatTime);
      expect(await slot('old-dead').query(componentHealthQuery)).toMatchObject({ pid: process.pid, state: 'up' });
      await slot('old-dead').terminate('the test');
    });
  });

  test('a lost process elsewhere is let go by the trading engines, which still look after it', async () => {
    await occupy(holderOf('old-elsewhere', 'another-host', deadPid()), ENTITIES_TASK_QUEUE, BRIEF_TIMEOUT_MS);
    expect(await take('old-elsewhere')).toMatchObject({ status: 'taken' });
    const entities = await looksAfter(ENTITIES_TASK_QUEUE);
    await entities.runUntil(async () => {
      expect(await slot('old-elsewhere').result()).toMatchObject({ state: 'lost' });
    });
    expect((await take('old-elsewhere')).status).toBe('registered');
  });
});

test('of processes that may be many each has a registration of its own', async () => {
  const registrations = await Promise.all([registerOneOfMany(options('door')), registerOneOfMany(options('door'))]);
  expect(new Set(registrations.map(({ holder }) => holder.workerId)).size).toBe(2);
  await Promise.all(registrations.map((each) => each.unregister()));
});

test('a process without a worker registers, sends heartbeats, and leaves', async () => {
  await eventually(async () => (await queueForSlots(environment.client)) === MONITOR_TASK_QUEUE);
  const id = componentWorkflowId(`light@${hostname()}`);
  const end = await withTimeEnough(BRIEF_TIMEOUT_MS, async (timeoutMs) => {
    const leave = keepLightSlot(options('light', timeoutMs));
    const first = await eventually(async () => (await readSlot(environment.client, id))?.heartbeat);
    expect(first).toMatchObject({ status: 'running', activeTasks: 0 });
    await eventually(async () => {
      const { heartbeat } = (await readSlot(environment.client, id)) ?? {};
      return heartbeat !== undefined && heartbeat.atMs > first.atMs + timeoutMs;
    });
    await leave();
    const ended = await environment.client.workflow.getHandle<() => Promise<ComponentSlot>>(id).result();
    return ended.state === 'lost' ? undefined : ended;
  });
  expect(end).toMatchObject({ state: 'stopped' });
});

test('a process that works without a server registers once there is one', async () => {
  await eventually(async () => (await queueForSlots(environment.client)) === MONITOR_TASK_QUEUE);
  const id = componentWorkflowId(`patient@${hostname()}`);
  let tries = 0;
  let isClosed = false;
  const connect = async () => {
    tries += 1;
    if (tries === 1) throw new Error('There is no server.');
    return { client: environment.client, close: async () => void (isClosed = true) };
  };
  const { client: _client, ...slotOptions } = options('patient');
  const leave = keepPatientSlot({ ...slotOptions, connect, firstTryAfterMs: 1 });
  const reading = await eventually(async () => {
    const found = await readSlot(environment.client, id);
    return found?.heartbeat && found;
  });
  expect(reading.holder).toMatchObject({ component: 'patient', pid: process.pid, host: hostname(), version: '1.0.0' });
  await leave();
  expect(isClosed).toBe(true);
  expect(await environment.client.workflow.getHandle(id).result()).toMatchObject({ state: 'stopped' });
});

test('who registers by hand does so with the monitor where one runs, and is told of once it falls silent', async () => {
  await eventually(async () => (await queueForSlots(environment.client)) === MONITOR_TASK_QUEUE);
  const told = await withTimeEnough(BRIEF_TIMEOUT_MS, async (timeoutMs) => {
    const component = `falls-silent-after-${timeoutMs}`;
    const findings: Finding[] = [];
    const watch = new SlotWatch(environment.client, timeoutMs, (finding) => findings.push(finding), 200);
    watch.start();
    const told = () => findings.filter(({ subject }) => subject === component);
    const { taskQueue } = await taken(component, timeoutMs);
    const worker = await heartbeats(taskQueue);
    await worker.runUntil(async () => {
      await eventually(async () => {
        const { raw, status } = await slot(component).describe();
        return status.name !== 'RUNNING' || raw.pendingActivities?.[0]?.lastHeartbeatTime;
      });
      // The list of those that run is late.
      await delay(2_000);
    });
    const wasLostBefore = told().length > 0;
    await eventually(async () => told().length > 0);
    const back = await taken(component);
    const successor = await heartbeats(back.taskQueue);
    await successor.runUntil(async () => {
      await eventually(async () => told().length > 1);
      await back.unregister();
    });
    watch.stop();
    return wasLostBefore ? undefined : told();
  });
  expect(told).toMatchObject([
    { rule: 'heartbeat_lost', holds: true },
    { rule: 'heartbeat_lost', holds: false },
  ]);
});
