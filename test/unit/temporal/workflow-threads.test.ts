import workerThreads from 'node:worker_threads';
import { WATCHDOG_VARIABLE } from '../../../src/config/variables';
import { hasSdkWatchdog, withCheapCrossings } from '../../../src/temporal/workflow-threads';

const SDK_PROGRAM = '/sdk/lib/workflow/workflow-worker-thread.js';
const WATCH = { taskQueue: 'signals', onStuck: () => undefined };

/** In the place of Node's threads: what was to be started. */
const started: unknown[][] = [];
class FakeThread {
  constructor(...given: unknown[]) {
    started.push(given);
  }
  once(): void {}
}

const real = workerThreads.Worker;

beforeEach(() => {
  started.length = 0;
  workerThreads.Worker = FakeThread as never;
});

afterEach(() => {
  workerThreads.Worker = real;
  delete process.env[WATCHDOG_VARIABLE];
});

/** Starts a thread as the SDK does while it makes a worker. */
async function start(...given: readonly unknown[]): Promise<unknown> {
  return withCheapCrossings(async () => {
    await Promise.resolve();
    return new workerThreads.Worker(...(given as [string]));
  }, WATCH);
}

test('a thread of the SDK runs our program, which is told of the SDK’s and where to count', async () => {
  await start(SDK_PROGRAM);
  expect(started).toEqual([
    [
      expect.stringMatching(/workflow-thread\.js$/),
      { workerData: { program: SDK_PROGRAM, crossings: expect.any(Int32Array) } },
    ],
  ]);
});

test('what else the SDK asks of its thread stays', async () => {
  await start(SDK_PROGRAM, { resourceLimits: { stackSizeMb: 8 } });
  expect(started[0]?.[1]).toMatchObject({ resourceLimits: { stackSizeMb: 8 } });
});

test('under the watchdog of the SDK nothing is counted', async () => {
  process.env[WATCHDOG_VARIABLE] = 'on';
  await start(SDK_PROGRAM);
  expect(started[0]?.[1]).toEqual({ workerData: { program: SDK_PROGRAM } });
});

test.each([
  ['a program by another name', ['/sdk/lib/workflow/sandbox.js', undefined]],
  ['a program that is a URL', [new URL(`file://${SDK_PROGRAM}`), undefined]],
  ['the program with data of its own', [SDK_PROGRAM, { workerData: 1 }]],
])('a newer SDK is left as it is: %s', async (_what, given) => {
  await start(...given);
  expect(started).toEqual([given]);
});

test('a worker without a thread is made as ever', async () => {
  expect(await withCheapCrossings(() => Promise.resolve('worker'), WATCH)).toBe('worker');
});

test('threads that others start meanwhile are left as they are', async () => {
  let goOn = (): void => undefined;
  const waiting = withCheapCrossings(() => new Promise<void>((resolve) => (goOn = resolve)), WATCH);
  void new workerThreads.Worker(SDK_PROGRAM);
  goOn();
  await waiting;
  expect(started[0]?.[0]).toBe(SDK_PROGRAM);
});

test('once every worker is made, or failed to be, threads are what they were', async () => {
  const failing = withCheapCrossings(() => Promise.reject(new Error('no server')), WATCH);
  await Promise.allSettled([failing, start(SDK_PROGRAM)]);
  expect(workerThreads.Worker).toBe(FakeThread);
});

test.each([
  [undefined, false],
  ['', false],
  ['off', false],
  ['on', true],
  ['1', true],
])('the watchdog of the SDK with the variable at %p: %p', (value, isOn) => {
  expect(hasSdkWatchdog({ [WATCHDOG_VARIABLE]: value })).toBe(isOn);
});
