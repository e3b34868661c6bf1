import { watchClocks } from '../../../src/trading/clock-problems';
import { Problems } from '../../../src/trading/problems';

const HOUR_MS = 3_600_000;
const A_WHILE_MS = 2_000;

let problems: Problems;
let permits: { accountAheadMs: number | undefined };
let venueJumps: (byMs: number) => void;
let end: () => void;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_700_000_000_000 });
  problems = new Problems(() => undefined);
  permits = { accountAheadMs: undefined };
  const venue = { name: 'bybit', onClockJump: (listener: typeof venueJumps) => (venueJumps = listener) };
  end = watchClocks(venue as never, permits, problems);
});

afterEach(() => {
  end();
  jest.useRealTimers();
});

test.each([
  [-HOUR_MS, '3600 s back'],
  [HOUR_MS, '3600 s ahead'],
])('a step of the machine’s clock by %d ms is a problem', (stepMs, says) => {
  jest.setSystemTime(Date.now() + stepMs);
  jest.advanceTimersByTime(A_WHILE_MS);
  expect(problems.list()).toEqual([expect.stringContaining(says)]);
});

test.each([
  [-HOUR_MS, 'bybit jumped 3600 s back'],
  [HOUR_MS, 'bybit jumped 3600 s ahead'],
])('a jump of the venue’s clock by %d ms is a problem', (jumpMs, says) => {
  venueJumps(jumpMs);
  expect(problems.list()).toEqual([expect.stringContaining(says)]);
});

test.each([
  [4_000, '4 s behind'],
  [-60_000, '60 s ahead of'],
])('a server that is %d ms ahead of this machine is a problem while it is so', (aheadMs, says) => {
  permits.accountAheadMs = aheadMs;
  jest.advanceTimersByTime(A_WHILE_MS);
  expect(problems.list()).toEqual([expect.stringContaining(says)]);
  permits.accountAheadMs = 0;
  jest.advanceTimersByTime(A_WHILE_MS);
  expect(problems.list()).toEqual([]);
});

test.each([undefined, 0, 2_000, -2_000])('a difference of %p ms is none', (aheadMs) => {
  permits.accountAheadMs = aheadMs;
  jest.advanceTimersByTime(A_WHILE_MS);
  expect(problems.list()).toEqual([]);
});
