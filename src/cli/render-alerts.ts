import type { AlertRule } from '../domain/alerts/alert';
import { RULE_TERMS } from '../domain/alerts/rules';
import type { AlertBook } from '../domain/alerts/book';
import type { Outbox } from '../domain/alerts/outbox';
import { isSilenced } from '../domain/alerts/silences';
import type { Alert } from '../domain/alerts/state';
import type { AlertsFound } from '../observability/alerts/look-at-alerts';
import { printable } from '../process/printable';
import { renderTable } from './table';

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function presentAlert({ state, outboxes }: AlertBook, alert: Alert) {
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
    /** Channels that took a message about it, and those that one waits for. */
    told: channelsThat(outboxes, ({ heard }) => heard.includes(id)),
    waiting: channelsThat(
      outboxes,
      ({ heard, waiting }) => !heard.includes(id) && waiting.some(({ alertId }) => alertId === id),
    ),
    text,
  };
}

function channelsThat(outboxes: AlertBook['outboxes'], knows: (outbox: Outbox) => boolean): readonly string[] {
  return Object.entries(outboxes).flatMap(([name, outbox]) => (knows(outbox) ? [name] : []));
}

/**
 * What `alerts list --json` shows.
 *
 * @param nowMs UTC, milliseconds: silences that are over are not shown, whoever keeps the book
 */
export function presentAlerts({ found: { book }, spool, unknown }: AlertsFound, nowMs: number) {
  const { state, outboxes } = book;
  return {
    /** Why this is not all; empty: it is. */
    unknown,
    /** When the book was last written: at every look while something holds. */
    as_of: state.lastMs === undefined ? undefined : isoTime(state.lastMs),
    alerts: state.alerts.map((alert) => presentAlert(book, alert)),
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

const NOT_KNOWN = 'What holds is not known: "oncefill status" shows how the parts are.';

/** The same for people. */
export function renderAlerts({ unknown, alerts, silences, waiting, spooled }: PresentedAlerts): string {
  const rows = alerts.map(({ rule, subject, severity, state, silenced, since, text, ...of }) => [
    rule satisfies AlertRule,
    printable(subject),
    severity,
    silenced ? `${state}, silenced` : state,
    since.slice(0, 19),
    [...of.told, ...of.waiting.map((name) => `${name} waits`)].join(', ') || 'nobody',
    printable(text),
  ]);
  const table = renderTable([['RULE', 'ABOUT', 'SEVERITY', 'STATE', 'SINCE (UTC)', 'TOLD', ''], ...rows]);
  return [
    ...unknown,
    ...(alerts.length > 0 ? table : [unknown.length > 0 ? NOT_KNOWN : 'Nothing holds that people are told of.']),
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
