import type { RemoteEnvironment } from '../domain/trading-venue';
import { BYBIT } from './bybit/definition';
import type { VenueDefinition } from './definition';

/** Every venue that there is an adapter for, by the name that `venues.*.adapter` takes. */
export const VENUE_DEFINITIONS = { bybit: BYBIT } as const satisfies Readonly<Record<string, VenueDefinition>>;

export type VenueAdapter = keyof typeof VENUE_DEFINITIONS;

/** The regions of all adapters. */
export const VENUE_REGIONS = [
  ...new Set(Object.values(VENUE_DEFINITIONS).flatMap(({ regions }) => Object.keys(regions))),
] as [string, ...string[]];

/** The region of whoever names none. */
export const REGION_DEFAULT = 'global';

/**
 * Where the accounts of a region are served. The paper environment has the address of its own server.
 *
 * @returns undefined where the region has no such environment
 */
export function hostOf(
  adapter: VenueAdapter,
  environment: RemoteEnvironment,
  region: string = REGION_DEFAULT,
): string | undefined {
  return regionsOf(adapter)[region]?.[environment];
}

/** The regions in which an environment is offered. */
export function regionsWith(adapter: VenueAdapter, environment: RemoteEnvironment): readonly string[] {
  const regions = Object.entries(regionsOf(adapter));
  return regions.flatMap(([region, hosts]) => (hosts[environment] === undefined ? [] : [region]));
}

/**
 * What the symbols end in that an asset settles.
 *
 * @returns undefined where that is not known
 */
export function symbolEndingOf(adapter: VenueAdapter, settleAsset: string): string | undefined {
  const { symbolEndings }: VenueDefinition = VENUE_DEFINITIONS[adapter];
  return Object.hasOwn(symbolEndings, settleAsset) ? symbolEndings[settleAsset] : undefined;
}

function regionsOf(adapter: VenueAdapter): VenueDefinition['regions'] {
  return VENUE_DEFINITIONS[adapter].regions;
}

export const VENUE_ADAPTERS = Object.keys(VENUE_DEFINITIONS) as [VenueAdapter, ...VenueAdapter[]];
