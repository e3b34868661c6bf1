import { ALERT_RULES, type AlertRule, type Notice } from '../domain/alerts/alert';

/** Every alert. */
export const ALL_TRIGGERS = 'all';
/** Every alert of the highest severity, whatever its rule. */
const CRITICAL_TRIGGER = 'critical_error';

/** Names that stand for several rules, or say one of them in another word. */
const RULES_OF_TRIGGER: Readonly<Record<string, readonly AlertRule[]>> = {
  worker_offline: ['heartbeat_lost', 'crash_loop'],
  worker_restart: ['process_died', 'crash_loop'],
  high_error_rate: ['errors_frequent'],
  low_balance: ['balance_low'],
  rate_limit_exceeded: ['venue_banned'],
};

/** What may stand in a channel's list of triggers. */
export const TRIGGERS: readonly string[] = [
  ALL_TRIGGERS,
  CRITICAL_TRIGGER,
  ...Object.keys(RULES_OF_TRIGGER),
  ...ALERT_RULES,
];

/**
 * Whether one of a channel's triggers stands for an alert. Rule and severity alone decide, so that who heard of an alert hears of
 * its end.
 */
export function isTriggered(
  triggers: readonly string[],
  { rule, severity }: Pick<Notice, 'rule' | 'severity'>,
): boolean {
  return triggers.some(
    (trigger) =>
      trigger === ALL_TRIGGERS ||
      trigger === rule ||
      (trigger === CRITICAL_TRIGGER && severity === 'critical') ||
      (Object.hasOwn(RULES_OF_TRIGGER, trigger) && RULES_OF_TRIGGER[trigger]?.includes(rule)),
  );
}
