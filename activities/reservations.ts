import type { Reservation } from '../src/domain/ledger/types';
import type { OrphanKeeper } from '../src/trading/orphan-keeper';

export interface OrphanInput {
  readonly venue: string;
  readonly reservation: Reservation;
}

/** Compares what an account holds with the signals that it holds it for. */
export function createReservationActivities({ orphans }: { readonly orphans: OrphanKeeper }) {
  return {
    /** @returns those of these signals whose workflow does not run (any more) */
    findEndedSignals: (fingerprints: readonly string[]): Promise<readonly string[]> => orphans.findEnded(fingerprints),

    /** See OrphanKeeper.lookAfter. */
    lookAfterOrphan: ({ venue, reservation }: OrphanInput): Promise<boolean> => orphans.lookAfter(venue, reservation),
  };
}

export type ReservationActivities = ReturnType<typeof createReservationActivities>;
