import type { LedgerEntry, LedgerState } from './state';
import { TIME_TO_LIVE_MAX_MS } from './state';
import type { TradingState } from './types';

/** A reservation should have ended this long after its signal's time to live. */
const OVERDUE_AFTER_MS = 300_000;
/** Health tells of at most this many. */
const OVERDUE_SHOWN_MAX = 20;

/** A reservation whose order should have ended. */
export interface OverdueEntry {
  readonly id: string;
  readonly purpose: string;
  /** How long it has been pending. */
  readonly ageMs: number;
}

/** What somebody has to know of a ledger to say whether it is well. Spans on its own clock. */
export interface LedgerHealth {
  readonly tradingState: TradingState;
  /** What was said when it was set last; absent: never set. */
  readonly tradingStateReason?: string;
  /** Since the venue's balances were last taken in, negative when the clock was set back since; absent: not known. */
  readonly balancesAgeMs?: number;
  readonly pending: number;
  /** Oldest first. */
  readonly overdue: readonly OverdueEntry[];
}

/** @param state of these rules, or of any before */
export function ledgerHealth(state: LedgerState, nowMs: number): LedgerHealth {
  const { tradingState, tradingStateChanges, reportedAtMs, pending } = state;
  const reason = tradingStateChanges.at(-1)?.reason;
  const overdue = pending.filter((entry) => nowMs > shouldEndAtMs(entry)).slice(0, OVERDUE_SHOWN_MAX);
  return {
    tradingState,
    ...(reason === undefined ? {} : { tradingStateReason: reason }),
    ...(reportedAtMs > 0 ? { balancesAgeMs: nowMs - reportedAtMs } : {}),
    pending: pending.length,
    overdue: overdue.map(({ reservation: { id, purpose, createdAtMs } }) => ({
      id,
      purpose,
      ageMs: Math.max(0, nowMs - createdAtMs),
    })),
  };
}

function shouldEndAtMs({ reservation, expiresAtMs }: LedgerEntry): number {
  return (expiresAtMs ?? reservation.createdAtMs + TIME_TO_LIVE_MAX_MS) + OVERDUE_AFTER_MS;
}
