import type { LedgerEntry, LedgerState } from './ledger/state';

/**
 * A ledger without the reservations whose orders may rest for longer than signals usually live: they hold funds as long as
 * they are meant to. For looking at what should have ended; no rule of the ledger depends on it.
 */
export function withoutResting(state: LedgerState, nowMs: number): LedgerState {
  return { ...state, pending: state.pending.filter((entry) => !mayRest(entry, nowMs)) };
}

function mayRest({ reservation, lockedAmount }: LedgerEntry, nowMs: number): boolean {
  const { metadata, intent, createdAtMs } = reservation;
  // An entry is acknowledged once it was seen open; of exits nothing is held back, and nothing is told.
  const wasSeen = intent === 'exit' || lockedAmount !== undefined;
  if (metadata['timeInForce'] === 'GTC') return wasSeen;
  const { goodForSeconds } = metadata;
  return wasSeen && typeof goodForSeconds === 'number' && nowMs <= createdAtMs + goodForSeconds * 1_000;
}
