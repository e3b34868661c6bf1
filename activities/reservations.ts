import type { Reservation } from '../src/domain/ledger/types';
import type { NamedVenue } from '../src/domain/trading-venue';
import type { OrphanKeeper, TroubledSignal } from '../src/trading/orphan-keeper';

export interface TroubledInput extends NamedVenue {
  readonly fingerprints: readonly string[];
}

export interface OrphansInput extends NamedVenue {
  readonly reservations: readonly Reservation[];
}

/** Compares what an account holds with the signals that it holds it for. */
export function createReservationActivities({ orphans }: { readonly orphans: OrphanKeeper }) {
  return {
    /** See OrphanKeeper.findTroubled. */
    findTroubledSignals: ({ fingerprints }: TroubledInput): Promise<readonly TroubledSignal[]> =>
      orphans.findTroubled(fingerprints),

    /** See OrphanKeeper.lookAfter. */
    lookAfterOrphans: ({ reservations }: OrphansInput): Promise<readonly string[]> => orphans.lookAfter(reservations),
  };
}

export type ReservationActivities = ReturnType<typeof createReservationActivities>;
