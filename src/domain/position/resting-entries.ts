import type { PositionBook } from './book';
import type { Step } from './step';

/** An exit does not wait for longer until entries that rest are cancelled: it is what matters more. */
export const ENTRIES_WAIT_MAX_MS = 3_000;
/** Entries that a sentence names. */
const NAMED_MAX = 3;

/** What became of the entries that rested in a symbol, or may have. */
export interface CancelledEntries {
  /** None of it can fill any more. */
  readonly ended: number;
  /** Fingerprints of those that may still fill. */
  readonly left: readonly string[];
}

/** Whether an exit waits for entries to be cancelled. */
export function awaitsEntries({ cancelling }: PositionBook, nowMs: number): boolean {
  return cancelling !== undefined && nowMs - cancelling.sinceMs < ENTRIES_WAIT_MAX_MS;
}

/** @param answer undefined: there were none; a text: why nobody could look for them */
export function takeEntriesCancelled(step: Step, answer: CancelledEntries | string | undefined): void {
  const { symbol } = step.book.terms;
  step.set({ cancelling: undefined });
  if (answer === undefined) return;
  const remedy = '"oncefill signal cancel" ends one, "oncefill flatten" all of them';
  if (typeof answer === 'string') {
    return step.alert(`Whether entries of ${symbol} rest that may open it again is not known (${answer}): ${remedy}.`);
  }
  const { ended, left } = answer;
  if (ended > 0) step.note(`Ended first: ${ended} of its entries that rested.`);
  if (left.length === 0) return;
  const names = left.length > NAMED_MAX ? `${left.slice(0, NAMED_MAX).join(', ')} …` : left.join(', ');
  step.alert(`Entries that rest could not be cancelled in time (${names}) and may open it again: ${remedy}.`);
}
