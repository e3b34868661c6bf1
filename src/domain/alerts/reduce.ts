import type { Notice } from './alert';
import { followersOf, isOver, mayBeExplained, rootsOf } from './explain';
import { GROUP_WINDOW_MS, REPEAT_FIRST_MS, REPEAT_MAX_MS, RULE_TERMS } from './rules';
import { endSilences, isSilenced, removeSilence, takeSilence } from './silences';
import { atTime, cut, FURTHER_QUIET_MS, FURTHER_SUBJECTS, type Alert, type AlertEvent, type AlertState } from './state';
import { takeFinding } from './take-finding';

/** Characters of a message; what is longer is cut. */
const NOTICE_LENGTH_MAX = 1_000;
/** A message names at most so many of those that its alert explains. */
const FOLLOWERS_NAMED_MAX = 5;

export interface AlertStep {
  readonly state: AlertState;
  /** What people have to be told now, in this order. */
  readonly notices: readonly Notice[];
}

/**
 * What follows from an event, and from the time that has passed until then.
 *
 * @param nowMs the machine's clock, UTC, milliseconds; where it was set back, time stands still for one event
 */
export function reduceAlerts(before: AlertState, event: AlertEvent, nowMs: number): AlertStep {
  const state = endSilences(take(endSummaries(atTime(before, nowMs)), event), nowMs);
  return tell(fire(state), nowMs);
}

function take(state: AlertState, event: AlertEvent): AlertState {
  switch (event.kind) {
    case 'finding':
      return takeFinding(state, event.finding);
    case 'silence':
      return takeSilence(state, event.silence);
    case 'unsilence':
      return removeSilence(state, event);
    case 'stop':
      return forgetPending(state);
    case 'tick':
      return state;
  }
}

/**
 * What does not hold for long enough yet is forgotten: a stop may be all that it was, and the time until the next start, in which
 * nobody looks, is none in which it held. What still holds then is found anew.
 */
function forgetPending(state: AlertState): AlertState {
  const alerts = state.alerts.filter(({ firedAt }) => firedAt !== undefined);
  return alerts.length === state.alerts.length ? state : { ...state, alerts };
}

/** Nobody says of the subjects that were summed up that they are well: it is taken from nobody saying the contrary. */
function endSummaries(state: AlertState): AlertState {
  const { alerts, clock } = state;
  const isOver = ({ subject, clearAt, seenAt }: Alert): boolean =>
    subject === FURTHER_SUBJECTS && clearAt === undefined && clock - seenAt >= FURTHER_QUIET_MS;
  return alerts.some(isOver)
    ? { ...state, alerts: alerts.map((alert) => (isOver(alert) ? { ...alert, clearAt: clock } : alert)) }
    : state;
}

function fire(state: AlertState): AlertState {
  const { alerts, clock } = state;
  const isDue = ({ rule, firedAt, heldAt }: Alert): boolean =>
    firedAt === undefined && clock - heldAt >= RULE_TERMS[rule].forMs;
  return alerts.some(isDue)
    ? { ...state, alerts: alerts.map((alert) => (isDue(alert) ? { ...alert, firedAt: clock } : alert)) }
    : state;
}

function tell(state: AlertState, nowMs: number): AlertStep {
  const notices: Notice[] = [];
  const kept: Alert[] = [];
  for (const alert of state.alerts) {
    const now = tellOf(state, alert, nowMs, notices);
    if (now !== undefined) kept.push(now);
  }
  const { alerts } = state;
  // The same list where nothing changed: whoever writes it down can tell.
  const isSame = kept.length === alerts.length && kept.every((alert, index) => alert === alerts[index]);
  return { state: isSame ? state : { ...state, alerts: kept }, notices };
}

/** @returns undefined: the alert is over */
function tellOf(state: AlertState, alert: Alert, nowMs: number, notices: Notice[]): Alert | undefined {
  const { clock } = state;
  const { firedAt } = alert;
  if (firedAt === undefined) return alert;
  const isEnded = isOver(alert, clock);
  let current = alert;
  const say = (kind: Notice['kind']): void => {
    current = { ...current, told: current.told + 1 };
    notices.push(noticeOf(state, current, kind, nowMs));
  };
  if (isHushed(state, alert)) {
    current = alert.hushed ? alert : { ...alert, hushed: true };
  } else if (alert.told === 0 && isHeard(state, alert, firedAt, isEnded)) {
    say('firing');
    current = { ...current, ...nextRepeat(alert, clock) };
  } else if (!isEnded && isRepeated(state, alert)) {
    say('repeated');
    current = { ...current, ...nextRepeat(alert, clock) };
  }
  if (!isEnded) return current;
  // Whoever heard of it hears the end of it, silenced or not.
  if (current.told > 0) say('resolved');
  return undefined;
}

/**
 * A first message about each alert that others were told of and that holds, or happened a while ago, as it is now.
 *
 * @param isMeant by the alert's id, of which it is asked at all
 */
export function firstNotices(state: AlertState, nowMs: number, isMeant: (id: string) => boolean): readonly Notice[] {
  return state.alerts
    .filter(({ id, told, clearAt, rule }) => {
      return told > 0 && (clearAt === undefined || RULE_TERMS[rule].happens === true) && isMeant(id);
    })
    .filter((alert) => !isHushed(state, alert))
    .map((alert) => noticeOf(state, alert, 'firing', nowMs));
}

/** Nobody is to hear of it now: it is silenced, or an alert explains it. */
function isHushed(state: AlertState, alert: Alert): boolean {
  return isSilenced(state, alert) || rootsOf(state, alert).some((root) => root.firedAt !== undefined);
}

/** Whether the first message about an alert is sent now. */
function isHeard(state: AlertState, alert: Alert, firedAt: number, isEnded: boolean): boolean {
  if (alert.hushed && alert.clearAt !== undefined) return false;
  // What is over cannot wait for what may explain it.
  if (isEnded) return true;
  if (rootsOf(state, alert).length > 0) return false;
  return !mayBeExplained(alert) || state.clock - firedAt >= GROUP_WINDOW_MS;
}

function isRepeated(state: AlertState, { repeatAt, clearAt }: Alert): boolean {
  return repeatAt !== undefined && clearAt === undefined && state.clock >= repeatAt;
}

function nextRepeat({ rule, repeatAfterMs }: Alert, clock: number): Partial<Alert> {
  if (RULE_TERMS[rule].severity !== 'critical') return {};
  const afterMs = repeatAfterMs === undefined ? REPEAT_FIRST_MS : Math.min(2 * repeatAfterMs, REPEAT_MAX_MS);
  return { repeatAt: clock + afterMs, repeatAfterMs: afterMs };
}

function noticeOf(state: AlertState, alert: Alert, kind: Notice['kind'], nowMs: number): Notice {
  const { id, rule, subject, told, sinceMs } = alert;
  const text = cut(
    [whatHappened(alert, kind), ...timesText(alert), ...followersText(state, alert)].join(' '),
    NOTICE_LENGTH_MAX,
  );
  const { severity } = RULE_TERMS[rule];
  return { alertId: id, kind, number: told, rule, severity, subject, text, sinceMs, atMs: nowMs };
}

/** What is over was: its sentence speaks of when it held. */
function whatHappened({ text, endText }: Alert, kind: Notice['kind']): string {
  if (kind !== 'resolved') return text;
  return `It is over${endText === undefined ? '.' : `: ${endText}`} Until then: ${text}`;
}

function timesText({ times, sinceMs }: Alert): readonly string[] {
  if (times === 1) return [];
  return [`It came ${times} times since ${new Date(sinceMs).toISOString().slice(0, 19)}Z.`];
}

/** What has no message of its own because of this one. */
function followersText(state: AlertState, alert: Alert): readonly string[] {
  const followers = followersOf(state, alert).filter(({ told }) => told === 0);
  if (followers.length === 0) return [];
  const named = followers.slice(0, FOLLOWERS_NAMED_MAX).map(({ rule, subject }) => `${rule} (${subject})`);
  const more = followers.length > FOLLOWERS_NAMED_MAX ? ` and ${followers.length - FOLLOWERS_NAMED_MAX} more` : '';
  return [`This explains ${named.join(', ')}${more}.`];
}
