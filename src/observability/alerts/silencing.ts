import {
  EVERY_RULE,
  SILENCES_MAX,
  SUBJECT_LENGTH_MAX,
  type AlertState,
  type Silence,
  type SilencedRule,
} from '../../domain/alerts/state';
import { quoteValue } from '../../domain/quote-value';
import { faultOfReadableText, faultOfReason } from '../../domain/readable-text';
import { printable } from '../../process/printable';
import { lookAtAlerts, stateAfterSpool } from './look-at-alerts';
import { leaveEvent } from './spool';

/** Of those that a sentence names. */
const SUBJECTS_NAMED_MAX = 10;

/** A silence makes no sense, or cannot be. The message says what to do. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';

  constructor(
    readonly code: 'INVALID' | 'TOO_MANY' | 'NOT_FOUND',
    message: string,
  ) {
    super(message);
  }
}

/** What is to be done, checked; `leave` does it, once it is written down who does. */
export interface SilencePlan {
  /** For the audit. */
  readonly target: string;
  readonly reason: string;
  /** For the audit, once it is done. */
  readonly detail?: string;
  /** @throws the file system's error */
  readonly leave: () => void;
  /** What is true then. */
  readonly done: string;
  /** What a person may have meant instead. */
  readonly hint?: string;
}

export interface SilenceWish {
  readonly rule: SilencedRule;
  readonly subject?: string;
  /** Milliseconds. */
  readonly spanMs: number;
  readonly reason: string;
  readonly who: string;
}

/**
 * Nobody is told of a condition for a while.
 *
 * @param nowMs milliseconds UTC
 * @throws SilenceError
 */
export function planSilence(dataDir: string, wish: SilenceWish, nowMs: number): SilencePlan {
  const { rule, subject, spanMs, who } = wish;
  const reason = wish.reason.trim();
  checkTexts(reason, subject);
  const state = stateAfterSpool(lookAtAlerts(dataDir), nowMs);
  const isNew = !state.silences.some((other) => other.rule === rule && other.subject === subject);
  if (isNew && state.silences.length >= SILENCES_MAX) {
    const message = `There are ${SILENCES_MAX} silences already: take one back with "oncefill alerts unsilence".`;
    throw new SilenceError('TOO_MANY', message);
  }
  const untilMs = nowMs + spanMs;
  const until = new Date(untilMs).toISOString();
  const about = ofSubject(subject);
  return {
    target: targetOf(rule, subject),
    reason,
    detail: `until ${until}`,
    leave: () => leaveEvent(dataDir, { kind: 'silence', silence: { rule, ...about, reason, who, untilMs } }),
    done: `Nobody is told of ${inWords({ rule, subject })} until ${until}; "oncefill alerts list" shows it all the same.`,
    hint: hintOfSubject(rule, subject, state),
  };
}

/**
 * Takes a silence back.
 *
 * @param nowMs milliseconds UTC
 * @throws SilenceError
 */
export function planUnsilence(
  dataDir: string,
  { rule, subject }: Pick<Silence, 'rule' | 'subject'>,
  nowMs: number,
): SilencePlan {
  checkTexts(undefined, subject);
  const looked = lookAtAlerts(dataDir);
  const state = stateAfterSpool(looked, nowMs);
  // Of what cannot be read it is not known whether it is silenced.
  if (looked.unknown.length === 0) checkSilenced({ rule, subject }, state);
  const left = state.silences.filter((other) => other.rule === EVERY_RULE || other.rule === rule).length - 1;
  const more = left > 0 ? ' Other silences about it still stand: "oncefill alerts list".' : '';
  return {
    target: targetOf(rule, subject),
    reason: '',
    leave: () => leaveEvent(dataDir, { kind: 'unsilence', rule, ...ofSubject(subject) }),
    done: `The silence of ${inWords({ rule, subject })} is taken back: who is concerned is told again from now on.${more}`,
  };
}

function ofSubject(subject: string | undefined): { readonly subject?: string } {
  return subject === undefined ? {} : { subject };
}

function targetOf(rule: SilencedRule, subject: string | undefined): string {
  return subject === undefined ? rule : `${rule} (${subject})`;
}

function checkTexts(reason: string | undefined, subject: string | undefined): void {
  const fault = reason === undefined ? undefined : faultOfReason(reason);
  if (fault !== undefined) throw new SilenceError('INVALID', `The reason cannot be kept: it ${fault}.`);
  if (subject === undefined) return;
  const tooLong = subject.length > SUBJECT_LENGTH_MAX ? `has more than ${SUBJECT_LENGTH_MAX} characters` : undefined;
  const unfit = faultOfReadableText(subject) ?? tooLong;
  if (unfit === undefined) return;
  throw new SilenceError('INVALID', `The subject ${quoteValue(subject)} cannot be meant: it ${unfit}.`);
}

/** What a silence is about, in words. */
function inWords({ rule, subject }: Pick<Silence, 'rule' | 'subject'>): string {
  const what = rule === EVERY_RULE ? 'any alert' : rule;
  return subject === undefined ? what : `${what} (${printable(subject)})`;
}

/** A subject that nothing is about now may be meant for later, or be a slip. */
function hintOfSubject(rule: SilencedRule, subject: string | undefined, { alerts }: AlertState): string | undefined {
  const subjects = alerts.filter((alert) => rule === EVERY_RULE || alert.rule === rule).map((alert) => alert.subject);
  if (subject === undefined || subjects.includes(subject)) return undefined;
  const named = [...new Set(subjects)].slice(0, SUBJECTS_NAMED_MAX).map(printable).join(', ');
  const others = named === '' ? 'it holds about nothing' : `it holds about ${named}`;
  return `Is the subject right? ${rule === EVERY_RULE ? 'No alert' : rule} is about ${printable(subject)} now: ${others}.`;
}

/** @throws SilenceError where there is no such silence */
function checkSilenced(target: Pick<Silence, 'rule' | 'subject'>, { silences }: AlertState): void {
  const { rule, subject } = target;
  if (silences.some((other) => other.rule === rule && other.subject === subject)) return;
  const near = silences.filter((other) => other.rule === rule || other.rule === EVERY_RULE || rule === EVERY_RULE);
  const named = near.slice(0, SUBJECTS_NAMED_MAX).map((other) => {
    const option = other.subject === undefined ? '' : ` --subject ${quoteValue(other.subject)}`;
    return `"oncefill alerts unsilence ${other.rule}${option}"`;
  });
  const stands = named.length === 0 ? '' : ` What stands is taken back by ${named.join(', ')}.`;
  throw new SilenceError('NOT_FOUND', `No silence of ${inWords(target)} stands, so none was taken back.${stands}`);
}
