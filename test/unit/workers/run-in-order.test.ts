import { IllegalStateError } from '@temporalio/common';
import type { Worker } from '@temporalio/worker';
import { runInOrder, type RunInOrderOptions } from '../../../workers/run-in-order';

let events: string[];

/** A worker that runs until it is shut down, or fails with that: at once or when it stops. */
function workerOf(name: string, failure?: Error, stopFailure?: Error): Worker {
  let end: () => void = () => undefined;
  let state = 'INITIALIZED';
  return {
    getState: () => state,
    run() {
      events.push(`${name} runs`);
      state = 'RUNNING';
      return new Promise<void>((resolve, reject) => {
        end = () => (stopFailure ? reject(stopFailure) : resolve());
        if (failure) reject(failure);
      });
    },
    shutdown() {
      events.push(`${name} stops`);
      state = 'STOPPED';
      end();
    },
  } as unknown as Worker;
}

function run(stop: AbortController, overrides: Partial<RunInOrderOptions> = {}): Promise<void> {
  return runInOrder({
    first: [workerOf('account')],
    others: [workerOf('signals')],
    prepare: async () => void events.push('prepared'),
    onRunning: () => {
      events.push('all run');
      stop.abort();
    },
    stop: stop.signal,
    onStopping: async () => void events.push('leaves'),
    onUntidy: () => events.push('untidy'),
    ...overrides,
  });
}

beforeEach(() => (events = []));

test('no signal is worked on before everything is prepared, and none after its account stopped', async () => {
  await run(new AbortController());
  expect(events).toEqual([
    'account runs',
    'prepared',
    'signals runs',
    'all run',
    'leaves',
    'signals stops',
    'account stops',
  ]);
});

test('where it cannot be prepared no signal is worked on, and what ran stops', async () => {
  const prepare = () => Promise.reject(new Error('two accounts'));
  await expect(run(new AbortController(), { prepare })).rejects.toThrow('two accounts');
  expect(events).toEqual(['account runs', 'account stops']);
});

test('a stop while it is prepared ends it', async () => {
  const stop = new AbortController();
  const prepare = () => {
    stop.abort();
    return new Promise<void>(() => undefined);
  };
  await run(stop, { prepare });
  expect(events).toEqual(['account runs', 'leaves', 'account stops']);
});

test('a worker that fails ends the others, and its failure is told', async () => {
  const others = [workerOf('signals', new Error('lost'))];
  await expect(run(new AbortController(), { others, onRunning: () => undefined })).rejects.toThrow('lost');
  expect(events).toContain('account stops');
});

describe('a worker that cannot tidy up a workflow', () => {
  const untidy = new IllegalStateError('Workflow execution context should have been disposed first');

  test('is told of and no failure where it was asked to stop', async () => {
    await run(new AbortController(), { others: [workerOf('signals', undefined, untidy)] });
    expect(events.slice(-3)).toEqual(['signals stops', 'account stops', 'untidy']);
  });

  test('has failed where nobody asked it to stop', async () => {
    const others = [workerOf('signals', untidy)];
    await expect(run(new AbortController(), { others, onRunning: () => undefined })).rejects.toBe(untidy);
  });

  test.each([new IllegalStateError('another state'), new Error(untidy.message)])(
    'hides no other failure: %s',
    async (failure) => {
      const others = [workerOf('signals', undefined, untidy), workerOf('venue', undefined, failure)];
      await expect(run(new AbortController(), { others })).rejects.toBe(failure);
    },
  );
});
