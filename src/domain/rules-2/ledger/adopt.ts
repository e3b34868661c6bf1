import { endedIdOf, withId } from './ended-ids';
import { withUses } from './positions';
import { ENDED_RESERVATIONS_MAX } from './state';
import type { EndedIds, LedgerState } from './state';

/** A ledger as the rules before made it. */
export type FormerLedgerState = Omit<
  LedgerState,
  'endedIds' | 'reportedAtMs' | 'containedFromMs' | 'positions' | 'positionUses'
> & {
  /** Ids that were barred, oldest first. */
  readonly earlyReleases: readonly string[];
};

const NEVER_MS = Number.MAX_SAFE_INTEGER;

/**
 * Makes a ledger of these rules of one of the rules before. Nothing that it remembered is forgotten: the newest ended
 * reservations stay as they are, and of the others the ids are kept, each for the longest time to live.
 *
 * Ids that were barred have no instant, and there is no clock here. They are kept until an instant that never comes; the
 * first command that remembers an id brings it down to the longest time to live from then.
 */
export function adoptLedger(former: FormerLedgerState): LedgerState {
  const { earlyReleases, ended, ...rest } = former;
  const over = ended.slice(0, Math.max(0, ended.length - ENDED_RESERVATIONS_MAX));
  const endedIds = over.reduce<readonly EndedIds[]>((batches, entry) => withId(batches, endedIdOf(entry)), []);
  const createdAtMs = newestInstantMs(former);
  const barred = earlyReleases.map((id) => ({ id, how: 'barred' as const, createdAtMs, expiresAtMs: NEVER_MS }));
  return {
    ...rest,
    ended: ended.slice(over.length),
    endedIds: barred.reduce(withId, endedIds),
    reportedAtMs: 0,
    containedFromMs: 0,
    positions: { asOfMs: 0, bySymbol: {} },
    // Each of these orders may have closed a position.
    positionUses: withUses([], former.unsettledFills),
  };
}

/** The latest instant that the ledger knows of; none of its signals that it knows nothing else of started much later. */
function newestInstantMs({ asOfMs, ended, pending, forgottenAtMs, tradingStateChanges }: FormerLedgerState): number {
  const entries = [...ended, ...pending].map(({ reservation }) => reservation.endedAtMs ?? reservation.createdAtMs);
  return Math.max(asOfMs, forgottenAtMs, ...entries, ...tradingStateChanges.map(({ atMs }) => atMs));
}
