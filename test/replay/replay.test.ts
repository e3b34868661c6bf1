/**
 * Runs that are open on some server replay on the code of today; a change that breaks them fails here first. The same
 * commands are not enough: what a run answered has been acted upon, so a replay must come to the same answers.
 */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { installQuietRuntime } from '../../harness/quiet-runtime';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { readHistories, type RecordedHistory } from './history-files';
import { bundleForReplay, replay, type ReplayedAnswer } from './outcomes';

const histories = readHistories();

/** The workflows whose every way is recorded. */
const WORKFLOWS = ['signal', 'venue-account', 'ml-manager', 'component', 'position'];

/** All histories, one after the other, on a machine that has other work. */
const REPLAY_MAX_MS = 300_000;
/** Each is found out by its first step: a few show it. */
const FOUND_OUT_RUNS = 12;

jest.setTimeout(REPLAY_MAX_MS);

beforeAll(installQuietRuntime);

/** What a run answered is recorded of updates alone. */
function hasUpdates({ history }: RecordedHistory): boolean {
  return (history.events ?? []).some((event) => Boolean(event.workflowExecutionUpdateAcceptedEventAttributes));
}

function differing(answers: readonly ReplayedAnswer[]): readonly ReplayedAnswer[] {
  return answers.filter(({ recorded, replayed }) => recorded !== replayed);
}

test('every workflow has recorded histories', () => {
  const without = WORKFLOWS.filter((workflow) => !histories.some(({ name }) => name.startsWith(`${workflow}-`)));
  expect(without).toEqual([]);
});

test('every recorded history replays on the workflows of today', async () => {
  const { errors } = await replay({ codePath: WORKFLOW_BUNDLE_PATH }, histories);
  expect(errors).toHaveLength(histories.length);
  expect(errors.filter(([, error]) => error !== undefined)).toEqual([]);
});

test('every recorded update is answered today as it was, byte by byte', async () => {
  const updated = histories.filter(hasUpdates);
  const { answers } = await replay(await bundleForReplay(require.resolve('../../workflows')), updated);
  expect(answers.length).toBeGreaterThan(0);
  expect(differing(answers)).toEqual([]);
});

test('rules that refuse every reservation are found out, although their commands are the same', async () => {
  // An account that watches positions does so more often while entries are pending: its commands follow from its answers.
  const accounts = histories
    .filter(({ name }) => /^venue-account-(?!.*account-rules-5)/.test(name))
    .slice(0, FOUND_OUT_RUNS);
  const bundle = await bundleForReplay(require.resolve('./fixtures/refusing'));
  const { errors, answers } = await replay(bundle, accounts);
  expect(errors.filter(([, error]) => error !== undefined)).toEqual([]);
  expect(differing(answers).length).toBeGreaterThan(0);
});

test('a workflow that does something else than its history is found out', async () => {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: require.resolve('./fixtures/incompatible'),
    logger: new DefaultLogger('ERROR'),
  });
  const signals = histories.filter(({ name }) => name.startsWith('signal-')).slice(0, FOUND_OUT_RUNS);
  const { errors } = await replay(workflowBundle, signals);
  expect(errors).toEqual(signals.map(({ name }) => [name, 'DeterminismViolationError']));
});
