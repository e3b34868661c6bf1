import type { ActivateInput } from '@temporalio/workflow';
import { QUERY_TOO_EARLY } from '../../../src/messages/query-guard';
import { interceptors } from '../../../workflows/query-guard';

type Activation = ActivateInput['activation'];

const START = { initializeWorkflow: {} };
const NEWS = { resolveActivity: { seq: 1 } };
const LONE_QUERY = { queryWorkflow: { queryId: 'legacy_query' } };
const TASK_QUERY = { queryWorkflow: { queryId: 'another' } };

function step(historyLength: number, second: number, isReplaying: boolean, job: object): Activation {
  return { historyLength, timestamp: { seconds: second as never, nanos: 0 }, isReplaying, jobs: [job] };
}

/** Runs activations through one workflow's guard. @returns how many came through */
function run(...activations: readonly Activation[]): number {
  const [guard] = interceptors().internals ?? [];
  let passed = 0;
  for (const activation of activations) {
    guard?.activate?.({ activation, batchIndex: 0 }, () => {
      passed += 1;
    });
  }
  return passed;
}

test('a query that made the workflow run ahead of its task is refused', () => {
  const ahead = [step(3, 100, true, START), step(8, 100, false, NEWS)];
  expect(run(...ahead)).toBe(2);
  expect(() => run(...ahead, step(8, 100, true, LONE_QUERY))).toThrow(QUERY_TOO_EARLY);
});

test.each([
  ['after a replay', [step(3, 100, true, START), step(9, 107, true, NEWS), step(9, 107, true, LONE_QUERY)]],
  ['after a task', [step(3, 100, true, START), step(9, 107, false, NEWS), step(9, 107, true, LONE_QUERY)]],
  ['while an activity runs', [step(3, 100, true, START), step(6, 100, true, LONE_QUERY)]],
  ['after a local activity', [step(3, 100, false, START), step(3, 100, false, NEWS), step(3, 100, true, LONE_QUERY)]],
  ['within a task', [step(3, 100, true, START), step(8, 100, false, NEWS), step(8, 100, true, TASK_QUERY)]],
])('a query %s is answered', (_, activations) => {
  expect(run(...activations)).toBe(activations.length);
});
