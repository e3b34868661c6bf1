import { ReadBackOff } from '../../../src/trading/read-back-off';
import { NoPermitError, VenueError } from '../../../src/venues/venue';
import type { Intent } from '../../../src/domain/signal';

const FAILURE = new VenueError({ kind: 'NOT_PLACED', message: 'reset' });

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function isLet(backOff: ReadBackOff, intent: Intent = 'entry'): boolean {
  try {
    backOff.check(intent);
    return true;
  } catch {
    return false;
  }
}

/** How long entries wait after the last failure, milliseconds. */
function pauseOf(backOff: ReadBackOff): number {
  for (let waitedMs = 0; ; waitedMs += 100) {
    if (isLet(backOff)) return waitedMs;
    jest.advanceTimersByTime(100);
  }
}

test('pauses grow with each failure in a row, up to a bound, and end with a success', () => {
  const backOff = new ReadBackOff();
  const pauses = Array.from({ length: 7 }, () => {
    backOff.failed(FAILURE);
    return pauseOf(backOff);
  });
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  backOff.failed(FAILURE);
  backOff.succeeded();
  expect(isLet(backOff)).toBe(true);
  backOff.failed(FAILURE);
  expect(pauseOf(backOff)).toBe(500);
});

test('whoever is to wait hears what was wrong, and for how long', () => {
  const backOff = new ReadBackOff();
  backOff.failed(FAILURE);
  jest.advanceTimersByTime(200);
  const heard = expect.objectContaining({ outcome: { kind: 'NOT_PLACED', message: 'reset', retryAfterMs: 300 } });
  expect(() => backOff.check('entry')).toThrow(heard as unknown as Error);
});

test('exits may try meanwhile, all of them together once in a second', () => {
  const backOff = new ReadBackOff();
  for (let count = 0; count < 5; count += 1) backOff.failed(FAILURE);
  const tries: boolean[] = [];
  for (let atMs = 0; atMs < 3_000; atMs += 250) {
    tries.push(isLet(backOff, 'exit'));
    jest.advanceTimersByTime(250);
  }
  expect(tries.filter(Boolean)).toHaveLength(3);
});

test.each([
  ['our own limits left no room', new NoPermitError({ kind: 'RATE_LIMITED', message: 'full' })],
  ['of a fault of ours', new Error('bug')],
])('a read that failed because %s holds nobody up', (_why, error) => {
  const backOff = new ReadBackOff();
  backOff.failed(error);
  expect(isLet(backOff)).toBe(true);
});
