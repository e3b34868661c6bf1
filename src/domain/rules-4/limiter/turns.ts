/**
 * Who goes first among those that wait. Every strategy has a queue of its own: the n-th of one goes before whatever is
 * behind the n-th of another, however long that has been waiting. So a strategy that floods the limiter holds up itself.
 * Turns are by name: whoever may invent names has as many queues, and intake bounds those (../signal-budget).
 *
 * An exit stands in no queue, and before all of them: it waits for what has been sent, for other exits, and for entries
 * about to be sent, and never for one that is only booked.
 *
 * A newcomer that may go first takes over the other's instant: what is booked stays as it is, only for somebody else. The
 * other one is forgotten; it asks again before it sends, and is told then how much longer it waits.
 */
import { cutText } from '../plain-values';
import { RATE_TEXT_BYTES_MAX } from './state';
import type { LimiterState, Permit } from './state';
import type { Asked } from './fit';
import type { AcquireCommand } from './types';

/** By what a request's strategy is told apart; undefined: it stands in no queue (an exit, a read, an older caller). */
export function queueOf({ strategy, intent }: AcquireCommand): string | undefined {
  return intent === 'entry' && typeof strategy === 'string' ? cutText(strategy, RATE_TEXT_BYTES_MAX) : undefined;
}

/**
 * The permit that gives way to a newcomer: the first whose place in its own queue is further behind than the newcomer's in
 * his; for an exit the first of all, and of several at one instant the one furthest behind in its own queue. One that begins within its validity is firm, because its holder may use it without asking again.
 *
 * @param atMs where the newcomer's own place would be
 * @returns undefined: nobody does
 */
export function whoGivesWay(
  state: LimiterState,
  { command, weight, startMs }: Asked,
  atMs: number,
): Permit | undefined {
  const strategy = queueOf(command);
  const isExit = command.intent === 'exit';
  if ((strategy === undefined && !isExit) || atMs <= state.clockMs) return undefined;
  const firmUntilMs = Math.max(startMs, state.clockMs + state.limits.permitValidityMs);
  const queue = waiting(state, command.endpoint);
  const place = isExit ? 0 : queue.filter((permit) => permit.strategy === strategy).length + 1;
  const places = new Map<string, number>();
  let chosen: { readonly permit: Permit; readonly place: number } | undefined;
  for (const permit of queue) {
    if (permit.notBeforeMs >= atMs || (chosen && permit.notBeforeMs > chosen.permit.notBeforeMs)) break;
    const { strategy: other = '' } = permit;
    const theirs = (places.get(other) ?? 0) + 1;
    places.set(other, theirs);
    const mayGiveWay = other !== strategy && permit.weight === weight && permit.notBeforeMs > firmUntilMs;
    if (mayGiveWay && theirs > Math.max(place, chosen?.place ?? 0)) chosen = { permit, place: theirs };
  }
  return chosen?.permit;
}

/** Those of a strategy that wait for an instant of this endpoint, the first one first. */
export function waiting({ permits, clockMs }: LimiterState, endpoint: string): readonly Permit[] {
  return permits
    .filter((permit) => permit.strategy !== undefined && permit.endpoint === endpoint && permit.notBeforeMs > clockMs)
    .toSorted((left, right) => left.notBeforeMs - right.notBeforeMs);
}

/** How many of all strategies wait, for whatever endpoint. */
export function entriesWaiting({ permits, clockMs }: LimiterState): number {
  return permits.filter((permit) => permit.strategy !== undefined && permit.notBeforeMs > clockMs).length;
}
