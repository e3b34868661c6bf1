import { ENDED_GRACE_MS } from './state';
import type { LedgerState } from './state';

/** A signal that starts further ahead of our clock than this started before the clock was set back. */
const CLOCK_NOISE_MS = 1_000;

/**
 * Notes that a reservation of then is not known any more. Also called with 0, for what it does about our clock:
 *
 * While the clock is behind the youngest forgotten reservation, it was set back, and that instant says nothing about the
 * signals that start now: it would doubt them all until the clock is there again, which may take years. Signals of before
 * the step stand ahead of the clock and are told by that, so that from a moment after the step on others need no doubt.
 */
export function noteForgotten(state: LedgerState, createdAtMs: number, nowMs: number): LedgerState {
  const { forgottenWhileBehindMs: formerMs, ...rest } = state;
  const forgottenAtMs = Math.max(state.forgottenAtMs, createdAtMs);
  if (nowMs >= forgottenAtMs) {
    const isSame = formerMs === undefined && forgottenAtMs === state.forgottenAtMs;
    return isSame ? state : { ...rest, forgottenAtMs };
  }
  const latestMs = nowMs + ENDED_GRACE_MS;
  const behindMs = Math.max(Math.min(formerMs ?? latestMs, latestMs), Math.min(createdAtMs, latestMs));
  if (behindMs === formerMs && forgottenAtMs === state.forgottenAtMs) return state;
  return { ...rest, forgottenAtMs, forgottenWhileBehindMs: behindMs };
}

/**
 * Reservations that were made since the signal started are all remembered: none of this signal can be forgotten.
 *
 * @param state after `noteForgotten` at the same instant
 */
export function isSurelyFirst(
  { forgottenAtMs, forgottenWhileBehindMs }: LedgerState,
  { signalStartedAtMs }: { readonly signalStartedAtMs?: number },
  nowMs: number,
): boolean {
  if (signalStartedAtMs === undefined || forgottenAtMs === 0) return true;
  if (signalStartedAtMs > nowMs + CLOCK_NOISE_MS) return false;
  return signalStartedAtMs > (forgottenWhileBehindMs ?? forgottenAtMs);
}
