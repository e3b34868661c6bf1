import * as fc from 'fast-check';
import * as limiter from '../../src/domain/limiter/limiter';
import * as older from '../../src/domain/rules-1/limiter/limiter';
import type { AcquireCommand, RateLimits, WindowLimit } from '../../src/domain/limiter/types';
import { CHECKS } from './limiter-checks';
import { rateProperty } from './limiter-commands';
import type { RateOptions } from './limiter-commands';
import type { Reducers } from './limiter-model';
import { BROKEN_RUNS_MAX, COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

/** Each of the ways in which the limiter is used gets its part. */
const RUNS_PER_USE = Math.ceil(RUNS / 4);

const sound: Reducers = limiter;
const everything = Object.keys(CHECKS);

test.each<[string, RateOptions, readonly string[]]>([
  ['requests, penalties and bans', {}, everything],
  ['the venue counting other requests', { withCounts: true }, everything],
  ['a clock that steps back', { withClockSteps: true }, everything],
  ['a clock that steps back, and the venue counting', { withClockSteps: true, withCounts: true }, everything],
  [
    'strategies that flood each other, and a clock that steps back',
    { withFlood: true, withClockSteps: true },
    everything,
  ],
  ['limits changed at restarts', { withReconfiguration: true }, everything],
  ['several windows over the same requests', { limits: 2, withCounts: true }, everything],
  [
    'several windows, a flood and a clock that steps back',
    { limits: 2, withFlood: true, withClockSteps: true },
    everything,
  ],
])('every invariant of the limiter holds after every command: %s', (_what, options, checks) => {
  const tally = new Tally();
  fc.assert(rateProperty(sound, checks, options, tally), { numRuns: RUNS_PER_USE });
  tally.assertSearched(RUNS_PER_USE, COMMANDS_PER_RUN_MAX.limiter);
});

type Acquire = Reducers['acquire'];

/** Runs the limiter under other limits than the configured ones. */
function underLimits(change: (limits: RateLimits) => RateLimits): Acquire {
  return (state, command, nowMs) => {
    const step = limiter.acquire({ ...state, limits: change(state.limits) }, command, nowMs);
    return { ...step, state: { ...step.state, limits: state.limits } };
  };
}

function withoutFurtherWindows(limits: RateLimits): RateLimits {
  const first = (limit: WindowLimit): WindowLimit => ({ ...limit, also: undefined });
  const endpoints = Object.entries(limits.endpoints).map(([name, limit]) => [name, first(limit)]);
  return { ...limits, global: first(limits.global), endpoints: Object.fromEntries(endpoints) };
}

const ignoresLaterGrants: Acquire = (state, command, nowMs) => {
  const past = state.global.filter((grant) => grant.atMs <= nowMs);
  const later = state.global.filter((grant) => grant.atMs > nowMs);
  const step = limiter.acquire({ ...state, global: past, endpoints: {} }, command, nowMs);
  return { ...step, state: { ...step.state, global: [...step.state.global, ...later] } };
};

const oneLater: Acquire = (state, command, nowMs) => {
  const step = limiter.acquire(state, command, nowMs);
  const isNew = step.state !== state && step.result.status === 'granted' && step.result.waitMs > 0;
  return isNew ? limiter.acquire({ ...state, blockedUntilMs: step.result.notBeforeMs + 1 }, command, nowMs) : step;
};

const booksRefusals: Acquire = (state, command, nowMs) => {
  const step = limiter.acquire(state, command, nowMs);
  if (step.result.status === 'granted') return step;
  const booked = limiter.acquire(state, { ...command, notAfterMs: undefined, waitMaxMs: undefined, weight: 1 }, nowMs);
  return { state: booked.state, result: step.result };
};

const oneQueue = (command: AcquireCommand): AcquireCommand => ({ ...command, strategy: undefined });

/** Its permit is noted for its strategy, although it was not given for its turn. */
function withStrategy(step: ReturnType<Acquire>, { requestId, strategy, intent }: AcquireCommand): ReturnType<Acquire> {
  if (strategy === undefined || intent === 'exit') return step;
  const permits = step.state.permits.map((permit) =>
    permit.requestId === requestId ? { ...permit, strategy } : permit,
  );
  return { ...step, state: { ...step.state, permits } };
}

const lastGivesWay: Acquire = (state, command, nowMs) => {
  const step = limiter.acquire(state, command, nowMs);
  const left = new Set(step.state.permits.map(({ requestId }) => requestId));
  const other = state.permits.find(({ requestId }) => !left.has(requestId));
  const last = state.permits.findLast((permit) => permit.strategy === other?.strategy && permit !== other);
  if (!other || !last) return step;
  const permits = step.state.permits.filter(({ requestId }) => requestId !== last.requestId);
  return { ...step, state: { ...step.state, permits: [other, ...permits] } };
};

/** No permit is known to wait for its turn while an exit asks. */
const exitsWaitInLine: Acquire = (state, command, nowMs) => {
  if (command.intent !== 'exit') return limiter.acquire(state, command, nowMs);
  const strategies = new Map(state.permits.map(({ requestId, strategy }) => [requestId, strategy]));
  const permits = state.permits.map((permit) => ({ ...permit, strategy: undefined }));
  const step = limiter.acquire({ ...state, permits }, command, nowMs);
  const restored = step.state.permits.map((permit) => {
    const strategy = strategies.get(permit.requestId);
    return strategy === undefined ? permit : { ...permit, strategy };
  });
  return { ...step, state: { ...step.state, permits: restored } };
};

const remembersOutsideItsState = (): Acquire => {
  const seen = new WeakSet<object>();
  return (state, command, nowMs) => {
    const step = limiter.acquire(seen.has(state) ? { ...state, permits: [] } : state, command, nowMs);
    const next = { ...step.state };
    seen.add(next);
    return { ...step, state: next };
  };
};

/** What the limiter did before it knew that clocks go back: it stands still at the latest time that it ever saw. */
const latched: Partial<Reducers> = {
  acquire: (state, command, nowMs) => limiter.acquire(state, command, Math.max(state.clockMs, nowMs)),
  feedback: (state, command, nowMs) => limiter.feedback(state, command, Math.max(state.clockMs, nowMs)),
  giveBack: (state, command, nowMs) => limiter.giveBack(state, command, Math.max(state.clockMs, nowMs)),
};

const R6 = 'R6 a block lasts as long as the venue said, from when it was heard, and never moves back';

const broken: readonly [check: string, fault: string, options: RateOptions, variant: Partial<Reducers>][] = [
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    'the validity of permits is ignored',
    {},
    { acquire: underLimits((limits) => ({ ...limits, permitValidityMs: 0 })) },
  ],
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    'later grants are ignored',
    {},
    { acquire: ignoresLaterGrants },
  ],
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    'only the global limit counts',
    {},
    { acquire: underLimits((limits) => ({ ...limits, endpoints: {} })) },
  ],
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    "only the endpoints' limits count",
    {},
    { acquire: underLimits((limits) => ({ ...limits, global: { ...limits.global, limit: 1_000 } })) },
  ],
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    'only the first window of each scope counts',
    { limits: 2 },
    { acquire: underLimits(withoutFurtherWindows) },
  ],
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    'every request counts one',
    {},
    { acquire: (state, command, nowMs) => limiter.acquire(state, { ...command, weight: 1 }, nowMs) },
  ],
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    'the margins are ignored',
    {},
    { acquire: underLimits((limits) => ({ ...limits, safetyMargin: 1, exitSafetyMargin: 1 })) },
  ],
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    "entries use the exits' share",
    {},
    { acquire: underLimits((limits) => ({ ...limits, safetyMargin: limits.exitSafetyMargin })) },
  ],
  [
    'R2 a permit is for the earliest instant that fits, or whose holder has to give way',
    'waits are a millisecond too long',
    {},
    { acquire: oneLater },
  ],
  [
    'R2 a permit is for the earliest instant that fits, or whose holder has to give way',
    'exits wait as long as entries',
    {},
    { acquire: underLimits((limits) => ({ ...limits, exitSafetyMargin: limits.safetyMargin })) },
  ],
  [
    'R3 the same request id gets the same permit, unless that gave way',
    'permits are forgotten',
    {},
    { acquire: (state, command, nowMs) => limiter.acquire({ ...state, permits: [] }, command, nowMs) },
  ],
  [
    'R10 only the first answer calls its permit new',
    'a repetition is called new',
    {},
    {
      acquire: (state, command, nowMs) => {
        const step = limiter.acquire(state, command, nowMs);
        return step.result.status === 'granted' ? { ...step, result: { ...step.result, isNew: true } } : step;
      },
    },
  ],
  [
    'R11 a permit that can still be used can be given back, once',
    'what was given back is not forgotten',
    {},
    {
      giveBack: (state, command, nowMs) => {
        const step = limiter.giveBack(state, command, nowMs);
        return { ...step, state: { ...step.state, permits: state.permits } };
      },
    },
  ],
  [
    'R1 no window at the venue exceeds its limit, however late permits are used',
    'giving back one permit empties its instant',
    {},
    {
      giveBack: (state, command, nowMs) => {
        const step = limiter.giveBack(state, command, nowMs);
        const permit = state.permits.find(({ requestId }) => requestId === command.requestId);
        if (step.result.status !== 'given_back' || !permit) return step;
        const rest = <Item extends { atMs: number }>(grants: readonly Item[]) =>
          grants.filter(({ atMs }) => atMs !== permit.notBeforeMs);
        const endpoints = Object.entries(step.state.endpoints).map(([name, grants]) => [name, rest(grants)]);
        const { global } = step.state;
        return {
          ...step,
          state: {
            ...step.state,
            global: rest(global),
            endpoints: Object.fromEntries(endpoints) as typeof state.endpoints,
          },
        };
      },
    },
  ],
  [
    'R2 a permit is for the earliest instant that fits, or whose holder has to give way',
    'what is given back stays booked',
    {},
    {
      giveBack: (state, command, nowMs) => {
        const step = limiter.giveBack(state, command, nowMs);
        return { ...step, state: { ...step.state, global: state.global } };
      },
    },
  ],
  [
    'F1 who gives way is the one who has to, and nothing is booked or freed by it',
    'the last one of all gives way',
    { withFlood: true },
    { acquire: lastGivesWay },
  ],
  [
    'F2 whoever waits has nobody of another strategy before him who is further behind in his own queue',
    'everybody stands in one queue',
    { withFlood: true },
    { acquire: (state, command, nowMs) => withStrategy(limiter.acquire(state, oneQueue(command), nowMs), command) },
  ],
  [
    'F3 an exit has no entry before it that is only booked',
    'exits wait in line',
    { withFlood: true },
    { acquire: exitsWaitInLine },
  ],
  ['R4 a refusal books nothing, and is right', 'refusals are booked', {}, { acquire: booksRefusals }],
  [
    'R5 nothing is granted inside a block',
    'blocks are ignored',
    {},
    {
      acquire: (state, command, nowMs) => {
        const step = limiter.acquire({ ...state, blockedUntilMs: 0 }, command, nowMs);
        return { ...step, state: { ...step.state, blockedUntilMs: state.blockedUntilMs } };
      },
    },
  ],
  [
    R6,
    'the last answer wins',
    {},
    { feedback: (state, command, nowMs) => limiter.feedback({ ...state, blockedUntilMs: 0 }, command, nowMs) },
  ],
  [R6, "the sender's clock is believed", {}, { feedback: older.feedback as Reducers['feedback'] }],
  [
    R6,
    "the sender's time to resume is compared with our clock",
    {},
    {
      feedback: (state, command, nowMs) => {
        const { resumeAfterMs = (command.resumeAtMs ?? nowMs) - nowMs } = command;
        return limiter.feedback(state, { ...command, resumeAfterMs }, nowMs);
      },
    },
  ],
  [
    R6,
    'the span is ignored',
    {},
    {
      feedback: (state, command, nowMs) => limiter.feedback(state, { ...command, resumeAfterMs: undefined }, nowMs),
    },
  ],
  [R6, 'the clock may not go back', { withClockSteps: true }, latched],
  [
    'R12 penalties in a row are told apart by when they were heard',
    "the sender's clock is believed",
    {},
    { feedback: older.feedback as Reducers['feedback'] },
  ],
  [
    'R2 a permit is for the earliest instant that fits, or whose holder has to give way',
    'the clock may not go back',
    { withClockSteps: true },
    latched,
  ],
  [
    'R4 a refusal books nothing, and is right',
    'a span to wait at most is ignored',
    {},
    { acquire: (state, command, nowMs) => limiter.acquire(state, { ...command, waitMaxMs: undefined }, nowMs) },
  ],
  [
    'R7 what the venue counted is booked',
    "a count is booked on the sender's clock",
    { withCounts: true },
    { feedback: older.feedback as Reducers['feedback'] },
  ],
  [
    'R7 what the venue counted is booked',
    "the venue's count is ignored",
    { withCounts: true },
    { feedback: (state, command, nowMs) => limiter.feedback(state, { ...command, remaining: undefined }, nowMs) },
  ],
  [
    'R8 changed limits hold for everything sent before',
    'a change of limits starts afresh',
    { withReconfiguration: true },
    { reconfigure: (state, limits) => ({ ...limiter.createLimiter(limits), permits: state.permits }) },
  ],
  [
    'R8 changed limits hold for everything sent before',
    'a longer window forgets what was pruned',
    { withReconfiguration: true },
    { reconfigure: (state, limits) => ({ ...state, limits }) },
  ],
  [
    'R9 inputs are never changed',
    'a grant is added to its input',
    {},
    {
      acquire: (state, command, nowMs) => {
        const step = limiter.acquire(state, command, nowMs);
        (state.permits as unknown[]).push(...step.state.permits.slice(state.permits.length));
        return step;
      },
    },
  ],
  ['J1 a JSON round trip changes nothing', 'memory outside the state', {}, { acquire: remembersOutsideItsState() }],
  [
    'N1 grants and refusals are counted once',
    'repetitions are counted',
    {},
    {
      acquire: (state, command, nowMs) => {
        const step = limiter.acquire(state, command, nowMs);
        const { stats } = step.state;
        const counted = { ...stats, refusedTotal: stats.refusedTotal + (step.state === state ? 1 : 0) };
        return { ...step, state: { ...step.state, stats: counted } };
      },
    },
  ],
];

describe('a broken limiter is caught', () => {
  test.each(broken)('by "%s" when %s', (check, _fault, options, variant) => {
    const details = fc.check(rateProperty({ ...sound, ...variant }, [check], options), {
      numRuns: BROKEN_RUNS_MAX,
      endOnFailure: true,
    });
    expect(details.failed).toBe(true);
    expect(String(details.errorInstance)).toContain(check);
  });

  test('for every invariant', () => {
    expect(new Set(broken.map(([check]) => check))).toEqual(new Set(everything));
  });
});
