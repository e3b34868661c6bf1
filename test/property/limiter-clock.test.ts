import * as fc from 'fast-check';
import * as limiter from '../../src/domain/limiter/limiter';
import type { LimiterState } from '../../src/domain/limiter/limiter';
import * as older from '../../src/domain/rules-1/limiter/limiter';
import { CLOCK_CHECKS, clockProperty } from './limiter-clock-world';
import type { Reducers } from './limiter-model';
import { BROKEN_RUNS_MAX, COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

type Clocked = Pick<Reducers, 'acquire' | 'feedback'>;
/** What a variant makes of the state before it goes on as the limiter does. */
type Prepare = (state: LimiterState, nowMs: number) => LimiterState;

/** The gap of the windows of minutes; those of milliseconds have a shorter one. */
const GAP_MS = 180_000;

test('whatever the clock does, windows at the venue hold, and nobody waits for longer than a span and the block', () => {
  const tally = new Tally();
  fc.assert(clockProperty(limiter, CLOCK_CHECKS, tally), { numRuns: RUNS });
  tally.assertSearched(RUNS, COMMANDS_PER_RUN_MAX.limiterClock);
});

function prepared(prepare: Prepare): Clocked {
  return {
    acquire: (state, command, nowMs) => limiter.acquire(prepare(state, nowMs), command, nowMs),
    feedback: (state, command, nowMs) => limiter.feedback(prepare(state, nowMs), command, nowMs),
  };
}

function moved(state: LimiterState, byMs: number, fromMs = -Infinity): LimiterState {
  const move = (grants: LimiterState['global']) =>
    grants.map(({ atMs, weight }) => ({ atMs: atMs > fromMs ? atMs + byMs : atMs, weight }));
  return {
    ...state,
    global: move(state.global),
    endpoints: Object.fromEntries(Object.entries(state.endpoints).map(([name, grants]) => [name, move(grants)])),
    permits: state.permits.map((permit) =>
      permit.notBeforeMs > fromMs
        ? { ...permit, notBeforeMs: permit.notBeforeMs + byMs, expiresAtMs: permit.expiresAtMs + byMs }
        : permit,
    ),
  };
}

const isGap: (state: LimiterState, nowMs: number) => boolean = (state, nowMs) => nowMs - state.clockMs > GAP_MS;

const broken: readonly [check: string, fault: string, variant: Clocked][] = [
  [
    'C1',
    'a step ahead counts as time',
    prepared((state, nowMs) => ({ ...state, clockMs: Math.max(state.clockMs, nowMs) })),
  ],
  [
    'C1',
    'bookings that lie ahead stay where they are when the clock is put ahead',
    prepared((state, nowMs) => {
      if (!isGap(state, nowMs)) return state;
      const past = moved(state, nowMs - state.clockMs);
      return { ...moved(past, state.clockMs - nowMs, nowMs), clockMs: nowMs };
    }),
  ],
  [
    'C1',
    'a clock that goes back starts afresh',
    prepared((state, nowMs) => (nowMs < state.clockMs ? limiter.createLimiter(state.limits) : state)),
  ],
  [
    'C2',
    'the clock may not go back',
    {
      acquire: (state, command, nowMs) => limiter.acquire(state, command, Math.max(state.clockMs, nowMs)),
      feedback: (state, command, nowMs) => limiter.feedback(state, command, Math.max(state.clockMs, nowMs)),
    },
  ],
  ['C2', 'the rules are those of before', { acquire: older.acquire, feedback: limiter.feedback }],
  [
    'C3',
    'a block moves along with a clock that is put ahead',
    prepared((state, nowMs) =>
      isGap(state, nowMs) ? { ...state, blockedUntilMs: state.blockedUntilMs + nowMs - state.clockMs } : state,
    ),
  ],
  [
    'C3',
    'a block is forgotten when the clock goes back',
    prepared((state, nowMs) => (nowMs < state.clockMs ? { ...state, blockedUntilMs: 0 } : state)),
  ],
  [
    'C4',
    'the gap is shorter than a span',
    prepared((state, nowMs) => {
      const passedMs = nowMs - state.clockMs;
      return passedMs > 20_000 ? { ...moved(state, passedMs), clockMs: nowMs } : state;
    }),
  ],
];

describe('a limiter that is broken by a clock is caught', () => {
  test.each(broken)('by %s when %s', (check, _fault, variant) => {
    const names = CLOCK_CHECKS.filter((name) => name.startsWith(check));
    const details = fc.check(clockProperty(variant, names), { numRuns: BROKEN_RUNS_MAX, endOnFailure: true });
    expect(details.failed).toBe(true);
    expect(String(details.errorInstance)).toContain(check);
  });

  test('for every invariant', () => {
    expect(new Set(broken.map(([check]) => check))).toEqual(new Set(CLOCK_CHECKS.map((name) => name.slice(0, 2))));
  });
});
