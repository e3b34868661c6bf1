import { PROBLEMS_MAX } from '../../../src/messages/component';
import { Problems } from '../../../src/trading/problems';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let alerts: string[];
let problems: Problems;

beforeEach(() => {
  jest.useFakeTimers();
  alerts = [];
  problems = new Problems((sentence) => alerts.push(sentence));
  problems.start();
});

afterEach(() => {
  problems.stop();
  jest.useRealTimers();
});

test('the kinds of problems are listed in the order of their sentences', () => {
  problems.set('CLOCK_OFF', 'The clock is off.');
  problems.set('DISK_LOW', 'The disk is full.');
  problems.clear('CLOCK_OFF');
  problems.set('VENUE_BAN', 'We are banned.');
  expect(problems.list()).toEqual(['The disk is full.', 'We are banned.']);
  expect(problems.codes()).toEqual(['DISK_LOW', 'VENUE_BAN']);
});

test('a problem is listed until it is cleared', () => {
  problems.set('CLOCK_OFF', 'The clock is off.');
  jest.advanceTimersByTime(5 * HOUR_MS);
  expect(problems.list()).toEqual(['The clock is off.']);
  problems.clear('CLOCK_OFF');
  expect(problems.list()).toEqual([]);
});

test('a problem that stays alerts at once, however often it is said, and again ever more rarely', () => {
  problems.set('VENUE_BAN', 'Banned.');
  for (let count = 0; count < 100; count += 1) problems.set('VENUE_BAN', 'Banned still.');
  expect(alerts).toEqual(['Banned.']);
  const alertsAfter = [9, 2, 20, 40, 80, 160, 237, 3, 240].map((minutes) => {
    jest.advanceTimersByTime(minutes * MINUTE_MS);
    return alerts.length;
  });
  // After 10, 30, 70, 150, 310 minutes, and then every four hours.
  expect(alertsAfter).toEqual([1, 2, 3, 4, 5, 6, 6, 7, 8]);
  expect(new Set(alerts.slice(1))).toEqual(new Set(['Banned still.']));
});

test('a problem that ended alerts no more, and alerts anew when it comes back', () => {
  problems.set('VENUE_BAN', 'Banned.');
  problems.clear('VENUE_BAN');
  jest.advanceTimersByTime(5 * HOUR_MS);
  expect(alerts).toEqual(['Banned.']);
  problems.set('VENUE_BAN', 'Banned again.');
  expect(alerts).toEqual(['Banned.', 'Banned again.']);
});

test('what happened once is listed for ten minutes, and alerts once', () => {
  problems.happened('CLOCK_JUMPED', 'It jumped.');
  jest.advanceTimersByTime(9 * MINUTE_MS);
  expect(problems.list()).toEqual(['It jumped.']);
  jest.advanceTimersByTime(2 * MINUTE_MS);
  expect(problems.list()).toEqual([]);
  jest.advanceTimersByTime(5 * HOUR_MS);
  expect(alerts).toEqual(['It jumped.']);
});

test('what happens again alerts again, and all the time only once a minute', () => {
  for (let second = 0; second < 120; second += 1) {
    problems.happened('CLOCK_JUMPED', `It jumped ${second}.`);
    jest.advanceTimersByTime(1_000);
  }
  expect(alerts).toEqual(['It jumped 0.', 'It jumped 60.']);
  expect(problems.list()).toEqual(['It jumped 119.']);
});

test('no more are listed than a heartbeat may hold', () => {
  for (let count = 0; count < 2 * PROBLEMS_MAX; count += 1) problems.set(`CODE_${count}` as never, String(count));
  expect(problems.list()).toHaveLength(PROBLEMS_MAX);
});
