import type { ExitCause, ExitWish } from './book';
import { isOurs } from './standing';
import { keptWords, type Step } from './step';
import type { CloseReason } from './types';

/** All of the position is to be closed; the first reason stays. */
export function wishExit(
  step: Step,
  { cause, reason, words }: { readonly cause: ExitCause; readonly reason: CloseReason; readonly words: string },
): void {
  if (step.book.exit !== undefined) return;
  const exit: ExitWish = { cause, reason, words: keptWords(words), sinceMs: step.nowMs, rounds: 0, failed: 0 };
  // A pause after a part that could not be closed is no reason to wait.
  step.set({ exit, nextRoundAtMs: step.nowMs, cancelling: { sinceMs: step.nowMs } });
  step.note(`To be closed (${reason}): ${words}.`);
  step.do({ kind: 'cancelEntries', words: `the position is closed (${reason})` });
}

/** An exit that nobody has begun, and whose cause is gone. */
export function withdrawExit(step: Step): void {
  const { exit, round, row, closeAll } = step.book;
  if (exit === undefined || exit.rounds > 0 || round !== undefined) return;
  const isGuardedAgain = exit.reason === 'EMERGENCY' && row?.stopLoss !== undefined;
  const isRevoked = exit.cause === 'all' && closeAll === undefined;
  if ((exit.cause === 'unprotected' || exit.cause === 'passed') && isGuardedAgain) {
    step.set({ exit: undefined });
    return step.note('It has a stop again, and is not closed.');
  }
  if (isRevoked) {
    step.set({ exit: undefined });
    step.note('It is not closed: that was revoked.');
  }
}

/** Whether a wish of the account for all positions means this one: a position of somebody else only by a person's word. */
export function isMeantByAll(step: Step): boolean {
  const { closeAll } = step.book;
  if (closeAll === undefined) return false;
  return closeAll.reason === 'OPERATOR' || isOurs(step.book);
}
