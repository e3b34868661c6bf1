import { ALERT_RULES, type AlertRule, type Notice } from '../domain/alerts/alert';

/** What a trigger lets through: rules by their name, or all of a severity. */
interface Selection {
  readonly rules: readonly AlertRule[];
  readonly severities: readonly Notice['severity'][];
}

function rules(...names: AlertRule[]): Selection {
  return { rules: names, severities: [] };
}

function severities(...names: Notice['severity'][]): Selection {
  return { rules: [], severities: names };
}

/** The names that users know, and what each stands for. */
const NAMED: Readonly<Record<string, Selection>> = {
  all: severities('critical', 'warning'),
  critical: severities('critical'),
  warning: severities('warning'),
  critical_error: severities('critical'),
  worker_offline: rules('heartbeat_lost', 'crash_loop'),
  worker_restart: rules('process_died', 'crash_loop'),
  high_error_rate: rules('errors_frequent'),
  low_balance: rules('balance_low'),
  rate_limit_exceeded: rules('venue_banned'),
};

/** Every word that may stand under `triggers`: the names that users know, and each rule by its own. */
export const ALERT_TRIGGERS: readonly string[] = [...Object.keys(NAMED), ...ALERT_RULES];

/**
 * Whether a channel with these triggers gets a message. It goes by the rule and the severity alone, which are the same for
 * all messages about an alert.
 *
 * @param triggers names out of ALERT_TRIGGERS; others let nothing through
 */
export function isTriggered(
  triggers: readonly string[],
  { rule, severity }: Pick<Notice, 'rule' | 'severity'>,
): boolean {
  return triggers.some((trigger) => {
    if (trigger === rule) return true;
    const selection = Object.hasOwn(NAMED, trigger) ? NAMED[trigger] : undefined;
    return selection !== undefined && (selection.rules.includes(rule) || selection.severities.includes(severity));
  });
}
