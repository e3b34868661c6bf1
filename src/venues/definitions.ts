import { BYBIT } from './bybit/definition';
import type { VenueDefinition } from './definition';

/** Every venue that there is an adapter for, by the name that `venues.*.adapter` takes. */
export const VENUE_DEFINITIONS = { bybit: BYBIT } as const satisfies Readonly<Record<string, VenueDefinition>>;

export type VenueAdapter = keyof typeof VENUE_DEFINITIONS;

export const VENUE_ADAPTERS = Object.keys(VENUE_DEFINITIONS) as [VenueAdapter, ...VenueAdapter[]];
