/** The conditions that a person is told of. The names are used in settings, silences, messages and metrics. */
export const ALERT_RULES = [
  /** A process sends no heartbeat any more. */
  'heartbeat_lost',
  /** A process died and was started again. */
  'process_died',
  /** A process dies again and again. */
  'crash_loop',
  'errors_frequent',
  'memory_high',
  'disk_full',
  'temporal_unreachable',
  'venue_unreachable',
  'venue_banned',
  'key_refused',
  'key_ends_soon',
  /** The account at the venue is not fit for new positions. */
  'entries_stopped',
  'clock_off',
  'order_unknown',
  'reservation_orphaned',
  'balances_old',
  'balance_low',
  'predictions_missing',
  /** A position has no stop at the exchange. */
  'position_unprotected',
  /** A position that nobody here opened. */
  'position_foreign',
  /** The exchange closed a position by force. */
  'position_taken',
  /** What is open was not reported for too long. */
  'positions_old',
  /** A bound of loss is reached: no entry is taken until its end. */
  'risk_limit',
  /** What was known of alerts could not be read any more. */
  'alert_book_damaged',
] as const;

export type AlertRule = (typeof ALERT_RULES)[number];

export type Severity = 'critical' | 'warning';

/** What somebody saw of one condition at one moment. */
export interface Finding {
  readonly rule: AlertRule;
  /** What it is about: a component, a venue, a fingerprint, a folder. */
  readonly subject: string;
  /** Whether the condition holds; what is not known is no finding. */
  readonly holds: boolean;
  /** One sentence for people: what is wrong, with which value, what to do. Where it does not hold: what ended it, or is so now. */
  readonly text: string;
  /** Its own cause is known, and no server that does not answer explains it: who tells of it did it itself, or saw it. */
  readonly isFact?: true;
  /** UTC, milliseconds. */
  readonly atMs: number;
}

/** One message about an alert, for every channel that wants it. */
export interface Notice {
  /** The alert's: the same in all messages about it, also after a crash. */
  readonly alertId: string;
  readonly kind: 'firing' | 'repeated' | 'resolved';
  /** Counts the messages about this alert from 1: a message that comes twice has the same number. */
  readonly number: number;
  readonly rule: AlertRule;
  readonly severity: Severity;
  readonly subject: string;
  readonly text: string;
  /** Since when the condition holds, UTC, milliseconds. */
  readonly sinceMs: number;
  /** When the message was made, UTC, milliseconds. */
  readonly atMs: number;
}
