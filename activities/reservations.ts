import type { Reservation } from '../src/domain/ledger/types';
import type { OrphanKeeper, TroubledSignal } from '../src/trading/orphan-keeper';

export interface OrphansInput {
  readonly venue: string;
  readonly reservations: readonly Reservation[];
}

/** Compares what an account holds with the signals that it holds it for. */
export function createReservationActivities({ orphans }: { readonly orphans: OrphanKeeper }) {
  return {
    /** See OrphanKeeper.findTroubled. */
    findTroubledSignals: (fingerprints: readonly string[]): Promise<readonly TroubledSignal[]> =>
      orphans.findTroubled(fingerprints),

    /** See OrphanKeeper.lookAfter. */
    lookAfterOrphans: ({ venue, reservations }: OrphansInput): Promise<readonly string[]> =>
      orphans.lookAfter(venue, reservations),
  };
}

export type ReservationActivities = ReturnType<typeof createReservationActivities>;
