import type { Intent } from '../../../src/domain/signal';
import { SharedRead } from '../../../src/trading/shared-read';
import { VenueError } from '../../../src/venues/venue';
import { goodPermit } from '../../support/permit';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const FAILURE = new VenueError({ kind: 'NOT_PLACED', message: 'reset' });

interface Setting {
  /** How long an entry waits for a permit; an exit gets one at once. */
  readonly permitMs?: number;
  readonly answerMs?: number;
  readonly answer?: (count: number) => string;
}

function sharedRead({ permitMs = 0, answerMs = 0, answer = String }: Setting = {}) {
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  let count = 0;
  const mayAsk = jest.fn(async (intent: Intent) => {
    if (intent === 'entry') await wait(permitMs);
    return goodPermit();
  });
  const fetch = jest.fn(async () => {
    count += 1;
    const number = count;
    await wait(answerMs);
    return answer(number);
  });
  return { read: new SharedRead({ ageMaxMs: () => 5_000, mayAsk, fetch }), mayAsk, fetch };
}

/** When it was answered, milliseconds from now, and with what. */
async function told(work: Promise<string>) {
  const startedAtMs = performance.now();
  const end = work.then(
    (value) => ({ value, afterMs: performance.now() - startedAtMs }),
    (error: Error) => ({ value: error.message, afterMs: performance.now() - startedAtMs }),
  );
  await jest.advanceTimersByTimeAsync(30_000);
  return end;
}

test('an exit waits for no permit of entries', async () => {
  const { read, mayAsk } = sharedRead({ permitMs: 9_000, answerMs: 100 });
  const entry = told(read.get('entry'));
  await Promise.resolve();
  const exit = told(read.get('exit'));
  expect(await exit).toMatchObject({ afterMs: 100 });
  expect((await entry).afterMs).toBe(9_100);
  expect(mayAsk.mock.calls).toEqual([['entry'], ['exit']]);
});

test('an exit joins a request of entries that has left', async () => {
  const { read, fetch } = sharedRead({ answerMs: 100 });
  const entry = told(read.get('entry'));
  await jest.advanceTimersByTimeAsync(50);
  expect(await told(read.get('exit'))).toEqual({ value: '1', afterMs: 50 });
  await entry;
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('an exit tries by itself after a request of entries that it joined has failed', async () => {
  const answer = (count: number): string => {
    if (count === 1) throw FAILURE;
    return String(count);
  };
  const { read } = sharedRead({ answerMs: 100, answer });
  const entry = told(read.get('entry'));
  await jest.advanceTimersByTimeAsync(50);
  expect((await told(read.get('exit'))).value).toBe('2');
  expect((await entry).value).toBe('reset');
});

test('entries join a request that serves an exit, and exits each other’s', async () => {
  const { read, fetch } = sharedRead({ permitMs: 9_000, answerMs: 100 });
  const all = Promise.all([read.get('exit'), read.get('exit'), read.get('entry')].map(told));
  expect((await all).map(({ afterMs }) => afterMs)).toEqual([100, 100, 100]);
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('two hundred entries at a venue that fails cost a few requests and no more permits', async () => {
  const answer = (): string => {
    throw FAILURE;
  };
  const { read, mayAsk } = sharedRead({ answer });
  for (let second = 0; second < 30; second += 1) {
    const all = Promise.allSettled(Array.from({ length: 200 }, () => read.get('entry')));
    await jest.advanceTimersByTimeAsync(1_000);
    await all;
  }
  expect(mayAsk.mock.calls.length).toBeLessThanOrEqual(8);
});

test('a value is as old as its request, and not as the wait for its permit', async () => {
  const { read, fetch } = sharedRead({ permitMs: 4_000, answerMs: 100 });
  const first = read.get('entry');
  await jest.advanceTimersByTimeAsync(4_100);
  await first;
  await jest.advanceTimersByTimeAsync(4_900);
  await read.get('entry');
  expect(fetch).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(1);
  await told(read.get('entry'));
  expect(fetch).toHaveBeenCalledTimes(2);
});
