import type { Counter, Registry } from 'prom-client';
import { counterOf } from './define-metric';

/**
 * What became of a request at the hooks. `accepted`, `repeated`, `nothing_open` (there was no position to close): taken; `conflicting`,
 * `refused`, `malformed`, `unauthorized`: never will be; `limited`, `unavailable`: told to come again.
 */
export const HOOK_RESULTS = [
  'accepted',
  'repeated',
  'nothing_open',
  'conflicting',
  'refused',
  'malformed',
  'unauthorized',
  'limited',
  'unavailable',
] as const;
export type HookResult = (typeof HOOK_RESULTS)[number];

/** Requests for sources that are not configured are counted together. */
export const OTHER_SOURCE = 'other';

/** Counts the alerts of each source. */
export class HookMetrics {
  private readonly requests: Counter;

  constructor(
    registry: Registry,
    private readonly sources: ReadonlySet<string>,
  ) {
    this.requests = counterOf(registry, 'oncefill_hook_requests_total');
    for (const source of sources) for (const result of HOOK_RESULTS) this.requests.inc({ source, result }, 0);
  }

  count(source: string, result: HookResult): void {
    this.requests.inc({ source: this.sources.has(source) ? source : OTHER_SOURCE, result });
  }
}
