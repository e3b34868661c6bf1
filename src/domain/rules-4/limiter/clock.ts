import { longestSpanMs } from './capacity';
import { BLOCK_MAX_MS, GAP_MIN_MS, STEP_MAX_MS } from './state';
import type { Grant, LimiterState, Permit } from './state';
import type { RateLimits } from './types';

/**
 * From here on a step ahead does not count as time that passed: neither a clock that was put ahead nor a stop of all
 * processes shows how much of it did. It is longer than a living account is ever silent: its steps are at most
 * STEP_MAX_MS apart, and where everyone waits for a window it hears of the next request after one span. A gap within a
 * span would let a caller who wakes up after its wait find that nothing has passed, again and again. Where balances are
 * read more rarely, and nobody trades, silences count as gaps, too: the next request then finds the windows as full as
 * the last one left them.
 */
export function gapMs(limits: RateLimits): number {
  return Math.max(GAP_MIN_MS, longestSpanMs(limits) + STEP_MAX_MS);
}

/**
 * The state as of `nowMs`: every reducer that gets a clock begins with it. Time, as the limiter sees it, never runs by
 * less than zero, and never by more than the gap at once.
 *
 * - **Back**, by however little: every instant moves along, so what was booked has the age that it had when the clock
 *   was last seen, and a block lasts for what was left of it. One that a step ahead had ended stays ended.
 * - **Ahead by more than the gap**: for what is booked nothing has passed. That costs at most one span of waiting after
 *   a stop, and keeps a clock that was put ahead from letting a second lot of requests into one window of the venue. A
 *   block ends when the venue said. Permits that had begun lapse; those that had not move with their bookings, but
 *   never further off than one span: so far behind nothing that was sent is in their way.
 * - **Ahead by less**: it cannot be told from time that passed, and counts as such. A clock that is put ahead by less
 *   than the gap may therefore bring one window of the venue above its limit.
 */
export function passTime(state: LimiterState, nowMs: number): LimiterState {
  const passedMs = nowMs - state.clockMs;
  const moved =
    passedMs < 0 ? moveBack(state, passedMs) : passedMs > gapMs(state.limits) ? moveAhead(state, nowMs) : state;
  const blockedUntilMs = Math.min(moved.blockedUntilMs, nowMs + BLOCK_MAX_MS);
  if (passedMs === 0 && blockedUntilMs === state.blockedUntilMs) return state;
  return { ...moved, clockMs: nowMs, blockedUntilMs };
}

function moveBack(state: LimiterState, byMs: number): LimiterState {
  const { blockedUntilMs } = state;
  return {
    ...moveGrants(state, () => byMs),
    // Zero says that there was never a block.
    blockedUntilMs: blockedUntilMs === 0 ? 0 : Math.max(0, blockedUntilMs + byMs),
    permits: state.permits.map((permit) => movePermit(permit, byMs)),
  };
}

function moveAhead(state: LimiterState, nowMs: number): LimiterState {
  const { limits, clockMs } = state;
  const pastByMs = nowMs - clockMs;
  const aheadByMs = Math.max(0, Math.min(pastByMs, nowMs + longestSpanMs(limits) - firstAheadMs(state)));
  return {
    ...moveGrants(state, ({ atMs }) => (atMs > clockMs ? aheadByMs : pastByMs)),
    permits: state.permits.map((permit) => (permit.notBeforeMs > clockMs ? movePermit(permit, aheadByMs) : permit)),
  };
}

function moveGrants(state: LimiterState, byMs: (grant: Grant) => number): LimiterState {
  const move = (grants: readonly Grant[]): readonly Grant[] =>
    grants.map((grant) => ({ ...grant, atMs: grant.atMs + byMs(grant) }));
  const endpoints = Object.entries(state.endpoints).map(([name, grants]) => [name, move(grants)]);
  return { ...state, global: move(state.global), endpoints: Object.fromEntries(endpoints) };
}

/** The first booking that had not begun when the clock was last seen; Infinity: there is none. */
function firstAheadMs({ clockMs, global, endpoints }: LimiterState): number {
  const firsts = [global, ...Object.values(endpoints)].map((grants) => grants.find(({ atMs }) => atMs > clockMs)?.atMs);
  return Math.min(...firsts.map((atMs) => atMs ?? Infinity));
}

function movePermit(permit: Permit, byMs: number): Permit {
  return { ...permit, notBeforeMs: permit.notBeforeMs + byMs, expiresAtMs: permit.expiresAtMs + byMs };
}
