import { Crossings } from '../../../src/temporal/crossings';
import { STUCK_AFTER_MS, watchThread } from '../../../src/temporal/thread-watch';

const MUCH_LONGER_MS = 10 * STUCK_AFTER_MS;

let crossings: Crossings;
let sentences: string[];
let endWatch: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  crossings = new Crossings();
  sentences = [];
  endWatch = watchThread(crossings, { taskQueue: 'signals', onStuck: (sentence) => sentences.push(sentence) });
});

afterEach(() => {
  endWatch();
  jest.useRealTimers();
});

test('a thread that does not come out of the sandbox is told of once, with its task queue', () => {
  crossings.enter();
  jest.advanceTimersByTime(MUCH_LONGER_MS);
  expect(sentences).toEqual([expect.stringContaining('"signals"')]);
});

test('a thread is given its whole time', () => {
  crossings.enter();
  jest.advanceTimersByTime(STUCK_AFTER_MS - 1);
  expect(sentences).toEqual([]);
});

test('a thread that rests is none', () => {
  crossings.enter();
  crossings.leave();
  jest.advanceTimersByTime(MUCH_LONGER_MS);
  expect(sentences).toEqual([]);
});

test('a thread that is seen inside each time, but comes out in between, is none', () => {
  for (let atMs = 0; atMs < MUCH_LONGER_MS; atMs += STUCK_AFTER_MS / 10) {
    crossings.enter();
    jest.advanceTimersByTime(STUCK_AFTER_MS / 10);
    crossings.leave();
  }
  expect(sentences).toEqual([]);
});

test('time in which the process itself did not run does not count', () => {
  crossings.enter();
  jest.advanceTimersByTime(STUCK_AFTER_MS / 2);
  // Clocks go on while a process is stopped; its looks do not.
  jest.setSystemTime(Date.now() + MUCH_LONGER_MS);
  jest.advanceTimersByTime(STUCK_AFTER_MS / 10);
  expect(sentences).toEqual([]);
});

test('a thread that has ended is not watched any more', () => {
  crossings.enter();
  endWatch();
  jest.advanceTimersByTime(MUCH_LONGER_MS);
  expect(sentences).toEqual([]);
});
