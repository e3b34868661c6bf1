import fc from 'fast-check';
import { look, noteSign, watchNobody, type Liveness, type LivenessPolicy } from '../../../src/supervisor/liveness';
import { livenessPolicy } from '../../../src/supervisor/liveness-watch';

const NAME = 'engine';
const policies = fc.integer({ min: 5_000, max: 3_600_000 }).map(livenessPolicy);

function started(nowMs: number): Liveness {
  return noteSign(watchNobody(nowMs), NAME, 'started', nowMs);
}

function ready(nowMs: number): Liveness {
  return noteSign(started(nowMs), NAME, 'ready', nowMs);
}

/** Looks after each of these spans. @returns when it was first named, and where it stands then */
function lookAfter(from: Liveness, gapsMs: Iterable<number>, policy: LivenessPolicy) {
  let liveness = from;
  let nowMs = from.lookedAtMs;
  for (const gapMs of gapsMs) {
    nowMs += gapMs;
    const result = look(liveness, nowMs, policy);
    liveness = result.liveness;
    if (result.silent.length > 0) return { liveness, nowMs, namedAtMs: nowMs };
  }
  return { liveness, nowMs, namedAtMs: undefined };
}

/** As many equal spans as fill a time. */
function spans(totalMs: number, gapMs: number): readonly number[] {
  return Array.from({ length: Math.floor(totalMs / gapMs) }, () => gapMs);
}

describe('liveness', () => {
  test('whoever was ready and says nothing more is named once its span is over, and not before', () => {
    fc.assert(
      fc.property(policies, fc.double({ min: 0.1, max: 1, noNaN: true }), (policy, share) => {
        const gapMs = policy.standstillMs * share;
        const { namedAtMs } = lookAfter(ready(0), spans(policy.silenceMaxMs * 3, gapMs), policy);
        expect(namedAtMs).toBeGreaterThanOrEqual(policy.silenceMaxMs);
        expect(namedAtMs).toBeLessThan(policy.silenceMaxMs + gapMs);
      }),
      { numRuns: 50 },
    );
  });

  test('whoever says something within every span is never named, however the looks and the standstills fall', () => {
    const steps = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { maxLength: 40 });
    fc.assert(
      fc.property(policies, steps, (policy, shares) => {
        let liveness = ready(0);
        let nowMs = 0;
        for (const share of shares) {
          // Shares above one are standstills: what was said meanwhile is read after the look.
          nowMs += policy.standstillMs * share;
          const result = look(liveness, nowMs, policy);
          expect(result.silent).toEqual([]);
          liveness = noteSign(result.liveness, NAME, 'beat', nowMs);
        }
      }),
    );
  });

  test('after a standstill of whoever looks everybody gets a fresh span', () => {
    const silences = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(policies, silences, (policy, silentMs) => {
        const after = lookAfter(ready(0), [policy.standstillMs + 1 + silentMs], policy);
        expect(after.namedAtMs).toBeUndefined();
        const next = lookAfter(after.liveness, [policy.standstillMs], policy);
        expect(next.namedAtMs).toBeUndefined();
      }),
    );
  });

  test('whoever has not been ready yet has the longer span of a start', () => {
    const policy = livenessPolicy(5_000);
    const { namedAtMs } = lookAfter(started(0), spans(policy.startSilenceMaxMs * 2, 1_000), policy);
    expect(namedAtMs).toBe(policy.startSilenceMaxMs);
  });

  test('a start after an end counts anew as one that has not been ready', () => {
    const policy = livenessPolicy(5_000);
    const again = noteSign(noteSign(ready(0), NAME, 'ended', 0), NAME, 'started', 0);
    expect(lookAfter(again, spans(10_000, 1_000), policy).namedAtMs).toBeUndefined();
  });

  test('whoever has ended is not named, and no late word of it brings it back', () => {
    const policy = livenessPolicy(5_000);
    const ended = noteSign(noteSign(ready(0), NAME, 'ended', 0), NAME, 'beat', 0);
    expect(lookAfter(ended, spans(20_000, 1_000), policy).namedAtMs).toBeUndefined();
  });

  test('whoever was named and goes on in silence is named again after another span', () => {
    const policy = livenessPolicy(5_000);
    const first = lookAfter(ready(0), spans(10_000, 1_000), policy);
    expect(lookAfter(first.liveness, spans(10_000, 1_000), policy).nowMs).toBe(first.nowMs + 5_000);
  });

  test('the others are not named beside one that is silent', () => {
    const policy = livenessPolicy(5_000);
    let liveness = noteSign(noteSign(ready(0), 'api', 'started', 0), 'api', 'ready', 0);
    const silent: string[] = [];
    for (let nowMs = 1_000; nowMs <= 6_000; nowMs += 1_000) {
      const result = look(noteSign(liveness, 'api', 'beat', nowMs), nowMs, policy);
      liveness = result.liveness;
      silent.push(...result.silent.map(({ name }) => name));
    }
    expect(silent).toEqual([NAME]);
  });
});
