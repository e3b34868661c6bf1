import { ownValue } from '../plain-values';
import { capacityOf, limitsFault, longestWindow, plainLimits, spanMsOf, windowsOf } from './capacity';
import { RateLimitsError } from './state';
import type { Grant, LimiterState } from './state';
import { EMPTY_RATE_STATS } from './stats';
import type { RateLimits, WindowLimit } from './types';

/** @throws RateLimitsError when the limits contradict themselves */
export function createLimiter(limits: RateLimits): LimiterState {
  const fault = limitsFault(limits);
  if (fault !== undefined) throw new RateLimitsError(fault);
  return {
    limits: plainLimits(limits),
    clockMs: 0,
    blockedUntilMs: 0,
    penaltiesInRow: 0,
    global: [],
    endpoints: Object.fromEntries(Object.keys(limits.endpoints).map((endpoint) => [endpoint, []])),
    permits: [],
    stats: EMPTY_RATE_STATS,
  };
}

/**
 * Replaces the limits and keeps what is booked. Where a longer window reaches back to grants that are forgotten, the
 * window counts as full there; an endpoint that had no limit of its own inherits every request made. For one window
 * after a change, such guesses also hide requests of other programs from the comparison with the venue's own count.
 * A shortened permitValidityMs does not shorten permits already given: for one old validity they may come closer to each
 * other.
 *
 * Limits that contradict themselves (see limitsFault) are not taken over: the old ones stay in force.
 */
export function reconfigure(state: LimiterState, limits: RateLimits): LimiterState {
  if (limitsFault(limits) !== undefined) return state;
  const before = state.limits;
  const endpoints = Object.entries(limits.endpoints).map(([endpoint, limit]): [string, readonly Grant[]] => {
    const old = ownValue(before.endpoints, endpoint);
    const grants = old === undefined ? state.global : (ownValue(state.endpoints, endpoint) ?? []);
    return [endpoint, carryOver(state, limits, limit, longestSpanOf(before, old ?? before.global), grants)];
  });
  return {
    ...state,
    limits: plainLimits(limits),
    global: carryOver(state, limits, limits.global, longestSpanOf(before, before.global), state.global),
    endpoints: Object.fromEntries(endpoints),
  };
}

function carryOver(
  state: LimiterState,
  limits: RateLimits,
  limit: WindowLimit,
  spanBeforeMs: number,
  grants: readonly Grant[],
): readonly Grant[] {
  const forgetful = windowsOf(limit).filter((window) => spanMsOf(limits, window) > spanBeforeMs);
  if (state.clockMs === 0 || forgetful.length === 0) return grants;
  const atMs = state.clockMs - spanBeforeMs;
  const weight = Math.max(...forgetful.map((window) => capacityOf(limits, window, 'exit')));
  return [{ atMs, weight }, ...grants.filter((grant) => grant.atMs > atMs)];
}

function longestSpanOf(limits: RateLimits, limit: WindowLimit): number {
  return spanMsOf(limits, longestWindow(limit));
}
