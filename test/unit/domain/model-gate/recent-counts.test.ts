import fc from 'fast-check';
import {
  countsBetween,
  NO_RECENT,
  ofLast,
  withTick,
  type RecentCounts,
  type TickCounts,
} from '../../../../src/domain/model-gate/recent-counts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.UTC(2026, 10, 29, 12);
const NONE: TickCounts = {
  ticks: 0,
  failedTicks: 0,
  predictions: 0,
  signalsAccepted: 0,
  signalsDuplicate: 0,
  signalsRefused: 0,
};
const ONE: TickCounts = { ...NONE, ticks: 1, predictions: 12, funnel: { BELOW_COSTS: 11, OPENED: 1 } };

function everyMinute(count: number, startMs = START_MS, recent: RecentCounts = NO_RECENT): RecentCounts {
  return Array.from({ length: count }, (_, index) => startMs + index * MINUTE_MS).reduce(
    (all, atMs) => withTick(all, ONE, atMs),
    recent,
  );
}

test('of a tick a minute an hour has sixty at most, and a day twenty-four times as many', () => {
  const atMs = START_MS + 49 * HOUR_MS - MINUTE_MS;
  const recent = everyMinute(49 * 60);
  expect(ofLast(recent, 'hour', atMs)).toMatchObject({ sinceMs: atMs - 59 * MINUTE_MS, ticks: 60 });
  expect(ofLast(recent, 'day', atMs)).toMatchObject({ ticks: 1_440, funnel: { BELOW_COSTS: 15_840, OPENED: 1_440 } });
});

test('what is kept of any ticks is bounded, and no span tells more than there was in it', () => {
  const step = fc.integer({ min: -2 * HOUR_MS, max: 3 * HOUR_MS });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let atMs = START_MS;
      let recent = NO_RECENT;
      const ticksMs: number[] = [];
      for (const stepMs of steps) {
        atMs += stepMs;
        ticksMs.push(atMs);
        recent = withTick(recent, ONE, atMs);
      }
      const inSpan = (spanMs: number): number => ticksMs.filter((tickMs) => tickMs > atMs - spanMs).length;
      expect(recent.hour.length).toBeLessThanOrEqual(12);
      expect(recent.day.length).toBeLessThanOrEqual(24);
      expect(ofLast(recent, 'hour', atMs)?.ticks ?? 0).toBeLessThanOrEqual(inSpan(HOUR_MS));
      expect(ofLast(recent, 'day', atMs)?.ticks ?? 0).toBeLessThanOrEqual(inSpan(24 * HOUR_MS));
    }),
  );
});

test('a clock that stood ahead leaves nothing behind once it is right again', () => {
  const ahead = everyMinute(3, START_MS + 1_000 * HOUR_MS);
  const recent = withTick(ahead, ONE, START_MS);
  expect(ofLast(recent, 'hour', START_MS)).toEqual({ sinceMs: START_MS, ...ONE });
});

test('nothing is told of a time in which nothing was counted', () => {
  expect(ofLast(NO_RECENT, 'hour', START_MS)).toBeUndefined();
  expect(ofLast(everyMinute(1), 'hour', START_MS + 2 * HOUR_MS)).toBeUndefined();
});

test('what a tick added is the difference of the sums', () => {
  const before = { ...NONE, ticks: 4, failedTicks: 1, predictions: 30, funnel: { OPENED: 2, BELOW_COSTS: 5 } };
  const after = { ...before, ticks: 5, predictions: 42, signalsAccepted: 1, funnel: { OPENED: 3, BELOW_COSTS: 5 } };
  expect(countsBetween(before, after)).toEqual({
    ...NONE,
    ticks: 1,
    predictions: 12,
    signalsAccepted: 1,
    funnel: { OPENED: 1 },
  });
  expect(countsBetween(before, before)).toEqual(NONE);
});
