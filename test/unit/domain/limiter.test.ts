import * as fc from 'fast-check';
import {
  acquire,
  createLimiter,
  feedback,
  giveBack,
  GRANTS_MAX,
  limitsFault,
  PERMITS_MAX,
  RateLimitsError,
  reconfigure,
  stats,
  usage,
} from '../../../src/domain/limiter/limiter';
import type { LimiterState } from '../../../src/domain/limiter/limiter';
import {
  BAN_DEFAULT_MS,
  BLOCK_MAX_MS,
  PENALTY_FIRST_MS,
  PENALTY_MAX_MS,
  RATE_TEXT_BYTES_MAX,
  LIMITER_STATE_BYTES_MAX,
} from '../../../src/domain/limiter/state';
import type { AcquireCommand, AcquireResult, FeedbackCommand, RateLimits } from '../../../src/domain/limiter/types';

const NOW_MS = 1_700_000_000_000;
const LIMITS: RateLimits = {
  global: { limit: 120, windowMs: 60_000, weight: 1 },
  endpoints: {
    market_data: { limit: 100, windowMs: 60_000, weight: 1 },
    order: { limit: 80, windowMs: 60_000, weight: 2 },
  },
  safetyMargin: 0.9,
  exitSafetyMargin: 1,
  permitValidityMs: 2_000,
};
const SPAN_MS = 62_000;
/** JSON that anyone can send, and that no text or number can be made of. */
const SHAPELESS = { toString: 1, valueOf: 1 } as never;

const order = (requestId: string, change: Partial<AcquireCommand> = {}): AcquireCommand => ({
  requestId,
  endpoint: 'order',
  intent: 'entry',
  ...change,
});

function waits(state: LimiterState, commands: readonly AcquireCommand[], nowMs = NOW_MS) {
  const results: (number | string)[] = [];
  let next = state;
  for (const command of commands) {
    const step = acquire(next, command, nowMs);
    next = step.state;
    results.push(step.result.status === 'granted' ? step.result.waitMs : step.result.status);
  }
  return { state: next, results };
}

const many = (count: number, change: Partial<AcquireCommand> = {}, prefix = 'r') =>
  Array.from({ length: count }, (_, index) => order(`${prefix}${index}`, change));

test('thirty-six entries of weight 2 fit 90 % of 80, the next waits one window and the validity', () => {
  const { results } = waits(createLimiter(LIMITS), many(37));
  expect(results).toEqual([...Array<number>(36).fill(0), SPAN_MS]);
});

test('entries never starve exits: the rest of the limit is theirs', () => {
  const { state } = waits(createLimiter(LIMITS), many(36));
  expect(waits(state, many(5, { intent: 'exit' }, 'x')).results).toEqual([0, 0, 0, 0, SPAN_MS]);
});

test('a margin is computed decimally: 29 % of 100 are 29', () => {
  const limits = { ...LIMITS, safetyMargin: 0.29 };
  const { results } = waits(createLimiter(limits), many(30, { endpoint: 'market_data' }));
  expect(results.lastIndexOf(0)).toBe(28);
});

test('an unknown endpoint, also one named like a property of every object, has the global limit only', () => {
  const { results } = waits(createLimiter(LIMITS), many(109, { endpoint: '__proto__' }));
  expect(results.lastIndexOf(0)).toBe(107);
});

test('the same request id gets the same permit, also when it has expired', () => {
  const first = acquire(createLimiter(LIMITS), order('a'), NOW_MS);
  const again = acquire(first.state, order('a'), NOW_MS + 10 * SPAN_MS);
  expect(again.result).toEqual({ ...first.result, isNew: false });
  expect(again.state.permits).toEqual(first.state.permits);
});

test('a request that would be granted too late is refused with the earliest time, and nothing is booked', () => {
  const { state } = waits(createLimiter(LIMITS), many(36));
  const { result, state: after } = acquire(state, order('late', { notAfterMs: NOW_MS + 1_000 }), NOW_MS);
  expect(result).toMatchObject({ status: 'refused', earliestMs: NOW_MS + SPAN_MS });
  expect([after.global, after.endpoints]).toEqual([state.global, state.endpoints]);
  expect(waits(after, [order('late')]).results).toEqual([SPAN_MS]);
});

test.each([
  ['heavier than its limit', { weight: 73 }, 'weight 73 never fits the limit "order", which allows 72'],
  ['of weight zero', { weight: 0 }, 'positive integer'],
  ['of half a weight', { weight: 0.5 }, 'positive integer'],
  ['without a request id', { requestId: '' }, 'requestId'],
  ['with a long request id', { requestId: 'x'.repeat(200) }, 'requestId'],
  ['without an endpoint', { endpoint: '' }, 'endpoint'],
  ['with an unknown intent', { intent: 'both' as 'entry' }, 'entry or exit'],
  ['that waits for less than no time', { waitMaxMs: -1 }, 'waitMaxMs is -1'],
  ['that waits for ever', { waitMaxMs: Infinity }, 'waitMaxMs is Infinity'],
  ['that waits for no number', { waitMaxMs: '5' as never }, 'waitMaxMs is "5"'],
  ['with a shapeless wait', { waitMaxMs: SHAPELESS }, 'waitMaxMs'],
  ['with a shapeless weight', { weight: SHAPELESS }, 'positive integer'],
  ['with a shapeless intent', { intent: SHAPELESS }, 'entry or exit'],
  ['with a shapeless endpoint', { endpoint: SHAPELESS }, 'endpoint'],
])('a request %s is refused in words', (_what, change, words) => {
  const { result } = acquire(createLimiter(LIMITS), order('a', change), NOW_MS);
  expect(result).toMatchObject({ status: 'refused', message: expect.stringContaining(words) });
});

describe("the venue's answers", () => {
  const says = (kind: FeedbackCommand['kind'], change: Partial<FeedbackCommand> = {}): FeedbackCommand => ({
    endpoint: 'order',
    kind,
    observedAtMs: NOW_MS,
    ...change,
  });
  const blockMs = (state: LimiterState) => state.blockedUntilMs - NOW_MS;

  test.each([SHAPELESS, '10' as never, null as never])(
    "a reply's limit %j that is no number changes nothing",
    (limit) => {
      const before = createLimiter(LIMITS);
      const { state } = feedback(before, says('ok', { remaining: 3, limit }), NOW_MS);
      expect(state.endpoints).toEqual(before.endpoints);
    },
  );

  test('a penalty without a time doubles with each one in a row, and ends after a success', () => {
    let state = createLimiter(LIMITS);
    const pauses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const observedAtMs = Math.max(NOW_MS, state.blockedUntilMs);
      state = feedback(state, says('rate_limited', { observedAtMs }), observedAtMs).state;
      pauses.push(state.blockedUntilMs - observedAtMs);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((factor) => factor * PENALTY_FIRST_MS));
    expect(PENALTY_MAX_MS).toBe(60_000);

    const observedAtMs = state.blockedUntilMs;
    state = feedback(state, says('ok', { observedAtMs }), observedAtMs).state;
    state = feedback(state, says('rate_limited', { observedAtMs }), observedAtMs).state;
    expect(state.blockedUntilMs - observedAtMs).toBe(PENALTY_FIRST_MS);
  });

  test('answers to requests that were under way together are one penalty', () => {
    let state = createLimiter(LIMITS);
    for (let answer = 0; answer < 10; answer += 1) state = feedback(state, says('rate_limited'), NOW_MS).state;
    expect(blockMs(state)).toBe(PENALTY_FIRST_MS);
    expect(stats(state).penaltiesTotal).toBe(10);
  });

  test('a ban without a time lasts its default, and the latest of all blocks counts', () => {
    let { state } = feedback(createLimiter(LIMITS), says('banned'), NOW_MS);
    expect(blockMs(state)).toBe(BAN_DEFAULT_MS);
    state = feedback(state, says('banned', { resumeAtMs: NOW_MS + 5_000 }), NOW_MS).state;
    expect(blockMs(state)).toBe(BAN_DEFAULT_MS);
    expect(waits(state, [order('a')]).results).toEqual([BAN_DEFAULT_MS]);
    expect(usage(state, NOW_MS).blockedUntilMs).toBe(NOW_MS + BAN_DEFAULT_MS);
    expect(usage(state, NOW_MS + BAN_DEFAULT_MS).blockedUntilMs).toBe(0);
  });

  test('a time to resume that lies behind counts as none, and one in the next century is cut', () => {
    const behind = feedback(createLimiter(LIMITS), says('rate_limited', { resumeAtMs: NOW_MS - 1 }), NOW_MS).state;
    const ahead = feedback(createLimiter(LIMITS), says('banned', { resumeAtMs: NOW_MS * 3 }), NOW_MS).state;
    expect([blockMs(behind), blockMs(ahead)]).toEqual([PENALTY_FIRST_MS, BLOCK_MAX_MS]);
  });

  test('a shapeless time to resume counts as none, and a count for a shapeless endpoint is ignored', () => {
    const state = createLimiter(LIMITS);
    expect(blockMs(feedback(state, says('banned', { resumeAtMs: SHAPELESS }), NOW_MS).state)).toBe(BAN_DEFAULT_MS);
    const counted = feedback(state, says('ok', { remaining: 20, endpoint: SHAPELESS }), NOW_MS);
    expect(usage(counted.state, NOW_MS)).toEqual(usage(state, NOW_MS));
  });

  test('requests that only the venue has counted are booked once', () => {
    let { state } = waits(createLimiter(LIMITS), many(5));
    for (let answer = 0; answer < 3; answer += 1) state = feedback(state, says('ok', { remaining: 20 }), NOW_MS).state;
    expect(usage(state, NOW_MS).endpoints.order?.used).toBe(60);
    expect(usage(state, NOW_MS).global.used).toBe(60);
  });

  test('a count against another limit belongs to another window, and is ignored', () => {
    const { state } = feedback(createLimiter(LIMITS), says('ok', { remaining: 9, limit: 10 }), NOW_MS);
    expect(usage(state, NOW_MS).endpoints.order?.used).toBe(0);
  });
});

describe('several windows of one scope', () => {
  const also = [{ limit: 20, windowMs: 1_000 }];
  const both: RateLimits = {
    ...LIMITS,
    global: { ...LIMITS.global, also: [{ limit: 1_000, windowMs: 5_000 }] },
    endpoints: { order: { limit: 80, windowMs: 60_000, weight: 2, also } },
  };

  test('are all obeyed: nine entries in a second and the validity, thirty-six in a minute and the validity', () => {
    const { results } = waits(createLimiter(both), many(37));
    expect(results).toEqual([...Array.from({ length: 36 }, (_, index) => Math.floor(index / 9) * 3_000), SPAN_MS]);
  });

  test.each([
    ['in requests', { remaining: 4, limit: 10 }],
    ['in weights', { remaining: 8, limit: 20 }],
  ])('a count against one of them, %s, is booked', (_what, count) => {
    const said: FeedbackCommand = { endpoint: 'order', kind: 'ok', observedAtMs: NOW_MS, ...count };
    const { state } = feedback(createLimiter(both), said, NOW_MS);
    expect(usage(state, NOW_MS).endpoints.order?.used).toBe(12);
    expect(usage(state, NOW_MS).global.used).toBe(12);
  });

  test('that reach back further than what is remembered count as full there, as far as they do', () => {
    const { state } = waits(createLimiter({ ...both, endpoints: { order: { ...also[0]!, weight: 2 } } }), many(1));
    const next = reconfigure(state, {
      ...both,
      endpoints: { order: { limit: 40, windowMs: 10_000, weight: 2, also } },
    });
    expect(waits(next, many(1, {}, 'later')).results).toEqual([9_000]);
  });

  test.each([
    ['too many of them', { also: Array.from({ length: 5 }, () => also[0]) }, 'at most 4'],
    ['no list', { also: 7 }, 'no list'],
    ['a shapeless one', { also: [SHAPELESS] }, 'positive integer'],
  ])('%s are not taken over', (_what, change, words) => {
    const limits = { ...both, endpoints: { order: { ...both.endpoints['order'], ...change } } } as RateLimits;
    expect(limitsFault(limits)).toContain(words);
    expect(reconfigure(createLimiter(both), limits).limits).toEqual(createLimiter(both).limits);
  });
});

test('usage shows the windows that end now, without future bookings', () => {
  const { state } = waits(createLimiter(LIMITS), many(40));
  expect(usage(state, NOW_MS)).toEqual({
    global: { used: 72, limit: 108, windowMs: 60_000 },
    endpoints: {
      market_data: { used: 0, limit: 90, windowMs: 60_000 },
      order: { used: 72, limit: 72, windowMs: 60_000 },
    },
    blockedUntilMs: 0,
  });
  expect(usage(state, NOW_MS + 60_000).global.used).toBe(0);
  expect(stats(state)).toMatchObject({ requestsTotal: { order: 40 }, blockedTotal: 4, refusedTotal: 0 });
});

describe('bounds', () => {
  const roomy: RateLimits = {
    ...LIMITS,
    global: { limit: 1, windowMs: 1, weight: 1 },
    endpoints: {},
    safetyMargin: 1,
    permitValidityMs: 0,
  };

  test('bookings stop at their bound, until older ones have passed', () => {
    const { state, results } = waits(createLimiter(roomy), many(GRANTS_MAX + 1));
    expect(results.at(-1)).toBe('refused');
    expect(waits(state, [order('later')], NOW_MS + 10).results).toEqual([GRANTS_MAX - 10]);
  });

  test('the oldest permits are forgotten', () => {
    const { state } = waits(createLimiter(roomy), many(PERMITS_MAX + 3));
    expect([state.permits.length, state.permits[0]?.requestId]).toEqual([PERMITS_MAX, 'r3']);
  });

  test('old grants are dropped', () => {
    const { state } = waits(createLimiter(LIMITS), many(20));
    const later = waits(state, [order('later')], NOW_MS + SPAN_MS).state;
    expect([later.global.length, later.endpoints.order?.length]).toEqual([1, 1]);
  });
});

describe('limits', () => {
  const wrong: RateLimits = { ...LIMITS, safetyMargin: 0.95, exitSafetyMargin: 0.9 };

  test('that contradict themselves are refused at the start, and not taken over later', () => {
    expect(() => createLimiter(wrong)).toThrow(RateLimitsError);
    expect(limitsFault(wrong)).toContain('0.95');
    const state = createLimiter(LIMITS);
    expect(reconfigure(state, wrong)).toBe(state);
  });

  test('are a handful, with short names, and nothing else is carried along', () => {
    const rule = { limit: 1, windowMs: 1, weight: 1 };
    const named = (names: readonly string[]): RateLimits => ({
      ...LIMITS,
      endpoints: Object.fromEntries(names.map((name) => [name, rule])),
    });
    expect(limitsFault(named(Array.from({ length: 1_000 }, (_, index) => `e${index}`)))).toContain('1000');
    expect(limitsFault(named(['n'.repeat(RATE_TEXT_BYTES_MAX)]))).toContain('longer');
    const padded = { ...LIMITS, padding: 'x'.repeat(1_000_000) };
    expect(createLimiter(padded)).toEqual(createLimiter(LIMITS));
    expect(reconfigure(createLimiter(LIMITS), padded)).toEqual(createLimiter(LIMITS));
  });

  test.each<[string, object]>([
    ['margin', { safetyMargin: SHAPELESS }],
    ['margin for exits', { exitSafetyMargin: SHAPELESS }],
    ['validity', { permitValidityMs: SHAPELESS }],
    ['window', { global: { ...LIMITS.global, windowMs: SHAPELESS } }],
  ])('with a shapeless %s are not taken over', (_what, change) => {
    const state = createLimiter(LIMITS);
    expect(reconfigure(state, { ...LIMITS, ...change })).toBe(state);
  });

  test('that grow less strict let waiting stop, and keep what is booked', () => {
    const { state } = waits(createLimiter(LIMITS), many(36));
    const looser = { ...LIMITS, endpoints: { order: { limit: 120, windowMs: 60_000, weight: 2 } } };
    const { results } = waits(reconfigure(state, looser), many(19, {}, 's'));
    expect([results.lastIndexOf(0), results[18]]).toEqual([17, SPAN_MS]);
  });
});

test('no command makes a reducer throw, whatever JSON it is', () => {
  const { state } = waits(createLimiter(LIMITS), many(3));
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('order', 'ok', 'banned', 'rate_limited', 'entry', NOW_MS, 'r0', 0, SHAPELESS),
  );
  const shaped = fc.record(
    {
      requestId: value,
      endpoint: value,
      weight: value,
      intent: value,
      notAfterMs: value,
      waitMaxMs: value,
      kind: value,
      remaining: value,
      limit: value,
      resumeAtMs: value,
      resumeAfterMs: value,
      observedAtMs: value,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(shaped, fc.jsonValue()), (anything) => {
      const step = acquire(state, anything as unknown as AcquireCommand, NOW_MS);
      const { status }: AcquireResult = step.result;
      expect(['granted', 'refused']).toContain(status);
      const told = feedback(step.state, anything as unknown as FeedbackCommand, NOW_MS);
      expect(JSON.parse(JSON.stringify(told.state))).toEqual(told.state);
      expect(reconfigure(state, anything as unknown as RateLimits)).toBe(state);
      expect(['given_back', 'not_found']).toContain(giveBack(state, anything as never, NOW_MS).result.status);
    }),
    { numRuns: 3_000 },
  );
});

test('with every window full and every id at its longest, the state stays within its share of a Temporal payload', () => {
  // Each group's window outlasts the global one, so that each may hold as many bookings as there can be.
  const long = { limit: 1_000_000, windowMs: 3_600_000, weight: 1 };
  const names = ['market_data', 'order', 'account'];
  const endpoints = Object.fromEntries(names.map((name) => [name, long]));
  const limits = { ...LIMITS, global: { ...long, windowMs: 100 }, endpoints };
  const longest = 'x'.repeat(RATE_TEXT_BYTES_MAX - 2);
  let state = createLimiter(limits);
  let nowMs = NOW_MS;
  for (const endpoint of names) {
    for (let count = 0; count < GRANTS_MAX; count += 1) {
      nowMs += 1;
      const requestId = `${endpoint}-${count}-`.padEnd(RATE_TEXT_BYTES_MAX - 2, 'x');
      state = acquire(state, { requestId, endpoint, intent: 'entry', strategy: longest }, nowMs).state;
    }
  }
  expect(names.map((name) => state.endpoints[name]?.length)).toEqual(names.map(() => GRANTS_MAX));
  expect(state.permits).toHaveLength(PERMITS_MAX);
  expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(LIMITER_STATE_BYTES_MAX);
});
