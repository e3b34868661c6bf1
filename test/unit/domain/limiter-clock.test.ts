import { acquire, blockOf, createLimiter, feedback, giveBack, usage } from '../../../src/domain/limiter/limiter';
import type { LimiterState } from '../../../src/domain/limiter/limiter';
import { gapMs } from '../../../src/domain/limiter/clock';
import { BAN_DEFAULT_MS, BLOCK_MAX_MS, GAP_MIN_MS, PENALTY_FIRST_MS } from '../../../src/domain/limiter/state';
import type { AcquireCommand, FeedbackCommand, RateLimits } from '../../../src/domain/limiter/types';
import * as older from '../../../src/domain/rules-1/limiter/limiter';

const NOW_MS = Date.UTC(2026, 0, 31, 11, 50);
const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const TEN_YEARS_MS = 315_576_000 * SECOND_MS;
const LIMITS: RateLimits = {
  global: { limit: 4, windowMs: 60_000, weight: 1 },
  endpoints: {},
  safetyMargin: 1,
  exitSafetyMargin: 1,
  permitValidityMs: 2_000,
};
const SPAN_MS = 62_000;

const exit = (requestId: string, change: Partial<AcquireCommand> = {}): AcquireCommand => ({
  requestId,
  endpoint: 'order',
  intent: 'exit',
  ...change,
});
const says = (kind: FeedbackCommand['kind'], change: Partial<FeedbackCommand> = {}): FeedbackCommand => ({
  endpoint: 'order',
  kind,
  observedAtMs: NOW_MS,
  ...change,
});

/** Asks at several instants, one after the other. @returns the waits, on the clock of each */
function waits(state: LimiterState, requests: readonly (readonly [id: string, atMs: number])[]) {
  const results: (number | string)[] = [];
  let next = state;
  for (const [id, atMs] of requests) {
    const step = acquire(next, exit(id), atMs);
    next = step.state;
    results.push(step.result.status === 'granted' ? step.result.notBeforeMs - atMs : step.result.status);
  }
  return { state: next, results };
}

const full = waits(
  createLimiter(LIMITS),
  ['a', 'b', 'c', 'd'].map((id) => [id, NOW_MS] as const),
).state;

describe('a clock that goes back', () => {
  test.each([1, 4 * SECOND_MS, HOUR_MS, TEN_YEARS_MS])('by %d ms makes nobody wait for longer than a span', (byMs) => {
    expect(waits(full, [['e', NOW_MS - byMs]]).results).toEqual([SPAN_MS]);
    expect(
      waits(createLimiter(LIMITS), [
        ['a', NOW_MS],
        ['b', NOW_MS - byMs],
      ]).results,
    ).toEqual([0, 0]);
  });

  test('leaves what was booked its age', () => {
    const { state } = waits(full, [
      ['e', NOW_MS + 20_000],
      ['f', NOW_MS + 20_000 - HOUR_MS],
    ]);
    expect(usage(state, NOW_MS + 20_000 - HOUR_MS).global.used).toBe(4);
    expect(waits(state, [['g', NOW_MS + 20_000 - HOUR_MS]]).results).toEqual([SPAN_MS - 20_000]);
    expect(usage(state, NOW_MS + 70_000 - HOUR_MS).global.used).toBe(2);
  });

  test('leaves a block what was left of it', () => {
    const { state } = feedback(createLimiter(LIMITS), says('banned', { resumeAfterMs: 600_000 }), NOW_MS);
    expect(
      waits(state, [
        ['a', NOW_MS + 100_000],
        ['b', NOW_MS + 100_000 - HOUR_MS],
      ]).results,
    ).toEqual([500_000, 500_000]);
    expect(usage(state, NOW_MS - HOUR_MS).blockedUntilMs).toBe(NOW_MS - HOUR_MS + 600_000);
    expect(blockOf(state, NOW_MS - TEN_YEARS_MS)).toEqual({ blockedForMs: 600_000, kind: 'banned' });
  });

  test('takes a permit along, for who asks again and for who gives it back', () => {
    const first = acquire(full, exit('e'), NOW_MS);
    const again = acquire(first.state, exit('e'), NOW_MS - HOUR_MS);
    expect(again.result).toMatchObject({ status: 'granted', notBeforeMs: NOW_MS - HOUR_MS + SPAN_MS, waitMs: SPAN_MS });
    const back = giveBack(again.state, { requestId: 'e' }, NOW_MS - 2 * HOUR_MS);
    expect(back.result.status).toBe('given_back');
    expect(waits(back.state, [['f', NOW_MS - 2 * HOUR_MS]]).results).toEqual([SPAN_MS]);
  });
});

test('a single request ten years ahead costs nobody more than a span, then and afterwards', () => {
  const before = feedback(full, says('rate_limited'), NOW_MS).state;
  const { state, results } = waits(before, [
    ['e', NOW_MS + TEN_YEARS_MS],
    ['f', NOW_MS + 1],
    ['g', NOW_MS + SPAN_MS + 1],
  ]);
  expect(results).toEqual([SPAN_MS, SPAN_MS, 0]);
  expect(blockOf(state, NOW_MS + SPAN_MS + 1)).toEqual({ blockedForMs: 0 });
});

test('what older rules latched ten years ahead is taken over, and costs nobody more than a span', () => {
  let state: LimiterState = older.createLimiter(LIMITS);
  for (const atMs of [NOW_MS, NOW_MS + TEN_YEARS_MS, NOW_MS, NOW_MS, NOW_MS]) {
    state = older.acquire(state, exit(`old-${atMs}-${state.permits.length}`), atMs).state;
  }
  expect(older.acquire(state, exit('a'), NOW_MS).result).toMatchObject({ waitMs: TEN_YEARS_MS + SPAN_MS });
  expect(waits(state, [['a', NOW_MS]]).results).toEqual([SPAN_MS]);
});

describe('a step ahead by more than the gap', () => {
  const gap = gapMs(LIMITS);

  test('lets nothing pass for what is booked', () => {
    expect(waits(full, [['e', NOW_MS + gap + 1]]).results).toEqual([SPAN_MS]);
    expect(waits(full, [['e', NOW_MS + gap]]).results).toEqual([0]);
  });

  test('lets nothing pass for who waits, either', () => {
    const { state } = waits(full, [
      ['e', NOW_MS],
      ['f', NOW_MS],
    ]);
    expect(
      waits(state, [
        ['e', NOW_MS + HOUR_MS],
        ['f', NOW_MS + HOUR_MS + SPAN_MS],
      ]).results,
    ).toEqual([SPAN_MS, 0]);
  });

  test('answers who got a permit before as it did then', () => {
    const again = acquire(full, exit('a'), NOW_MS + HOUR_MS);
    expect(again.result).toMatchObject({ status: 'granted', notBeforeMs: NOW_MS, isNew: false });
  });

  test('lets a block end when the venue said, and no permit begin within it', () => {
    const blocked = feedback(createLimiter(LIMITS), says('banned', { resumeAfterMs: HOUR_MS }), NOW_MS).state;
    const { state } = waits(blocked, [['a', NOW_MS]]);
    expect(blockOf(state, NOW_MS + 600_000)).toEqual({ blockedForMs: HOUR_MS - 600_000, kind: 'banned' });
    expect(waits(state, [['a', NOW_MS + 600_000]]).results).toEqual([HOUR_MS - 600_000]);
    expect(blockOf(state, NOW_MS + HOUR_MS)).toEqual({ blockedForMs: 0 });
    // After the block the one who waited for it waits for a span at most, however long the silence was.
    expect(waits(state, [['a', NOW_MS + 2 * HOUR_MS]]).results).toEqual([SPAN_MS]);
  });

  test('is longer than what a window can make anyone wait', () => {
    expect(gap).toBeGreaterThan(SPAN_MS);
    const slow = { ...LIMITS, endpoints: { orders: { limit: 1, windowMs: HOUR_MS, weight: 1 } } };
    expect(gapMs(slow)).toBeGreaterThan(HOUR_MS + LIMITS.permitValidityMs);
    expect(gapMs({ ...LIMITS, global: { limit: 1, windowMs: 1, weight: 1 } })).toBe(GAP_MIN_MS);
  });
});

test('no state holds a block for longer than the longest that there is', () => {
  const state = { ...createLimiter(LIMITS), clockMs: NOW_MS, blockedUntilMs: NOW_MS + TEN_YEARS_MS };
  expect(blockOf(state, NOW_MS)).toEqual({ blockedForMs: BLOCK_MAX_MS });
  expect(waits(state, [['a', NOW_MS]]).results).toEqual([BLOCK_MAX_MS]);
});

describe('a refusal', () => {
  const banned = feedback(createLimiter(LIMITS), says('banned', { resumeAfterMs: 600_000 }), NOW_MS).state;
  const refusal = (state: LimiterState, change: Partial<AcquireCommand>) => {
    const { result } = acquire(state, exit('late', change), NOW_MS);
    return result.status === 'refused' ? result.message : result.status;
  };

  test.each<[string, Partial<AcquireCommand>, string]>([
    ['an instant', { notAfterMs: NOW_MS + SPAN_MS - 1 }, 'refused'],
    ['an instant that will do', { notAfterMs: NOW_MS + SPAN_MS }, 'granted'],
    ['a span', { waitMaxMs: SPAN_MS - 1 }, 'refused'],
    ['a span that will do', { waitMaxMs: SPAN_MS }, 'granted'],
    ['no wait at all', { waitMaxMs: 0 }, 'refused'],
    ['both, the instant stricter', { notAfterMs: NOW_MS, waitMaxMs: HOUR_MS }, 'refused'],
    ['both, the span stricter', { notAfterMs: NOW_MS + HOUR_MS, waitMaxMs: 1 }, 'refused'],
  ])('follows from the latest time asked for: %s', (_what, change, status) => {
    expect(acquire(full, exit('late', change), NOW_MS).result.status).toBe(status);
  });

  test('during a block says so, until when, and of which kind', () => {
    expect(refusal(banned, { waitMaxMs: 5_000 })).toBe(
      'The venue refuses requests until 2026-01-31T12:00:00Z (a ban).',
    );
    const limited = feedback(createLimiter(LIMITS), says('rate_limited', { resumeAfterMs: 1_500 }), NOW_MS).state;
    expect(refusal(limited, { waitMaxMs: 0 })).toBe(
      'The venue refuses requests until 2026-01-31T11:50:02Z (too many requests).',
    );
  });

  test('during a block that older rules noted names no kind', () => {
    const state = older.feedback(older.createLimiter(LIMITS), says('banned', { resumeAtMs: NOW_MS + 600_000 }), NOW_MS);
    expect(refusal(state.state, { waitMaxMs: 5_000 })).toBe('The venue refuses requests until 2026-01-31T12:00:00Z.');
  });

  test('for the window, not for a block that ends in time, says what it always said', () => {
    const penalised = feedback(full, says('rate_limited'), NOW_MS).state;
    expect(refusal(penalised, { waitMaxMs: PENALTY_FIRST_MS })).toBe(
      `The request limit leaves room ${SPAN_MS - PENALTY_FIRST_MS} ms after the latest time asked for; ask for a later one.`,
    );
  });
});

describe("a venue's answer", () => {
  const empty = createLimiter(LIMITS);
  const OFF_MS = [0, 4 * SECOND_MS, -4 * SECOND_MS, HOUR_MS, -HOUR_MS, TEN_YEARS_MS];

  test.each(OFF_MS)("counts when it arrives, with the sender's clock %d ms ahead", (offMs) => {
    const observedAtMs = NOW_MS + offMs;
    const blockedFor = (change: Partial<FeedbackCommand>, kind: FeedbackCommand['kind'] = 'banned') =>
      blockOf(feedback(empty, says(kind, { observedAtMs, ...change }), NOW_MS).state, NOW_MS).blockedForMs;
    expect(blockedFor({ resumeAtMs: observedAtMs + 7_000 })).toBe(7_000);
    expect(blockedFor({ resumeAfterMs: 8_000, resumeAtMs: observedAtMs + 7_000 })).toBe(8_000);
    expect(blockedFor({ resumeAtMs: observedAtMs })).toBe(BAN_DEFAULT_MS);
    expect(blockedFor({}, 'rate_limited')).toBe(PENALTY_FIRST_MS);

    const counted = feedback(empty, says('ok', { observedAtMs, remaining: 1 }), NOW_MS).state;
    expect(usage(counted, NOW_MS).global.used).toBe(3);
    expect(
      waits(counted, [
        ['a', NOW_MS],
        ['b', NOW_MS],
      ]).results,
    ).toEqual([0, SPAN_MS]);
  });

  test.each(OFF_MS)('ends penalties only after the block, with the clock of its sender %d ms ahead', (offMs) => {
    const observedAtMs = NOW_MS + offMs;
    let { state } = feedback(empty, says('rate_limited', { observedAtMs }), NOW_MS);
    state = feedback(state, says('rate_limited', { observedAtMs }), NOW_MS + 1).state;
    state = feedback(state, says('ok', { observedAtMs }), NOW_MS + 2).state;
    expect(state.penaltiesInRow).toBe(1);
    const endMs = state.blockedUntilMs;
    expect(endMs).toBe(NOW_MS + 1 + PENALTY_FIRST_MS);
    expect(feedback(state, says('ok', { observedAtMs }), endMs).state.penaltiesInRow).toBe(0);
    expect(feedback(state, says('rate_limited', { observedAtMs }), endMs).state.penaltiesInRow).toBe(2);
  });

  test.each<[string, number, number]>([
    ['none', 0, BAN_DEFAULT_MS],
    ['one that lies behind', -5_000, BAN_DEFAULT_MS],
    ['no number', NaN, BAN_DEFAULT_MS],
    ['one without an end', Infinity, BAN_DEFAULT_MS],
    ['a part of a millisecond', 0.5, 1],
    ['ten years', TEN_YEARS_MS, BLOCK_MAX_MS],
    ['more than any clock shows', 1e300, BLOCK_MAX_MS],
  ])('blocks for the span that it names: %s', (_what, resumeAfterMs, blockedForMs) => {
    const { state } = feedback(empty, says('banned', { resumeAfterMs }), NOW_MS);
    expect(blockOf(state, NOW_MS)).toEqual({ blockedForMs, kind: 'banned' });
  });

  test('that ends no later changes neither the block nor its kind', () => {
    const { state } = feedback(empty, says('banned', { resumeAfterMs: HOUR_MS }), NOW_MS);
    const after = feedback(state, says('rate_limited'), NOW_MS + 1_000).state;
    expect(blockOf(after, NOW_MS + 1_000)).toEqual({ blockedForMs: HOUR_MS - 1_000, kind: 'banned' });
    const longer = feedback(after, says('rate_limited', { resumeAfterMs: HOUR_MS }), NOW_MS + 2_000).state;
    expect(blockOf(longer, NOW_MS + 2_000)).toEqual({ blockedForMs: HOUR_MS, kind: 'rate_limited' });
  });
});
