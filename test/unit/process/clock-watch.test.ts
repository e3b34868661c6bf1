import { CLOCK_JUMP_MS, ClockWatch } from '../../../src/process/clock-watch';

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const YEARS_10_MS = 10 * 365 * 24 * HOUR_MS;
/** Longer than the time between two looks at the clocks. */
const A_WHILE_MS = 5_000;

let jumps: number[];
let watch: ClockWatch;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW_MS });
  jumps = [];
  watch = new ClockWatch((byMs) => jumps.push(byMs));
  watch.start();
});

afterEach(() => {
  watch.stop();
  jest.useRealTimers();
});

test.each([-HOUR_MS, HOUR_MS, -YEARS_10_MS, YEARS_10_MS, CLOCK_JUMP_MS + 1])(
  'a step of the clock by %d ms is told once',
  (stepMs) => {
    jest.setSystemTime(NOW_MS + stepMs);
    jest.advanceTimersByTime(A_WHILE_MS);
    expect(jumps).toEqual([stepMs]);
  },
);

test.each([CLOCK_JUMP_MS, -CLOCK_JUMP_MS, 1])('a correction by %d ms is none', (stepMs) => {
  jest.setSystemTime(NOW_MS + stepMs);
  jest.advanceTimersByTime(A_WHILE_MS);
  expect(jumps).toEqual([]);
});

test('time that passes is no jump, also while the process was too busy to look', () => {
  jest.advanceTimersByTime(HOUR_MS);
  expect(jumps).toEqual([]);
});

test('a clock that jumps there and back is told of twice', () => {
  jest.setSystemTime(NOW_MS + HOUR_MS);
  jest.advanceTimersByTime(A_WHILE_MS);
  jest.setSystemTime(Date.now() - HOUR_MS);
  jest.advanceTimersByTime(A_WHILE_MS);
  expect(jumps).toEqual([HOUR_MS, -HOUR_MS]);
});
