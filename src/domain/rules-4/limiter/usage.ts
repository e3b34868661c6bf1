import { ownValue } from '../plain-values';
import { capacityOf } from './capacity';
import { passTime } from './clock';
import { weightWithin } from './grants';
import type { Grant, LimiterState } from './state';
import type { RateStats, RateUsage, WindowLimit, WindowUsage } from './types';

/** The weight in the windows that end now, against what entries may use. Bookings in the future are not in them yet. */
export function usage(state: LimiterState, nowMs: number): RateUsage {
  const current = passTime(state, nowMs);
  const { limits, blockedUntilMs } = current;
  const used = (limit: WindowLimit, grants: readonly Grant[]): WindowUsage => ({
    used: weightWithin(grants, nowMs - limit.windowMs, nowMs),
    limit: capacityOf(limits, limit, 'entry'),
    windowMs: limit.windowMs,
  });
  const endpoints = Object.entries(limits.endpoints).map(([endpoint, limit]): [string, WindowUsage] => [
    endpoint,
    used(limit, ownValue(current.endpoints, endpoint) ?? []),
  ]);
  return {
    global: used(limits.global, current.global),
    endpoints: Object.fromEntries(endpoints),
    blockedUntilMs: blockedUntilMs > nowMs ? blockedUntilMs : 0,
  };
}

export function stats(state: LimiterState): RateStats {
  return state.stats;
}
