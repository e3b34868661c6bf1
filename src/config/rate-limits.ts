import type { RateLimits, Window, WindowLimit } from '../domain/limiter/types';
import type { DocumentedLimits } from '../venues/definition';
import { VENUE_DEFINITIONS } from '../venues/definitions';
import type { EndpointGroup } from '../venues/venue';
import type { Config, VenueConfig } from './schema';

type VenueLimits = Pick<VenueConfig, 'adapter' | 'environment' | 'limits'>;

/**
 * A venue's limits as the limiter takes them: those of the configuration, and beside each the windows that the venue
 * documents. Those are no settings. The paper venue alone may be told to have none (`paperVenue.documentedLimits`).
 */
export function rateLimitsOf(config: Pick<Config, 'rateLimits' | 'paperVenue'>, venue: VenueLimits): RateLimits {
  return { ...config.rateLimits, ...windowsOf(config, venue) };
}

/** The same without the shares that are used of them: what the venue itself allows. */
export function windowsOf(
  { paperVenue }: Pick<Config, 'paperVenue'>,
  { adapter, environment, limits }: VenueLimits,
): Pick<RateLimits, 'global' | 'endpoints'> {
  const areLeftOut = environment === 'paper' && !paperVenue.documentedLimits;
  const { address, account } = areLeftOut ? NONE : VENUE_DEFINITIONS[adapter].documentedLimits;
  const groups = GROUPS.flatMap((name) => {
    const limit = limits.endpoints[name] ?? unconfigured(account[name]);
    return limit ? [[name, limit] as const] : [];
  });
  // A request of an address counts as if it were one of the lightest.
  const lightest = Math.min(limits.global.weight, ...groups.map(([, { weight }]) => weight));
  const endpoints = groups.map(([name, limit]) => [name, withWindows(limit, account[name] ?? [], limit.weight)]);
  return { global: withWindows(limits.global, address, lightest), endpoints: Object.fromEntries(endpoints) };
}

const NONE: DocumentedLimits = { address: [], account: {} };
const GROUPS = ['market_data', 'order', 'account'] as const satisfies readonly EndpointGroup[];

/** A group without a limit of its own has at least the venue's. */
function unconfigured([first]: readonly Window[] = []): WindowLimit | undefined {
  return first && { ...first, weight: 1 };
}

/** @param weight of one request */
function withWindows(limit: WindowLimit, documented: readonly Window[], weight: number): WindowLimit {
  const also = documented.map((window) => ({ limit: window.limit * weight, windowMs: window.windowMs }));
  return { ...limit, also: [...(limit.also ?? []), ...also] };
}
