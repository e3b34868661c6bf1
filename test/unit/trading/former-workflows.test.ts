import type { Client } from '@temporalio/client';
import { FormerWorkflows } from '../../../src/trading/former-workflows';

const SINCE_MS = 1_700_000_000_000;
const SINCE = new Date(SINCE_MS).toISOString();

/** A namespace with that mark, whose every run began then. */
function workflowsOf(mark: string | undefined, startedAtMs = SINCE_MS - 1) {
  const data = mark === undefined ? {} : { 'oncefill.environment-travels-since': mark };
  const describe = jest.fn(async () => ({ startTime: new Date(startedAtMs) }));
  const client = {
    options: { namespace: 'scripted' },
    workflowService: { describeNamespace: async () => ({ namespaceInfo: { data } }) },
    workflow: { getHandle: () => ({ describe }) },
  };
  return { former: new FormerWorkflows(client as unknown as Client), describe };
}

test.each([
  ['before the mark', SINCE_MS - 1, true],
  ['after it by less than clocks differ', SINCE_MS + 59_999, true],
  ['a minute after it', SINCE_MS + 60_000, false],
])('a run that began %s is one of before or not', async (_what, startedAtMs, isFormer) => {
  const { former } = workflowsOf(SINCE, startedAtMs);
  expect(await former.includes('w', 'r')).toBe(isFormer);
  expect(await former.exist()).toBe(true);
});

test.each(['creation', undefined, 'yesterday'])('where the mark is %p no run is one of before', async (mark) => {
  const { former, describe } = workflowsOf(mark);
  expect(await former.includes('w', 'r')).toBe(false);
  expect(await former.exist()).toBe(false);
  expect(describe).not.toHaveBeenCalled();
});

test('the server is asked once about a run of before, and again about every other', async () => {
  const { former, describe } = workflowsOf(SINCE);
  await former.includes('w', 'r');
  await former.includes('w', 'r');
  expect(describe).toHaveBeenCalledTimes(1);
});
