import fc from 'fast-check';
import { countDeath, RESTART_POLICY, restartDelayMs } from '../../../src/supervisor/restart-delay';

describe('restart delay', () => {
  test('starts at the first delay and doubles', () => {
    expect([1, 2, 3].map((deaths) => restartDelayMs(deaths))).toEqual([500, 1_000, 2_000]);
  });

  test('never shrinks and never passes its bound, however often a process dies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (deaths) => {
        const delayMs = restartDelayMs(deaths);
        expect(delayMs).toBeGreaterThanOrEqual(restartDelayMs(Math.max(1, deaths - 1)));
        expect(delayMs).toBeLessThanOrEqual(RESTART_POLICY.delayMaxMs);
      }),
    );
  });

  test('a short life adds to the deaths in a row', () => {
    expect(countDeath(3, RESTART_POLICY.stableAfterMs - 1)).toBe(4);
  });

  test('a stable life forgets the earlier deaths', () => {
    expect(countDeath(3, RESTART_POLICY.stableAfterMs)).toBe(1);
  });
});
