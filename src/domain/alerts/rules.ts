import type { AlertRule, Severity } from './alert';
import type { AlertState } from './state';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** When a condition becomes an alert, and when the alert is over. Spans are of the state's own clock. */
export interface RuleTerms {
  readonly severity: Severity;
  /** The condition holds for so long without a break before the alert fires. */
  readonly forMs: number;
  /** The condition has to be gone for so long without a break before the alert is resolved. */
  readonly keepMs: number;
  /** It happens at a moment and is over: every finding counts anew, and none is needed that says that it is over. */
  readonly happens?: true;
  /** It is about the product itself, not about money, an exchange or one order: while it is open, not all is well. */
  readonly stopsPing?: true;
}

/**
 * How old a heartbeat, an order or balances may be, how full a disk: that is for whoever finds it. What stands here is how
 * patient we are with what was found.
 */
export const RULE_TERMS: Readonly<Record<AlertRule, RuleTerms>> = {
  heartbeat_lost: { severity: 'critical', forMs: 0, keepMs: 30 * SECOND_MS, stopsPing: true },
  process_died: { severity: 'warning', forMs: 0, keepMs: 10 * MINUTE_MS, happens: true },
  crash_loop: { severity: 'critical', forMs: 0, keepMs: 10 * MINUTE_MS, stopsPing: true },
  errors_frequent: { severity: 'warning', forMs: 0, keepMs: 5 * MINUTE_MS },
  memory_high: { severity: 'warning', forMs: 60 * SECOND_MS, keepMs: 5 * MINUTE_MS },
  disk_full: { severity: 'critical', forMs: 0, keepMs: 60 * SECOND_MS, stopsPing: true },
  temporal_unreachable: { severity: 'critical', forMs: 15 * SECOND_MS, keepMs: 30 * SECOND_MS, stopsPing: true },
  venue_unreachable: { severity: 'critical', forMs: 0, keepMs: 60 * SECOND_MS },
  venue_banned: { severity: 'critical', forMs: 0, keepMs: 60 * SECOND_MS },
  key_refused: { severity: 'critical', forMs: 0, keepMs: 60 * SECOND_MS },
  key_ends_soon: { severity: 'warning', forMs: 0, keepMs: 60 * MINUTE_MS },
  entries_stopped: { severity: 'critical', forMs: 0, keepMs: 60 * SECOND_MS },
  clock_off: { severity: 'warning', forMs: 10 * SECOND_MS, keepMs: 60 * SECOND_MS },
  order_unknown: { severity: 'critical', forMs: 0, keepMs: 30 * SECOND_MS },
  reservation_orphaned: { severity: 'warning', forMs: 0, keepMs: 60 * SECOND_MS },
  balances_old: { severity: 'warning', forMs: 30 * SECOND_MS, keepMs: 60 * SECOND_MS },
  balance_low: { severity: 'warning', forMs: 30 * SECOND_MS, keepMs: 10 * MINUTE_MS },
  predictions_missing: { severity: 'warning', forMs: 0, keepMs: 60 * SECOND_MS },
  // A stop that is set again takes a report and a request; the account and the position's workflow are patient on their own.
  position_unprotected: { severity: 'critical', forMs: 10 * SECOND_MS, keepMs: 30 * SECOND_MS },
  position_foreign: { severity: 'warning', forMs: 0, keepMs: 60 * SECOND_MS },
  position_taken: { severity: 'critical', forMs: 0, keepMs: 60 * SECOND_MS },
  positions_old: { severity: 'critical', forMs: 30 * SECOND_MS, keepMs: 60 * SECOND_MS },
  risk_limit: { severity: 'warning', forMs: 0, keepMs: 60 * SECOND_MS },
  alert_book_damaged: { severity: 'warning', forMs: 0, keepMs: 10 * MINUTE_MS, happens: true },
};

/**
 * Rules whose alerts are open and are about the product itself: until they are resolved nobody may be told that all is well, whether
 * people heard of them, silenced them, or another alert explains them.
 */
export function rulesAgainstPing({ alerts }: Pick<AlertState, 'alerts'>): readonly AlertRule[] {
  const open = alerts.filter(({ rule, firedAt }) => firedAt !== undefined && RULE_TERMS[rule].stopsPing);
  return [...new Set(open.map(({ rule }) => rule))];
}

/** One condition explains another, which then needs no message of its own. */
export interface Inhibition {
  readonly by: AlertRule;
  /** Only where it is about this; absent: about anything. */
  readonly subject?: string;
  readonly of: readonly AlertRule[];
  /** Only what is about the same subject. */
  readonly sameSubject?: true;
  /** Only for so long after the condition was last found: what a death explains ends with the next life. */
  readonly withinMs?: number;
  /** Not what is a fact by itself. */
  readonly sparesFacts?: true;
  /** Only what began while this held already, or a moment before it was found. */
  readonly youngerOnly?: true;
  /** Whoever finds the one finds the other at the same moment, so that there is nothing to wait for. */
  readonly together?: true;
}

export const INHIBITIONS: readonly Inhibition[] = [
  { by: 'temporal_unreachable', of: ['heartbeat_lost'], sparesFacts: true },
  // Who loses its slot leaves. That is found by itself, so that a death has to wait for nothing that is not known yet.
  { by: 'temporal_unreachable', of: ['process_died'], sparesFacts: true, together: true },
  { by: 'temporal_unreachable', of: ['balances_old', 'positions_old', 'predictions_missing'] },
  { by: 'venue_unreachable', of: ['balances_old', 'positions_old', 'predictions_missing', 'entries_stopped'] },
  { by: 'venue_unreachable', of: ['order_unknown', 'reservation_orphaned'], youngerOnly: true },
  { by: 'venue_banned', of: ['balances_old', 'positions_old', 'predictions_missing', 'entries_stopped'] },
  { by: 'venue_banned', of: ['order_unknown', 'reservation_orphaned'], youngerOnly: true },
  { by: 'key_refused', of: ['balances_old', 'positions_old', 'entries_stopped'] },
  { by: 'crash_loop', of: ['heartbeat_lost', 'process_died'], sameSubject: true, together: true },
  { by: 'process_died', of: ['heartbeat_lost'], sameSubject: true, withinMs: 2 * MINUTE_MS },
  { by: 'crash_loop', subject: 'trading_engine', of: ['balances_old', 'positions_old', 'predictions_missing'] },
  { by: 'heartbeat_lost', subject: 'trading_engine', of: ['balances_old', 'positions_old', 'predictions_missing'] },
  { by: 'crash_loop', subject: 'ml_manager', of: ['predictions_missing'] },
  { by: 'heartbeat_lost', subject: 'ml_manager', of: ['predictions_missing'] },
];

/** What may have been explained waits so long for its explanation: the death of a server is one message, not six. */
export const GROUP_WINDOW_MS = 10 * SECOND_MS;

/** A critical alert that stays is told again after this, and then each time after twice as long, */
export const REPEAT_FIRST_MS = 15 * MINUTE_MS;
/** at least this often. */
export const REPEAT_MAX_MS = 4 * 60 * MINUTE_MS;
