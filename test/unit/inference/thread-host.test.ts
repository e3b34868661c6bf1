import { EventEmitter } from 'node:events';
import type { ThreadHost as Host } from '../../../src/inference/thread-host';

/** A thread that answers when it is told to. */
class Thread extends EventEmitter {
  static readonly all: Thread[] = [];
  private readonly asked: number[] = [];
  readonly terminate = jest.fn(() => Promise.resolve(0));
  constructor() {
    super();
    Thread.all.push(this);
  }
  ref(): void {}
  unref(): void {}
  postMessage({ id }: { readonly id: number }): void {
    this.asked.push(id);
  }
  answer(): void {
    this.emit('message', { id: this.asked.shift(), result: [] });
  }
}

jest.mock('node:worker_threads', () => ({ Worker: Thread }));

const LONG_MS = 60_000;
const RUN = { inputName: 'features', data: new Float32Array(1), dimensions: [1, 1, 1], outputNames: [] };

let ThreadHost: typeof Host;
beforeEach(async () => {
  jest.useFakeTimers();
  Thread.all.length = 0;
  ({ ThreadHost } = await import('../../../src/inference/thread-host'));
});
afterEach(() => jest.useRealTimers());

function begun(): { readonly host: Host; readonly thread: Thread; readonly run: Promise<unknown> } {
  const host = new ThreadHost();
  const run = host.run('cpu', RUN).catch((error: unknown) => error);
  return { host, thread: Thread.all.at(-1)!, run };
}

test('a thread ends at once where it does nothing', async () => {
  const { host, thread, run } = begun();
  thread.answer();
  await run;
  await host.close();
  expect(thread.terminate).toHaveBeenCalledTimes(1);
});

test('a thread in the midst of a run ends when that has ended, and whoever waits for the run is told at once', async () => {
  const { host, thread, run } = begun();
  const closed = host.close();
  expect(await run).toMatchObject({ code: 'MODEL_STOPPED' });
  expect(thread.terminate).not.toHaveBeenCalled();
  thread.answer();
  await closed;
  expect(thread.terminate).toHaveBeenCalledTimes(1);
});

test('threads that do not come back are left alone until they do, and no further one begins beside two of them', async () => {
  const lost = [begun(), begun()];
  await jest.advanceTimersByTimeAsync(LONG_MS);
  for (const { thread, run } of lost) {
    expect(await run).toMatchObject({ code: 'MODEL_STOPPED', message: expect.stringContaining('20 s') as string });
    expect(thread.terminate).not.toHaveBeenCalled();
  }
  expect(() => new ThreadHost()).toThrow(expect.objectContaining({ code: 'MODEL_STOPPED' }));
  for (const { thread } of lost) thread.answer();
  await jest.advanceTimersByTimeAsync(0);
  for (const { thread } of lost) expect(thread.terminate).toHaveBeenCalledTimes(1);
  await new ThreadHost().close();
});
