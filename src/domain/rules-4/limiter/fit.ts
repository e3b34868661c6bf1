import { ownValue } from '../plain-values';
import { capacityOf, longestWindow, spanMsOf, windowsOf } from './capacity';
import { createFitSearch, prune } from './grants';
import { GRANTS_MAX } from './state';
import type { Grant, LimiterState } from './state';
import type { AcquireCommand, Window, WindowLimit } from './types';

/** One window that a request counts in, with what is booked in it. */
export interface Rule {
  readonly name: string;
  readonly limit: Window;
  readonly grants: readonly Grant[];
}

/** Windows that share their bookings: the whole venue's, or those of one endpoint. */
export interface Scope {
  /** What is booked, as far back as the longest window reaches. */
  readonly grants: readonly Grant[];
  readonly rules: readonly Rule[];
}

/** A request as it is judged. */
export interface Asked {
  readonly command: AcquireCommand;
  readonly weight: number;
  /** Not before this. */
  readonly startMs: number;
}

/** The earliest instant at which the request fits into every window it counts in. */
export function earliest(state: LimiterState, { command, weight, startMs }: Asked, rules: readonly Rule[]): number {
  const searches = rules.map((rule) => {
    const room = capacityOf(state.limits, rule.limit, command.intent) - weight;
    return createFitSearch(rule.grants, spanMsOf(state.limits, rule.limit), room);
  });
  let atMs = startMs;
  // Every round but the last moves to the end of some grant's window, so the rounds are bounded by the grants.
  for (let round = 0; round <= 2 * GRANTS_MAX; round += 1) {
    const nextMs = searches.reduce((instant, search) => search(instant), atMs);
    if (nextMs === atMs) break;
    atMs = nextMs;
  }
  return atMs;
}

/** The global scope first, then the endpoint's own, if it has one. */
export function scopesFor(state: LimiterState, endpoint: string): readonly [Scope] | readonly [Scope, Scope] {
  const { limits } = state;
  const global = scopeOf(state, 'global', limits.global, state.global);
  const own = ownValue(limits.endpoints, endpoint);
  if (own === undefined) return [global];
  return [global, scopeOf(state, endpoint, own, ownValue(state.endpoints, endpoint) ?? [])];
}

function scopeOf({ limits, clockMs }: LimiterState, name: string, limit: WindowLimit, booked: readonly Grant[]): Scope {
  const grants = prune(booked, clockMs, spanMsOf(limits, longestWindow(limit)));
  const rules = windowsOf(limit).map((window) => ({
    name,
    limit: window,
    grants: prune(grants, clockMs, spanMsOf(limits, window)),
  }));
  return { grants, rules };
}
