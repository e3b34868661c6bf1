import {
  EVERY_RULE,
  SILENCE_MAX_MS,
  SILENCES_MAX,
  type Alert,
  type AlertState,
  type KeptSilence,
  type Silence,
  type SilencedRule,
} from './state';

/** What a silence is about. */
interface Target {
  readonly rule: SilencedRule;
  readonly subject?: string;
}

function isSame(one: Target, other: Target): boolean {
  return one.rule === other.rule && one.subject === other.subject;
}

/**
 * A silence takes the place of an older one about the same. One too many is not taken: rather a message too many than one
 * too few.
 */
export function takeSilence(state: AlertState, silence: Silence): AlertState {
  const { clock, lastMs = silence.untilMs } = state;
  const others = state.silences.filter((other) => !isSame(other, silence));
  const lastsMs = Math.min(silence.untilMs - lastMs, SILENCE_MAX_MS);
  if (!(lastsMs > 0) || others.length >= SILENCES_MAX) return state;
  const kept: KeptSilence = { ...silence, untilMs: lastMs + lastsMs, endsAt: clock + lastsMs };
  return { ...state, silences: [...others, kept] };
}

export function removeSilence(state: AlertState, target: Target): AlertState {
  return { ...state, silences: state.silences.filter((other) => !isSame(other, target)) };
}

/** A silence is over as soon as either clock says so. */
export function endSilences(state: AlertState, nowMs: number): AlertState {
  const { silences, clock } = state;
  const lasts = ({ untilMs, endsAt }: KeptSilence): boolean => nowMs < untilMs && clock < endsAt;
  return silences.every(lasts) ? state : { ...state, silences: silences.filter(lasts) };
}

export function isSilenced({ silences }: AlertState, { rule, subject }: Alert): boolean {
  return silences.some(
    (silence) => (silence.rule === rule || silence.rule === EVERY_RULE) && (silence.subject ?? subject) === subject,
  );
}
