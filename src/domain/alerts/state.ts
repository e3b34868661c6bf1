import type { AlertRule, Finding } from './alert';

/** Alerts of one rule that are told apart; what goes beyond is summed up in one more. */
export const SUBJECTS_PER_RULE_MAX = 20;
/** What the alert that sums up is about. No finding may use it. */
export const FURTHER_SUBJECTS = '(further)';
/** While it is told again at least this often that a further subject is concerned, the alert that sums up goes on. */
export const FURTHER_QUIET_MS = 2 * 60_000;
export const SILENCES_MAX = 50;
/** A silence ends by itself, at the latest after a week. */
export const SILENCE_MAX_MS = 7 * 86_400_000;
/** Characters; what is longer is cut. */
export const SUBJECT_LENGTH_MAX = 120;
export const TEXT_LENGTH_MAX = 600;
/**
 * At most so much time passes from one event to the next, whatever the clock says: while the machine slept or nobody looked,
 * nothing was seen to hold or to be gone, and a clock that was set ahead proves nothing either. Longer than from one look to the
 * next, and shorter than any patience: no gap makes an alert, nor an end of one.
 */
export const STEP_MAX_MS = 8_000;

/** One condition that holds, or that has not been gone for long enough. */
export interface Alert {
  readonly id: string;
  readonly rule: AlertRule;
  readonly subject: string;
  /** The newest sentence about it. */
  readonly text: string;
  /** Since when it holds, UTC, milliseconds: for people. */
  readonly sinceMs: number;
  /** How often it began to hold, or happened. */
  readonly times: number;
  /** What ended it, a sentence; absent: it holds, or nobody said. */
  readonly endText?: string;
  /** One of what was found of it was a fact, whatever else does not answer. */
  readonly isFact?: true;
  /** Messages so far. */
  readonly told: number;
  /** It was explained by another one, or silenced, while it held as it does now or did last: then its end is no news. */
  readonly hushed?: true;

  // Instants of the state's own clock.

  /** Since when it holds. */
  readonly heldAt: number;
  /** When it was last found to hold. */
  readonly seenAt: number;
  /** When it became an alert; absent: it does not hold for long enough yet. */
  readonly firedAt?: number;
  /** Since when it does not hold; absent: it does. */
  readonly clearAt?: number;
  /** When it is told again, and how long after the last time; absent: it was not told, or is not repeated. */
  readonly repeatAt?: number;
  readonly repeatAfterMs?: number;
}

/** In place of a rule: whatever the rule. */
export const EVERY_RULE = 'all';
export type SilencedRule = AlertRule | typeof EVERY_RULE;

/** Somebody does not want to hear of something for a while. */
export interface Silence {
  readonly rule: SilencedRule;
  /** Absent: whatever it is about. */
  readonly subject?: string;
  readonly reason: string;
  readonly who: string;
  /** UTC, milliseconds: for people, and where the clock is right. */
  readonly untilMs: number;
}

/** A silence with its end on the state's own clock, which counts where the other one was set back. */
export interface KeptSilence extends Silence {
  readonly endsAt: number;
}

/** All that is known of alerts. Plain data: it is written to a file as it is. */
export interface AlertState {
  /** The state's own clock, milliseconds since it began: it never goes back. */
  readonly clock: number;
  /** The machine's clock at the last event, UTC, milliseconds; absent: there was none. */
  readonly lastMs?: number;
  /** The next alert's number. */
  readonly nextAlert: number;
  /** Oldest first. */
  readonly alerts: readonly Alert[];
  readonly silences: readonly KeptSilence[];
}

/** What a state can hear of. */
export type AlertEvent =
  | { readonly kind: 'finding'; readonly finding: Finding }
  /** Nothing but time. */
  | { readonly kind: 'tick' }
  /** Whoever looks stops in good order, with all that is looked at. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'silence'; readonly silence: Silence }
  | { readonly kind: 'unsilence'; readonly rule: SilencedRule; readonly subject?: string };

export function emptyAlerts(): AlertState {
  return { clock: 0, nextAlert: 1, alerts: [], silences: [] };
}

/** Whether nothing in it changes with time, so that it need not be written down again for the time alone. */
export function isQuiet({ alerts, silences }: AlertState): boolean {
  return alerts.length === 0 && silences.length === 0;
}

/** The state at another instant: time goes on by what has passed, never back, and never by more than STEP_MAX_MS. */
export function atTime(state: AlertState, nowMs: number): AlertState {
  const passedMs = state.lastMs === undefined ? 0 : nowMs - state.lastMs;
  const clock = state.clock + Math.min(Math.max(0, passedMs), STEP_MAX_MS);
  return { ...state, clock, lastMs: nowMs };
}

/** As much of a text as is kept. */
export function cut(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text;
}
