import { ownValue } from '../plain-values';
import { capacityOf } from './capacity';
import { weightWithin } from './grants';
import type { Grant, LimiterState } from './state';
import type { RateStats, RateUsage, WindowLimit, WindowUsage } from './types';

/** The weight in the windows that end now, against what entries may use. Bookings in the future are not in them yet. */
export function usage(state: LimiterState, nowMs: number): RateUsage {
  const { limits } = state;
  const used = (limit: WindowLimit, grants: readonly Grant[]): WindowUsage => ({
    used: weightWithin(grants, nowMs - limit.windowMs, nowMs),
    limit: capacityOf(limits, limit, 'entry'),
    windowMs: limit.windowMs,
  });
  const endpoints = Object.entries(limits.endpoints).map(([endpoint, limit]): [string, WindowUsage] => [
    endpoint,
    used(limit, ownValue(state.endpoints, endpoint) ?? []),
  ]);
  return {
    global: used(limits.global, state.global),
    endpoints: Object.fromEntries(endpoints),
    blockedUntilMs: state.blockedUntilMs > nowMs ? state.blockedUntilMs : 0,
  };
}

export function stats(state: LimiterState): RateStats {
  return state.stats;
}
