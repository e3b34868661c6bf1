import { ALERT_RULES, type AlertRule } from './alert';
import { GROUP_WINDOW_MS, INHIBITIONS, type Inhibition } from './rules';
import type { Alert, AlertState } from './state';

/** Whether a row of the table lets the one explain the other. */
function explains(row: Inhibition, root: Alert, follower: Alert, clock: number): boolean {
  if (row.by !== root.rule || !row.of.includes(follower.rule)) return false;
  if (row.subject !== undefined && row.subject !== root.subject) return false;
  if (row.sameSubject && root.subject !== follower.subject) return false;
  if (row.sparesFacts && follower.isFact) return false;
  if (row.youngerOnly && follower.heldAt < root.heldAt - GROUP_WINDOW_MS) return false;
  return row.withinMs === undefined || clock - root.seenAt <= row.withinMs;
}

const ROWS_BY_FOLLOWER: Readonly<Partial<Record<AlertRule, readonly Inhibition[]>>> = Object.fromEntries(
  ALERT_RULES.map((rule) => [rule, INHIBITIONS.filter(({ of }) => of.includes(rule))]),
);

function rowsFor({ rule }: Alert): readonly Inhibition[] {
  return ROWS_BY_FOLLOWER[rule] ?? [];
}

/** What explains an alert now: others that fire, and others that do not hold for long enough yet to fire. */
export function rootsOf({ alerts, clock }: AlertState, follower: Alert): readonly Alert[] {
  const rows = rowsFor(follower);
  return rows.length === 0 ? [] : alerts.filter((root) => rows.some((row) => explains(row, root, follower, clock)));
}

/** The alerts that an alert explains now. */
export function followersOf({ alerts, clock }: AlertState, root: Alert): readonly Alert[] {
  return alerts.filter((follower) => rowsFor(follower).some((row) => explains(row, root, follower, clock)));
}

/** Whether it is worth a moment to wait for an explanation. */
export function mayBeExplained(alert: Alert): boolean {
  return rowsFor(alert).some(({ together, sparesFacts }) => !together && !(sparesFacts && alert.isFact));
}
