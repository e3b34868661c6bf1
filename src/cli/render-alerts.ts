import type { AlertRule } from '../domain/alerts/alert';
import { RULE_TERMS } from '../domain/alerts/rules';
import { isSilenced } from '../domain/alerts/silences';
import type { Alert, AlertState } from '../domain/alerts/state';
import type { FoundBook } from '../observability/alerts/book-file';
import type { SpooledFile } from '../observability/alerts/spool';
import { printable } from '../process/printable';
import { renderTable } from './table';

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function presentAlert(state: AlertState, alert: Alert) {
  const { id, rule, subject, text, sinceMs, times, told, firedAt, clearAt } = alert;
  return {
    id,
    rule,
    severity: RULE_TERMS[rule].severity,
    subject,
    state: firedAt === undefined ? 'pending' : clearAt === undefined ? 'firing' : 'ending',
    silenced: isSilenced(state, alert),
    since: isoTime(sinceMs),
    times,
    messages: told,
    text,
  };
}

/**
 * What `alerts list --json` shows.
 *
 * @param nowMs UTC, milliseconds: silences that are over are not shown, whoever keeps the book
 */
export function presentAlerts({ book, fault }: FoundBook, spool: readonly SpooledFile[], nowMs: number) {
  const { state, outboxes } = book;
  return {
    ...(fault === undefined ? {} : { fault: `The book of alerts ${fault}.` }),
    /** When the book was last written: at every look while something holds. */
    as_of: state.lastMs === undefined ? undefined : isoTime(state.lastMs),
    alerts: state.alerts.map((alert) => presentAlert(state, alert)),
    silences: state.silences
      .filter(({ untilMs }) => untilMs > nowMs)
      .map(({ rule, subject, reason, who, untilMs }) => ({ rule, subject, reason, who, until: isoTime(untilMs) })),
    waiting: Object.entries(outboxes).map(([channel, { waiting, dropped }]) => ({
      channel,
      messages: waiting.length,
      dropped: dropped?.count ?? 0,
    })),
    /** Left by processes, not in the book yet. */
    spooled: spool.length,
  };
}

type PresentedAlerts = ReturnType<typeof presentAlerts>;

/** The same for people. */
export function renderAlerts({ fault, alerts, silences, waiting, spooled }: PresentedAlerts): string {
  const rows = alerts.map(({ rule, subject, severity, state, silenced, since, text }) => [
    rule satisfies AlertRule,
    printable(subject),
    severity,
    silenced ? `${state}, silenced` : state,
    since.slice(0, 19),
    printable(text),
  ]);
  const table = renderTable([['RULE', 'ABOUT', 'SEVERITY', 'STATE', 'SINCE (UTC)', ''], ...rows]);
  return [
    ...(fault === undefined ? [] : [fault]),
    ...(alerts.length === 0 ? ['Nothing holds that people are told of.'] : table),
    ...silences.map(
      ({ rule, subject, until, who, reason }) =>
        `Silenced: ${rule}${subject === undefined ? '' : ` (${printable(subject)})`} until ${until} by ${printable(who)}: ${printable(reason)}`,
    ),
    ...waiting
      .filter(({ messages, dropped }) => messages + dropped > 0)
      .map(({ channel, messages, dropped }) => `Waiting for ${channel}: ${messages} messages, ${dropped} dropped.`),
    ...(spooled === 0
      ? []
      : [`Not taken in yet: ${spooled}; the process that keeps the book takes them in while it runs.`]),
  ].join('\n');
}
