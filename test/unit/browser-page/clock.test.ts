import { pageModule } from '../../support/page-module';

interface Clock {
  syncClock: (iso: string) => void;
  silenceMs: () => number | undefined;
  serverNow: () => number | undefined;
}
const { syncClock, silenceMs, serverNow } = pageModule<Clock>('clock.js');

const TOLD_AT = '2026-11-29T12:00:00.000Z';

describe('the clock of the server goes on between its beats', () => {
  let [monotonicMs, utcMs] = [5_000, 1_000_000];
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockImplementation(() => monotonicMs);
    jest.spyOn(Date, 'now').mockImplementation(() => utcMs);
    syncClock(TOLD_AT);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    ['both clocks of the browser', 3_000, 3_000, 3_000],
    ['the wall clock while the machine slept', 2_000, 3_600_000, 3_600_000],
    ['the monotonic clock where the wall clock was put back', 3_000, -60_000, 3_000],
  ])('by %s', (_which, monotonicStepMs, utcStepMs, expected) => {
    monotonicMs += monotonicStepMs;
    utcMs += utcStepMs;
    expect(silenceMs()).toBe(expected);
    expect(serverNow()).toBe(Date.parse(TOLD_AT) + expected);
  });
});
