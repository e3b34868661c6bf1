/** Runs that are open on some server replay on the code of today; a change that breaks them fails here first. */
import { bundleWorkflowCode, DefaultLogger, Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { installQuietRuntime } from '../../harness/quiet-runtime';
import { readHistories, type RecordedHistory } from './history-files';

const histories = readHistories();

/** The workflows whose every way is recorded. */
const WORKFLOWS = ['signal', 'venue-account', 'ml-manager', 'component'];

/** @returns each history's name with what replaying it on the given code says */
async function replay(
  workflowBundle: ReplayWorkerOptions['workflowBundle'],
  recorded: readonly RecordedHistory[],
): Promise<readonly (readonly [name: string, error: string | undefined])[]> {
  const feed = recorded.map(({ name, history }) => ({ workflowId: name, history }));
  const results: [string, string | undefined][] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, feed)) {
    results.push([workflowId, error?.name]);
  }
  return results;
}

beforeAll(installQuietRuntime);

test('every workflow has recorded histories', () => {
  const without = WORKFLOWS.filter((workflow) => !histories.some(({ name }) => name.startsWith(`${workflow}-`)));
  expect(without).toEqual([]);
});

test('every recorded history replays on the workflows of today', async () => {
  const results = await replay({ codePath: WORKFLOW_BUNDLE_PATH }, histories);
  expect(results).toHaveLength(histories.length);
  expect(results.filter(([, error]) => error !== undefined)).toEqual([]);
});

test('a workflow that does something else than its history is found out', async () => {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: require.resolve('./fixtures/incompatible'),
    logger: new DefaultLogger('ERROR'),
  });
  const signals = histories.filter(({ name }) => name.startsWith('signal-'));
  const results = await replay(workflowBundle, signals);
  expect(results).toEqual(signals.map(({ name }) => [name, 'DeterminismViolationError']));
});
