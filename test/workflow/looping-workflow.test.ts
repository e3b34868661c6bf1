/** A workflow that never gives up control must not hold up all others for ever. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { childEnvironment } from '../../harness/child-environment';
import { WATCHDOG_VARIABLE } from '../../src/config/variables';
import { ExitCode } from '../../src/process/exit-codes';
import type { ProcessEvent } from '../../src/process/process-events';
import { eventually } from '../support/engine';
import { runSource } from '../support/run-source';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { broken, looping, LOOPING_TASK_QUEUE, nextSignal, steady } from './fixtures/looping';
import type { LoopingWorkerInput } from './fixtures/looping-worker';

/** Much longer than any step of these workflows, also where they are loaded on a machine that does much else. */
const STUCK_AFTER_MS = 4_000;

const folder = mkdtempSync(join(tmpdir(), 'oncefill-looping-'));
const codePath = join(folder, 'bundle.js');
const children: ChildProcess[] = [];
let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTestServer();
  const workflowsPath = require.resolve('./fixtures/looping');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  writeFileSync(codePath, code);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await environment.teardown();
  rmSync(folder, { recursive: true, force: true });
});

async function startWorker(own: NodeJS.ProcessEnv = {}) {
  const { address, namespace = 'default' } = environment;
  const input: LoopingWorkerInput = { address, namespace, codePath, stuckAfterMs: STUCK_AFTER_MS };
  const file = join(__dirname, 'fixtures', 'looping-worker.ts');
  const child = spawn(process.execPath, runSource(file, JSON.stringify(input)), {
    env: childEnvironment(own),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  const events: ProcessEvent[] = [];
  child.on('message', (event) => events.push(event as ProcessEvent));
  const exited = once(child, 'exit');
  const ended = exited.then(() => Promise.reject(new Error('The worker ended at its start.')));
  await Promise.race([once(child, 'message'), ended]);
  return { child, events, exited };
}

/** One of each, both after their first step. */
async function startWorkflows(name: string) {
  const { client } = environment;
  const taskQueue = LOOPING_TASK_QUEUE;
  const good = await client.workflow.start(steady, { taskQueue, workflowId: `steady-${name}`, args: [2] });
  const bad = await client.workflow.start(looping, { taskQueue, workflowId: `looping-${name}` });
  await good.signal(nextSignal);
  return { good, bad };
}

/** Why a step of it failed first; undefined: none did. */
async function failureOf(handle: WorkflowHandle) {
  const { events } = await handle.fetchHistory();
  const failed = events?.find((event) => event.workflowTaskFailedEventAttributes);
  return failed?.workflowTaskFailedEventAttributes?.failure ?? undefined;
}

describe('without the watchdog of the SDK', () => {
  let worker: Awaited<ReturnType<typeof startWorker>>;

  beforeAll(async () => {
    worker = await startWorker();
  });

  test('what fails in a workflow is told with its stack', async () => {
    const options = { taskQueue: LOOPING_TASK_QUEUE, workflowId: 'broken' };
    const handle = await environment.client.workflow.start(broken, options);
    const failure = await eventually(() => failureOf(handle));
    expect(failure).toMatchObject({ message: 'no such thing', stackTrace: expect.stringContaining('at broken') });
    await handle.terminate();
  });

  test('a workflow that loops ends the process, which names the task queue and leaves with a code of its own', async () => {
    const { events, exited } = worker;
    const { good, bad } = await startWorkflows('ends');
    // Its stacks are not kept, but it is answered.
    expect(await good.query('__stack_trace')).toBe('');
    await good.signal(nextSignal);
    expect(await good.result()).toBe(2);

    await bad.signal(nextSignal);
    expect(await exited).toEqual([ExitCode.WORKFLOW_STUCK, null]);
    expect(events.filter(({ kind }) => kind === 'line')).toEqual([
      { kind: 'line', text: expect.stringContaining(`ALERT A workflow of the task queue "${LOOPING_TASK_QUEUE}"`) },
    ]);
    await bad.terminate();
  });
});

test('under the watchdog of the SDK only the step of a workflow that loops fails, and the others go on', async () => {
  const { child } = await startWorker({ [WATCHDOG_VARIABLE]: 'on' });
  const { good, bad } = await startWorkflows('goes-on');
  await bad.signal(nextSignal);
  await eventually(() => failureOf(bad));
  await good.signal(nextSignal);
  expect(await good.result()).toBe(2);
  expect(child.exitCode).toBeNull();
  await bad.terminate();
});
