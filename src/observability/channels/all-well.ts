/** What the dead man's switch goes by. What is not known is not well. */
export interface Wellbeing {
  readonly doesTemporalAnswer: boolean | 'unknown';
  /** How old the trading engine's last heartbeat is, milliseconds. */
  readonly engineHeartbeatAgeMs: number | 'not planned' | 'unknown';
  /** How long the oldest message has waited for its channel, milliseconds. */
  readonly oldestMessageAgeMs: number | 'none waits' | 'unknown';
  /** Rules of alerts that are open and are about the product itself. */
  readonly openRules: readonly string[] | 'unknown';
}

/** A heartbeat that is older is none, however long the supervisor waits for one. */
export const HEARTBEAT_AGE_MAX_MS = 60_000;
/** A message that waits longer does not reach people: the silence has to. */
export const MESSAGE_AGE_MAX_MS = 15 * 60_000;

function isYoung(ageMs: number | string, ageMaxMs: number): boolean {
  return typeof ageMs === 'number' && ageMs <= ageMaxMs;
}

/**
 * Why somebody outside should be alarmed: the ends of sentences. Pure.
 *
 * @returns none: all is well
 */
export function whatIsNotWell(seen: Wellbeing): readonly string[] {
  const { doesTemporalAnswer, engineHeartbeatAgeMs, oldestMessageAgeMs, openRules } = seen;
  const engine = engineHeartbeatAgeMs === 'not planned' || isYoung(engineHeartbeatAgeMs, HEARTBEAT_AGE_MAX_MS);
  const outbox = oldestMessageAgeMs === 'none waits' || isYoung(oldestMessageAgeMs, MESSAGE_AGE_MAX_MS);
  return [
    ...(doesTemporalAnswer === true ? [] : ['the Temporal server does not answer']),
    ...(engine ? [] : ['the trading engine sends no heartbeat']),
    ...(outbox ? [] : ['messages to people are not delivered']),
    ...(openRules === 'unknown' ? ['nobody knows which alerts are open'] : openRules.map((rule) => `${rule} is open`)),
  ];
}

/** Whether the ping to whoever notices silence may be sent. Pure. */
export function isAllWell(seen: Wellbeing): boolean {
  return whatIsNotWell(seen).length === 0;
}
