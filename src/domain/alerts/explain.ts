import { ALERT_RULES, type AlertRule } from './alert';
import { GROUP_WINDOW_MS, INHIBITIONS, RULE_TERMS, type Inhibition } from './rules';
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

/** Whether what an alert is about has been gone for long enough, so that the next thing that happens ends it. */
export function isOver({ rule, clearAt, firedAt }: Alert, clock: number): boolean {
  return firedAt !== undefined && clearAt !== undefined && clock - clearAt >= RULE_TERMS[rule].keepMs;
}

/**
 * What explains an alert now: others that fire, and others that do not hold for long enough yet to fire. What is over explains
 * nothing that comes in the very step in which it ends.
 */
export function rootsOf({ alerts, clock }: AlertState, follower: Alert): readonly Alert[] {
  const rows = rowsFor(follower);
  if (rows.length === 0) return [];
  return alerts.filter((root) => !isOver(root, clock) && rows.some((row) => explains(row, root, follower, clock)));
}

/** The alerts that an alert explains now. */
export function followersOf({ alerts, clock }: AlertState, root: Alert): readonly Alert[] {
  return alerts.filter((follower) => rowsFor(follower).some((row) => explains(row, root, follower, clock)));
}

/** Whether it is worth a moment to wait for an explanation. */
export function mayBeExplained(alert: Alert): boolean {
  return rowsFor(alert).some(({ together, sparesFacts }) => !together && !(sparesFacts && alert.isFact));
}
