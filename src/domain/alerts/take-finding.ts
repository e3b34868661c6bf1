import type { Finding } from './alert';
import { RULE_TERMS } from './rules';
import {
  cut,
  FURTHER_SUBJECTS,
  SUBJECT_LENGTH_MAX,
  SUBJECTS_PER_RULE_MAX,
  TEXT_LENGTH_MAX,
  type Alert,
  type AlertState,
} from './state';

/** @returns the state with what was found; whether anybody is told is decided by time */
export function takeFinding(state: AlertState, finding: Finding): AlertState {
  const subject = keepableSubject(finding.subject);
  const known = state.alerts.find((alert) => alert.rule === finding.rule && alert.subject === subject);
  if (!finding.holds) return known === undefined ? state : clear(state, known, finding.text);
  if (known !== undefined) return replace(state, known, seenAgain(state, known, finding));
  const ofRule = state.alerts.filter(({ rule, subject: about }) => rule === finding.rule && about !== FURTHER_SUBJECTS);
  return ofRule.length < SUBJECTS_PER_RULE_MAX ? begin(state, finding, subject) : sumUp(state, finding, subject);
}

/** One that nobody can confuse with the alert that sums up. */
function keepableSubject(subject: string): string {
  return subject === FURTHER_SUBJECTS ? `"${subject}"` : cut(subject, SUBJECT_LENGTH_MAX);
}

function begin(state: AlertState, { rule, text, atMs, isFact }: Finding, subject: string): AlertState {
  const { clock, lastMs = atMs, nextAlert } = state;
  // A finding from the future is of a clock that was set back since.
  const sinceMs = Math.min(atMs, lastMs);
  const alert: Alert = {
    // Also after the state was lost, no number means two alerts.
    id: `${Math.max(0, Math.floor(sinceMs)).toString(36)}-${nextAlert}`,
    rule,
    subject,
    text: cut(text, TEXT_LENGTH_MAX),
    sinceMs,
    times: 1,
    told: 0,
    heldAt: clock,
    seenAt: clock,
    ...(isFact && { isFact }),
    ...(RULE_TERMS[rule].happens ? { firedAt: clock, clearAt: clock } : {}),
  };
  return { ...state, nextAlert: nextAlert + 1, alerts: [...state.alerts, alert] };
}

function seenAgain({ clock }: AlertState, alert: Alert, { rule, text, isFact }: Finding): Alert {
  const { clearAt, hushed, endText: _endText, ...rest } = alert;
  const isNew = clearAt !== undefined;
  const times = alert.times + (isNew ? 1 : 0);
  const seen = { ...rest, text: cut(text, TEXT_LENGTH_MAX), seenAt: clock, times, ...(isFact && { isFact }) };
  if (RULE_TERMS[rule].happens) return { ...seen, clearAt: clock };
  return hushed && !isNew ? { ...seen, hushed } : seen;
}

/** Subjects beyond the bound are not told apart: it is known that there are some, and the last of them. */
function sumUp(state: AlertState, finding: Finding, subject: string): AlertState {
  const text = `It is the same with more than ${SUBJECTS_PER_RULE_MAX} others; the last of them is ${subject}: ${finding.text}`;
  const known = state.alerts.find(({ rule, subject: about }) => rule === finding.rule && about === FURTHER_SUBJECTS);
  if (known !== undefined) return replace(state, known, seenAgain(state, known, { ...finding, text }));
  const begun = begin(state, { ...finding, text }, FURTHER_SUBJECTS);
  const alert = begun.alerts.at(-1)!;
  // What is so frequent needs no patience.
  return replace(begun, alert, { ...alert, firedAt: state.clock });
}

/** What does not hold for long enough yet is forgotten; an alert has to be gone for a while first. */
function clear(state: AlertState, alert: Alert, endText: string): AlertState {
  if (alert.firedAt === undefined) {
    return { ...state, alerts: state.alerts.filter((other) => other !== alert) };
  }
  return replace(state, alert, {
    ...alert,
    endText: cut(endText, TEXT_LENGTH_MAX),
    clearAt: alert.clearAt ?? state.clock,
  });
}

export function replace(state: AlertState, alert: Alert, by: Alert): AlertState {
  return { ...state, alerts: state.alerts.map((other) => (other === alert ? by : other)) };
}
