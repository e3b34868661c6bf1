import { ownValue } from '../plain-values';
import { capacityOf, spanMsOf } from './capacity';
import { createFitSearch, prune } from './grants';
import { GRANTS_MAX } from './state';
import type { Grant, LimiterState } from './state';
import type { AcquireCommand, WindowLimit } from './types';

/** One limit that a request counts against, with what is booked in it. */
export interface Rule {
  readonly name: string;
  readonly limit: WindowLimit;
  readonly grants: readonly Grant[];
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

/** The global rule first, then the endpoint's own, if it has one. */
export function rulesFor(state: LimiterState, endpoint: string): readonly Rule[] {
  const { limits, clockMs } = state;
  const rule = (name: string, limit: WindowLimit, grants: readonly Grant[]): Rule => ({
    name,
    limit,
    grants: prune(grants, clockMs, spanMsOf(limits, limit)),
  });
  const own = ownValue(limits.endpoints, endpoint);
  const global = rule('global', limits.global, state.global);
  return own === undefined ? [global] : [global, rule(endpoint, own, ownValue(state.endpoints, endpoint) ?? [])];
}
