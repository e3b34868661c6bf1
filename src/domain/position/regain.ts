import { ExactDecimal } from '../decimal';
import { isTighter, tighterStop } from '../protection/ratchet';
import type { PositionBook, ProtectionLegs } from './book';
import { legsBeside, legsThere, legWords } from './legs';
import { isOurs } from './standing';
import type { Step } from './step';
import type { PositionRow } from './types';

/**
 * What an entry of ours took away when it filled: a venue gives the whole position the stop and the target that came with the
 * entry, which may have rested since before they were moved. Legs that a change under way is about are left to that.
 *
 * @returns the legs as they were meant to be; undefined: nothing got worse
 */
export function legsLost(
  book: PositionBook,
  row: PositionRow,
  before: PositionRow | undefined,
): ProtectionLegs | undefined {
  if (before === undefined || !isOurs(book) || !new ExactDecimal(row.size).greaterThan(before.size)) return undefined;
  const { wanted, asked, call, proof } = book;
  const stop = tighterStop(row.side, before.stopLoss, wanted.stopLoss);
  const target = wanted.takeProfit === null ? null : before.takeProfit;
  const { trailingDistance } = before;
  const lost: ProtectionLegs = {
    // One that is gone is restored anyway.
    ...(row.stopLoss !== undefined && isTighter(row.side, stop, row.stopLoss) && { stopLoss: stop }),
    ...(target !== undefined && target !== (row.takeProfit ?? null) && { takeProfit: target }),
    ...(trailingDistance !== undefined && trailingDistance !== row.trailingDistance && { trailingDistance }),
  };
  return legsBeside(lost, { ...call?.change, ...proof?.change, ...asked?.legs });
}

/** They are asked for again, whatever rule made them. */
export function regain(step: Step, row: PositionRow, lost: ProtectionLegs): void {
  const { wanted } = step.book;
  const { stopLoss = wanted.stopLoss } = lost;
  step.set({
    regain: { ...step.book.regain, ...lost },
    wanted: { ...wanted, stopLoss: stopLoss ?? undefined },
    ...(lost.stopLoss !== undefined && { stopSource: 'attached' as const }),
  });
  step.note(`An entry brought ${legWords(legsThere(row, lost))}: set back to ${legWords(lost)}.`);
}
