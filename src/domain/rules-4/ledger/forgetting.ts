import { ENDED_GRACE_MS, TIME_TO_LIVE_MAX_MS } from './state';
import type { LedgerState } from './state';

/** A signal that starts further ahead of our clock than this started before the clock was set back. */
const CLOCK_NOISE_MS = 1_000;

/** What of a signal decides whether its reservation may be forgotten; see ReserveCommand. */
interface SignalTimes {
  readonly signalStartedAtMs?: number;
  readonly expiresAtMs?: number;
}

/**
 * Notes that a reservation of then is not known any more. Also called with 0, to see our clock: where it is behind the
 * youngest forgotten reservation, it was set back, and that instant says nothing about the signals that start now.
 */
export function noteForgotten(state: LedgerState, createdAtMs: number, nowMs: number): LedgerState {
  const { behind, ...rest } = state;
  const forgottenAtMs = Math.max(state.forgottenAtMs, createdAtMs);
  if (nowMs >= forgottenAtMs) {
    return behind === undefined && forgottenAtMs === state.forgottenAtMs ? state : { ...rest, forgottenAtMs };
  }
  // Set back once more, by more than any signal lives, it begins anew.
  const isFirst = behind === undefined || nowMs < behind.sinceMs - TIME_TO_LIVE_MAX_MS;
  const former = isFirst ? { sinceMs: nowMs, forgottenAtMs: nowMs } : behind;
  const youngestMs = Math.max(former.forgottenAtMs, Math.min(createdAtMs, nowMs));
  return { ...rest, forgottenAtMs, behind: { sinceMs: former.sinceMs, forgottenAtMs: youngestMs } };
}

/**
 * Reservations that were made since the signal started are all remembered: none of this signal can be forgotten.
 *
 * After our clock was set back, signals of before and of since bear the same instants. None is called first until those of
 * before are over: they live no longer than this one.
 *
 * @param state after `noteForgotten` at the same instant
 */
export function isSurelyFirst(
  { forgottenAtMs, behind }: LedgerState,
  { signalStartedAtMs, expiresAtMs }: SignalTimes,
  nowMs: number,
): boolean {
  if (signalStartedAtMs === undefined || forgottenAtMs === 0) return true;
  if (signalStartedAtMs > nowMs + CLOCK_NOISE_MS) return false;
  if (behind === undefined) return signalStartedAtMs > forgottenAtMs;
  const lifeMs = expiresAtMs === undefined ? TIME_TO_LIVE_MAX_MS : expiresAtMs - signalStartedAtMs;
  return nowMs > behind.sinceMs + lifeMs + ENDED_GRACE_MS && signalStartedAtMs > behind.forgottenAtMs;
}

/**
 * The first state of a ledger that follows one which was lost: it cannot know what that one had reserved, so no signal
 * that started before it is called the first.
 */
export function followLost(state: LedgerState, nowMs: number): LedgerState {
  return { ...state, forgottenAtMs: Math.max(state.forgottenAtMs, nowMs) };
}
