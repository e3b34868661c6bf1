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

  it('does not follow a step of the wall clock', () => {
    const clock = makeClock();
    clock.record(900_000, 1_000, 1_000);
    wallMs -= 3_600_000;
    monotonicMs += 250;
    expect(clock.nowMs()).toBe(900_250);
  });
});
