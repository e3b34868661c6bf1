import { VenueClock } from '../../../src/venues/ccxt/venue-clock';

describe('VenueClock', () => {
  let monotonicMs = 0;
  let wallMs = 0;
  const makeClock = () =>
    new VenueClock(
      () => monotonicMs,
      () => wallMs,
    );

  beforeEach(() => {
    monotonicMs = 1_000;
    wallMs = 500_000;
  });

  it('is the wall clock before the first measurement', () => {
    expect(makeClock().nowMs()).toBe(500_000);
  });

  it('takes the reply as valid halfway through the round trip', () => {
    const clock = makeClock();
    monotonicMs = 1_100;
    clock.record(900_000, 1_000, 1_100);
    expect(clock.nowMs()).toBe(900_050);
  });

  it.each([5_001, -5_001, 3_600_000, -3_600_000])('tells of a jump by %d ms', (jumpMs) => {
    const clock = makeClock();
    clock.record(900_000, 1_000, 1_000);
    expect(clock.record(900_000 + 250 + jumpMs, 1_250, 1_250)).toBe(jumpMs);
  });

  it.each([
    ['drift', 5_000, 1_250],
    ['an answer that took long', 8_000, 7_250],
  ])('takes %s for no jump', (_what, differenceMs, receivedAtMs) => {
    const clock = makeClock();
    clock.record(900_000, 1_000, 1_000);
    const halfwayMs = (1_250 + receivedAtMs) / 2;
    expect(clock.record(900_000 + halfwayMs - 1_000 + differenceMs, 1_250, receivedAtMs)).toBeUndefined();
  });

  it('takes the first measurement for no jump', () => {
    expect(makeClock().record(900_000, 1_000, 1_000)).toBeUndefined();
  });

  it('does not follow a step of the wall clock', () => {
    const clock = makeClock();
    clock.record(900_000, 1_000, 1_000);
    wallMs -= 3_600_000;
    monotonicMs += 250;
    expect(clock.nowMs()).toBe(900_250);
  });
});
