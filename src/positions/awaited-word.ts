import { instantWords } from '../domain/instant-words';
import type { SignalView } from '../domain/signal-view';
import type { SignalWorkflows } from '../intake/signal-workflows';
import type { PositionView } from '../messages/position';

/** An exit younger than this waits for nobody: its signal is not asked. By the clocks of two machines. */
const ASKED_AFTER_MS = 5_000;
/** How long the signal of an exit has to answer; the position is shown without its word after that. */
const TOLD_WITHIN_MS = 1_000;

/** What tells of an exit's signal; of a class, so that a test may stand in for it. */
export type ExitSignals = Pick<SignalWorkflows, 'readWithin'>;

/**
 * A position's view with the word that its exit waits for, where that is a person's: its order is missing or unknown, and no
 * other exit is made before somebody says what became of it. Never fails: what nobody tells changes nothing.
 *
 * @param endsAtMs when the caller's own deadline is, milliseconds UTC
 */
export async function withAwaitedWord(
  signals: ExitSignals,
  view: PositionView,
  endsAtMs: number,
): Promise<PositionView> {
  const { exitUnderWay: exit } = view;
  if (exit?.fingerprint === undefined || Date.now() - exit.sinceMs < ASKED_AFTER_MS) return view;
  try {
    const told = await signals.readWithin(exit.fingerprint, TOLD_WITHIN_MS, endsAtMs);
    return told === undefined || 'untold' in told ? view : { ...view, ...awaited(told) };
  } catch {
    return view;
  }
}

/** @param exit the signal of an exit that has not ended */
function awaited({
  wordAwaitedSinceMs: sinceMs,
  state,
  fingerprint,
  venue,
  order,
}: SignalView): Pick<PositionView, 'stateReason' | 'wordAwaited'> {
  if (sinceMs === undefined || state === 'ENDED') return {};
  const called = order === undefined ? 'The order' : `The order ${order.clientOrderId}`;
  const what = `${called} of its exit ${fingerprint} is ${state === 'MISSING' ? state : 'UNKNOWN'}`;
  const remedy = `look for it at ${venue}, and give your word with "oncefill signal settle ${fingerprint}"`;
  return {
    stateReason: `${what} since ${instantWords(sinceMs)}, and no other exit is made before somebody says what became of it: ${remedy}.`,
    wordAwaited: { fingerprint, clientOrderId: order?.clientOrderId, sinceMs },
  };
}
