import type { ActivateInput } from '@temporalio/workflow';
import { QUERY_TOO_EARLY } from '../../../src/messages/query-guard';
import { interceptors } from '../../../workflows/query-guard';

type Activation = ActivateInput['activation'];

const START = { initializeWorkflow: {} };
const NEWS = { resolveActivity: { seq: 1 } };
const UPDATE = { doUpdate: { name: 'cancel' } };
const QUERY = { queryWorkflow: { queryId: 'legacy_query' } };
/** One that comes along with a workflow task. */
const QUERY_OF_TASK = { queryWorkflow: { queryId: '7d2c' } };
const FORGET = { removeFromCache: {} };

interface At {
  readonly length: number;
  readonly second: number;
  readonly bytes: number;
  readonly isReplaying?: boolean;
}

function step({ length, second, bytes, isReplaying = false }: At, ...jobs: object[]): Activation {
  const timestamp = { seconds: second as never, nanos: 0 };
  return { historyLength: length, timestamp, historySizeBytes: bytes as never, isReplaying, jobs };
}

/** Runs activations through one workflow's guard. @returns for each whether it came through */
function run(...activations: readonly Activation[]): boolean[] {
  const [guard] = interceptors().internals ?? [];
  return activations.map((activation) => {
    let passed = false;
    try {
      guard?.activate?.({ activation, batchIndex: 0 }, () => {
        passed = true;
      });
    } catch (error) {
      expect(error).toMatchObject({ message: QUERY_TOO_EARLY });
    }
    return passed;
  });
}

const REPLAYED = { length: 3, second: 100, bytes: 900, isReplaying: true };
const AHEAD = { ...REPLAYED, length: 8, isReplaying: false };
const TASK = { length: 9, second: 107, bytes: 1_700 };
const NEXT_TASK = { length: 15, second: 109, bytes: 2_400 };

test.each([
  ['by what happened', [step(REPLAYED, START), step(AHEAD, NEWS)]],
  ['by a message', [step(REPLAYED, START), step(AHEAD, UPDATE)]],
  [
    'after a local activity',
    [step(REPLAYED, START), step({ ...REPLAYED, second: 101 }, NEWS), step({ ...AHEAD, second: 101 }, NEWS)],
  ],
])('a workflow does not run ahead of its task, %s', (_, activations) => {
  expect(run(...activations)).toEqual(activations.map((one) => one !== activations.at(-1)));
});

test('after a refused step only a new worker takes the workflow on', () => {
  const all = [step(REPLAYED, START), step(AHEAD, NEWS), step(AHEAD, QUERY), step(TASK, UPDATE), step(TASK, FORGET)];
  expect(run(...all)).toEqual([true, false, false, false, true]);
  expect(run(step(REPLAYED, START), step(TASK, NEWS, UPDATE))).toEqual([true, true]);
});

test.each([
  ['at once', [step(REPLAYED, START), step(TASK, NEWS), step(TASK, QUERY)]],
  ['after a local activity', [step(REPLAYED, START), step(TASK, NEWS), step(TASK, NEWS), step(TASK, QUERY)]],
])('a query is refused that may itself have taken the step behind a replay, %s', (_, activations) => {
  expect(run(...activations)).toEqual(activations.map((one) => one !== activations.at(-1)));
  expect(run(...activations, step(NEXT_TASK, UPDATE), step(NEXT_TASK, FORGET)).slice(-2)).toEqual([false, true]);
});

test.each([
  ['a query that comes with the task', [step(REPLAYED, START), step(TASK, NEWS), step(TASK, QUERY_OF_TASK)]],
  [
    'a query after a second task',
    [step(REPLAYED, START), step(TASK, NEWS), step(NEXT_TASK, NEWS), step(NEXT_TASK, QUERY)],
  ],
  [
    'a query after a task, where one was answered before it',
    [step(REPLAYED, START), step(REPLAYED, QUERY), step(TASK, NEWS), step(TASK, QUERY)],
  ],
  ['a query of a workflow that was never replayed', [step(TASK, START), step(NEXT_TASK, NEWS), step(NEXT_TASK, QUERY)]],
  ['a query after a replay', [step(REPLAYED, START), step({ ...TASK, isReplaying: true }, NEWS), step(TASK, QUERY)]],
  ['a query while an activity runs', [step(REPLAYED, START), step({ ...REPLAYED, length: 6 }, QUERY)]],
  ['the end of a local activity', [step(TASK, START), step(TASK, NEWS), step(TASK, QUERY)]],
  ['a task after the clock was set back', [step(REPLAYED, START), step({ ...TASK, second: 100 }, NEWS)]],
  [
    'a task that was given out in one step with the one before',
    [step(REPLAYED, START), step({ ...TASK, bytes: 900 }, NEWS)],
  ],
])('%s comes through', (_, activations) => {
  expect(run(...activations)).toEqual(activations.map(() => true));
});
