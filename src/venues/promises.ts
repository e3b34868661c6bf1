import type { VenueConfig } from '../config/schema';
import type { VenuePromises } from './venue';

/**
 * What the venue behind each adapter promises of client order ids. A fact of the venue, kept apart from its adapter so
 * that intake knows it without loading one.
 */
export const CLIENT_ID_UNIQUE: Readonly<Record<VenueConfig['adapter'], VenuePromises['clientIdUnique']>> = {
  bybit: 'always',
};
