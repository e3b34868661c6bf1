import { breakEvenStop, hasGained, isMoveWorth, isTighter, tighterStop } from '../protection/ratchet';
import type { ChangeCause, PositionBook, ProtectionLegs } from './book';
import { legWords } from './legs';
import { closesAtMs, expectsStop, hasExcess, isForeign, isGuarded, isOurs, stepLike, stopToHave } from './standing';
import { trailingToHave, withMark } from './standing';
import { trailedStopToSet } from './trailing';
import type { PositionRow } from './types';
import type { Step } from './step';
import { isMeantByAll, withdrawExit, wishExit } from './wish-exit';
import { FOREIGN_AFTER_MS } from './standing';
import { formatDecimal } from '../decimal';

/** A report that is older than this says nothing of whether the venue answers. */
export const REPORT_FRESH_MS = 30_000;
/** While an exit runs, a lost stop is not restored: it is about to be needless. One that takes longer may take for ever. */
export const EXIT_SLOW_MS = 10_000;

/** Whose it is, as it becomes known. */
export function markOwner(step: Step): void {
  const { book, nowMs } = step;
  const { marks } = book;
  if (isForeign(book, nowMs) && !marks.includes('foreign')) {
    step.set({ marks: withMark(marks, 'foreign') });
    const what = book.terms.foreign === 'protect' ? 'It gets a stop of ours, and is not traded.' : 'It is left alone.';
    step.alert(`A position that nobody here opened: ${book.episode?.side} ${book.episode?.sizeMax}. ${what}`);
  }
  if (isOurs(book) && marks.includes('foreign')) {
    step.set({ marks: marks.filter((mark) => mark !== 'foreign') });
    step.note('Entries of ours opened it.');
  }
  if (!hasExcess(book)) return step.set({ excessSinceMs: undefined });
  const excessSinceMs = book.excessSinceMs ?? nowMs;
  step.set({ excessSinceMs });
  if (nowMs - excessSinceMs < FOREIGN_AFTER_MS || step.book.marks.includes('mixed')) return;
  step.set({ marks: withMark(step.book.marks, 'mixed') });
  step.alert('Somebody beside us trades in this position: it is larger than what our entries filled.');
}

/** Since when it has no stop, and what follows. */
export function watchStop(step: Step): void {
  const { book, nowMs } = step;
  const { row, unprotectedSinceMs } = book;
  if (row === undefined) return;
  if (row.stopLoss !== undefined || !expectsStop(book, nowMs)) {
    if (unprotectedSinceMs === undefined) return;
    const spellMs = Math.max(0, nowMs - unprotectedSinceMs);
    step.set({ unprotectedSinceMs: undefined, unprotectedMs: book.unprotectedMs + spellMs });
    step.settled('unprotected');
    return step.settled('passed');
  }
  if (unprotectedSinceMs === undefined) {
    step.set({ unprotectedSinceMs: nowMs });
    return step.note('It has no stop at the venue.');
  }
  const { unprotectedMaxSeconds, closeUnprotectedAfterSeconds } = book.terms.protection;
  const ageMs = nowMs - unprotectedSinceMs;
  if (ageMs >= unprotectedMaxSeconds * 1_000) {
    step.alertOnce('unprotected', `It has had no stop at the venue for ${Math.floor(ageMs / 1_000)} s.`);
  }
  const isAnswered = nowMs - book.heardAtMs <= REPORT_FRESH_MS;
  if (ageMs >= closeUnprotectedAfterSeconds * 1_000 && isAnswered && isOurs(book)) {
    const words = `it has had no stop for ${closeUnprotectedAfterSeconds} s`;
    wishExit(step, { cause: 'unprotected', reason: 'EMERGENCY', words });
  }
}

/** What closes it by rule, beside a missing stop. */
export function watchExits(step: Step): void {
  const { book, nowMs } = step;
  if (book.row === undefined) return;
  withdrawExit(step);
  const { closeAll } = book;
  if (closeAll !== undefined && isMeantByAll(step)) {
    wishExit(step, { cause: 'all', reason: closeAll.reason, words: closeAll.words });
  }
  const dueAtMs = closesAtMs(book);
  if (dueAtMs !== undefined && nowMs >= dueAtMs) {
    wishExit(step, { cause: 'time', reason: 'TIME_LIMIT', words: 'its time is over' });
  }
}

/** The stop goes to the price of the entry once the position has gained enough. */
export function raiseStop(step: Step): void {
  const { row, terms, isBreakEvenDone, wanted, awaitsReportAfterMs } = step.book;
  const fraction = terms.protection.breakEvenFraction;
  if (awaitsReportAfterMs !== undefined || step.nowMs < nextMoveAtMs(step.book)) return;
  if (row === undefined || fraction === null || isBreakEvenDone || !isOurs(step.book)) return;
  const { side, entryPrice, markPrice, stopLoss } = row;
  const standing = { side, entryPrice, price: markPrice };
  if (!hasGained(standing, fraction)) return;
  const level = breakEvenStop({ ...standing, stop: stopLoss, priceStep: formatDecimal(stepLike(row)) }, fraction);
  step.set({ isBreakEvenDone: true });
  if (level === undefined) return;
  step.set({ wanted: { ...wanted, stopLoss: level } });
  step.note(`It has gained enough: its stop goes to the entry's price, ${level}.`);
}

/** Sends what is missing of its protection, one change at a time. */
export function sendChange(step: Step): void {
  const { book, nowMs } = step;
  const due = nowMs >= book.retryAtMs && mayCall(step) ? dueChange(book, nowMs) : undefined;
  if (due === undefined) return;
  const { symbol, protection } = book.terms;
  const { stopTrigger, targetTrigger } = protection;
  const change = { symbol, ...due.legs, stopTrigger, targetTrigger };
  const id = book.calls + 1;
  step.set({ call: { id, cause: due.cause, change }, calls: id });
  if (due.cause === 'person') step.set({ asked: undefined });
  if (due.cause === 'regain') step.set({ regain: undefined });
  if (book.failedCalls === 0) step.note(`The venue is asked for ${legWords(due.legs)}.`);
  step.do({ kind: 'setProtection', call: id, change });
}

function mayCall({ book, nowMs }: Step): boolean {
  const { row, call, proof, round, missing, awaitsReportAfterMs, exit, flat } = book;
  if (row === undefined || flat !== undefined || call !== undefined || proof !== undefined) return false;
  if (missing !== undefined || awaitsReportAfterMs !== undefined || row.status === 'venue') return false;
  if (round !== undefined) return nowMs - round.timestampMs >= EXIT_SLOW_MS;
  // Nothing holds back an exit that would be begun right now.
  return exit === undefined || book.told.includes('halted') || nowMs < book.nextRoundAtMs;
}

/** When a change is due next by a rule; see sendChange. */
export function dueChange(
  book: PositionBook,
  nowMs: number,
): { readonly cause: ChangeCause; readonly legs: ProtectionLegs } | undefined {
  const { row, asked, wanted, regain } = book;
  if (row === undefined) return undefined;
  if (asked !== undefined && (asked.isForced || nowMs >= nextMoveAtMs(book))) {
    return { cause: 'person', legs: asked.legs };
  }
  if (!isGuarded(book, nowMs)) return undefined;
  const stopLoss = tighterStop(row.side, lostTrailedStop(book), stopToHave(book));
  if (row.stopLoss === undefined && stopLoss !== undefined) {
    return { cause: 'restore', legs: { stopLoss, ...lostBeside(book, row) } };
  }
  if (!isOurs(book)) return undefined;
  if (regain !== undefined) return { cause: 'regain', legs: regain };
  if (isRaiseDue(book) && nowMs >= nextMoveAtMs(book)) return { cause: 'raise', legs: { stopLoss: wanted.stopLoss! } };
  return trailingDue(book, row);
}

/** Where the following stop had come to, once the venue has lost it. */
function lostTrailedStop(book: PositionBook): string | undefined {
  return book.row?.trailingDistance === undefined ? trailedStopToSet(book) : undefined;
}

/** What was lost with the stop. A venue that refused it gets the stop alone. */
function lostBeside({ wanted, told }: PositionBook, row: PositionRow): ProtectionLegs {
  if (told.includes('rejected')) return {};
  const { takeProfit, trailingDistance } = wanted;
  const hasTarget =
    row.takeProfit === undefined && typeof takeProfit === 'string' && isTighter(row.side, takeProfit, row.markPrice);
  const hasTrailing = row.trailingDistance === undefined && trailingDistance !== undefined;
  return { ...(hasTarget && { takeProfit }), ...(hasTrailing && { trailingDistance }) };
}

/** The first trailing, or one that was lost with the stop and did not come back with it. */
function trailingDue(book: PositionBook, row: PositionRow): ReturnType<typeof dueChange> {
  if (row.trailingDistance !== undefined) return undefined;
  const trailingDistance = book.wanted.trailingDistance ?? (book.isTrailingSet ? undefined : trailingToHave(book));
  return trailingDistance === undefined ? undefined : { cause: 'trail', legs: { trailingDistance } };
}

export function isRaiseDue({ row, wanted, terms }: PositionBook): boolean {
  if (row?.stopLoss === undefined || wanted.stopLoss === undefined) return false;
  const move = { side: row.side, from: row.stopLoss, to: wanted.stopLoss, price: row.markPrice };
  return isMoveWorth(move, terms.protection.moveLeast);
}

/** The stop does not move again before this. */
export function nextMoveAtMs({ movedAtMs, terms }: PositionBook): number {
  return movedAtMs + terms.protection.moveIntervalSeconds * 1_000;
}
