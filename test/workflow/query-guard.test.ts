/** A query between a crash and a workflow's next task must not make it decide at a time that no replay sees again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import { createWorker, replayHistories } from '../../src/temporal/worker';
import { queryPatiently } from '../../src/temporal/patient-query';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { noteUpdate, slowStep, STEPS_TASK_QUEUE, timesQuery } from './fixtures/slow-step';

const TASK_QUEUE = 'query-guard';
const WORKFLOWS = {
  workflowsPath: require.resolve('./fixtures/slow-step'),
  workflowInterceptorModules: [require.resolve('../../workflows/query-guard')],
  logger: new DefaultLogger('ERROR'),
};
/** Some of them reach the new worker before the workflow's task does. */
const QUERIES = 5;
/** Longer than from the workflow's first task to the loss of its worker, shorter than until its next task. */
const DEADLINE_AFTER_MS = 4_000;

let environment: TestWorkflowEnvironment;
let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  [environment, workflowBundle] = await Promise.all([startTestServer(), bundleWorkflowCode(WORKFLOWS)]);
}, SERVER_START_TIMEOUT_MS);

afterAll(() => environment.teardown());

async function runWorker(options: object): Promise<() => Promise<void>> {
  const worker = await createWorker({ connection: environment.nativeConnection, ...options } as never);
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
  };
}

test('a workflow that is queried while its worker is gone can still be replayed', async () => {
  let finishSlowStep = (): void => undefined;
  const slow = (): Promise<void> =>
    new Promise((resolve) => {
      finishSlowStep = resolve;
    });
  const stopSteps = await runWorker({
    taskQueue: STEPS_TASK_QUEUE,
    activities: { slow, late: () => Promise.resolve() },
  });
  const quick = () => Promise.resolve();
  const stopFirst = await runWorker({ taskQueue: TASK_QUEUE, workflowBundle, activities: { quick } });
  const deadlineMs = Date.now() + DEADLINE_AFTER_MS;
  const handle = await environment.client.workflow.start(slowStep, {
    taskQueue: TASK_QUEUE,
    workflowId: 'queried',
    args: [deadlineMs],
  });
  await handle.query(timesQuery);
  await stopFirst();

  const answers = Array.from({ length: QUERIES }, () => queryPatiently(handle, timesQuery).catch(() => undefined));
  await sleep(500);
  finishSlowStep();
  await sleep(deadlineMs - Date.now());
  const noted = handle.executeUpdate(noteUpdate);
  const stopSecond = await runWorker({ taskQueue: TASK_QUEUE, workflowBundle, activities: { quick } });
  const [time = 0] = await handle.result();
  await Promise.all(answers);
  expect(await noted).toBe('noted');
  await stopSecond();
  await stopSteps();

  expect(time).toBeGreaterThanOrEqual(deadlineMs);
  const recorded = [{ workflowId: 'queried', history: await handle.fetchHistory() }];
  for await (const { error } of replayHistories({ workflowBundle }, recorded)) expect(error).toBeUndefined();
});
