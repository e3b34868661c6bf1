import type { VenuePromises } from '../venue';

const DAY_MS = 86_400_000;

export const BYBIT_PROMISES: VenuePromises = {
  clientIdUnique: 'always',
  // The venue promises no figure, so it is far above what is usual.
  snapshotLagMs: 2_000,
  attachedStop: true,
  // No figure is promised here either: "may lag under volatility".
  positionLagMs: 3_000,
  timesInForce: ['GTC', 'IOC', 'FOK', 'POST_ONLY'],
  // "Cancelled, Rejected, Deactivated orders can be queried for 24 hours"; history and executions answer for the last
  // seven days where no time is named.
  orderMemory: { filledMs: 7 * DAY_MS, unfilledMs: DAY_MS },
};
