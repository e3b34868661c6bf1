import type { VenueDefinition } from '../definition';

export const BYBIT_PROMISES: VenueDefinition['promises'] = {
  clientIdUnique: 'always',
  // The venue promises no figure, so it is far above what is usual.
  snapshotLagMs: 2_000,
};
