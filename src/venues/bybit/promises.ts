import type { VenuePromises } from '../venue';

export const BYBIT_PROMISES: VenuePromises = {
  clientIdUnique: 'always',
  // The venue promises no figure, so it is far above what is usual.
  snapshotLagMs: 2_000,
};
