import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, parseDecimal, parseSignedDecimal, ZERO } from '../decimal';
import { isTighter } from '../protection/ratchet';
import type { PositionBook, ProtectionLegs, ReportFacts } from './book';
import { isRowOf, newsBeside } from './former';
import { lastBooked } from './last-booked';
import { legWords } from './legs';
import { legsLost, regain } from './regain';
import { takeProof } from './take-answer';
import { isOurs, withMark } from './standing';
import type { Step } from './step';
import { bestPrice } from './trailing';
import { OPENERS_MAX, type PositionRow } from './types';

/**
 * A position that is missing from one complete answer is flat if the next one, so much later, misses it, too; where an exit
 * of ours explains it, one answer is enough.
 */
export const FLAT_CONFIRMED_AFTER_MS = 2_000;
/** The same for a position that was never seen: its entry filled, and the venue's list may lag. */
export const OPENING_LAG_MS = 10_000;
/** From this rank on (of 5) the venue is about to deleverage the position. */
const DELEVERAGING_RANK_MIN = 4;
/** A venue may note the opening of a position so much later than the fill that opened it. */
const OPENED_TOLERANCE_MS = 1_000;

/**
 * The account's word. An older one than the last changes nothing, but that it may name who opened a position that a question of our
 * own has shown since; one of the same instant may tell of entries and states.
 */
export function takeReport(step: Step, told: ReportFacts, namesLate: boolean): void {
  if (namesLate) takeLateNames(step, told);
  if (told.asOfMs < step.book.asOfMs) return;
  step.set({ tradingState: told.tradingState, closeAll: told.closeAll });
  // Whoever started the run may have given it others.
  if (told.rules !== undefined) step.set({ terms: { ...told.rules, symbol: step.book.terms.symbol } });
  const report = step.book.episode === undefined ? takeBeside(step, told) : told;
  if (report === undefined) return;
  if (takeWhileFlat(step, report) || takeNewerEpisode(step, report)) return;
  takeOpeners(step, report);
  if (report.asOfMs === step.book.asOfMs) return;
  takeRow(step, report.asOfMs, report.row, Math.min(report.asOfMs, step.nowMs));
}

/** Of a report before there is an episode. @returns undefined: it is dealt with */
function takeBeside(step: Step, told: ReportFacts): ReportFacts | undefined {
  const { former, openers, flat } = step.book;
  const news = former === undefined ? told : newsBeside(former, told);
  if (news !== undefined) return news;
  const hasEntries = openers.length > 0;
  if (hasEntries && told.row === null) return { ...told, openers: [] };
  // It speaks of what is booked already: nobody has anything to look after.
  if (!hasEntries && flat === undefined) {
    step.set({ asOfMs: told.asOfMs, flat: { asOfMs: told.asOfMs, sinceMs: step.nowMs }, isBooked: true });
  }
  return undefined;
}

/**
 * They only become more while a position is open: a list that lost some is of an account that lost its memory. What was told
 * before it was seen may be of one that is closed.
 */
function takeOpeners(step: Step, { row, openers: told }: ReportFacts): void {
  const { episode, openers } = step.book;
  const openedAtMs = episode?.openedAtMs ?? row?.openedAtMs;
  const [news, known] = [told, openers].map((list) => openersSince(list, openedAtMs)) as [Openers, Openers];
  const isFirst = episode === undefined && row !== null;
  step.set({ openers: isFirst || news.length >= known.length ? news.slice(0, OPENERS_MAX) : known });
}

/** Of a report that something newer has overtaken which names nobody: the account does not tell it again while it stays as it is. */
function takeLateNames(step: Step, { row, asOfMs, openers: told }: ReportFacts): void {
  const { episode, flat, next, openers } = step.book;
  if (row === null) return;
  const isOf = (one: Pick<PositionRow, 'side' | 'openedAtMs'> | null | undefined): boolean =>
    one?.openedAtMs === row.openedAtMs && one.side === row.side;
  const names = openersSince(told, row.openedAtMs).slice(0, OPENERS_MAX);
  if (next !== undefined && isOf(next.row) && asOfMs < next.asOfMs && names.length > next.openers.length) {
    step.set({ next: { ...next, openers: names } });
  }
  if (flat === undefined && isOf(episode) && asOfMs < step.book.asOfMs && names.length > openers.length) {
    step.set({ openers: names });
  }
}

type Openers = ReportFacts['openers'];

/** Entries that filled before a position was opened were another one's, and so were their rules. */
function openersSince(openers: Openers, openedAtMs = 0): Openers {
  return openers.filter(({ filledAtMs = Infinity }) => filledAtMs >= openedAtMs - OPENED_TOLERANCE_MS);
}

/** The venue's answer to a question of our own. @param askedAtMs when it was asked: it is true of no earlier instant */
export function takeSeen(step: Step, asOfMs: number, row: PositionRow | null, askedAtMs: number): void {
  const { book } = step;
  const facts: ReportFacts = { asOfMs, row, openers: [], tradingState: book.tradingState, closeAll: book.closeAll };
  if (row !== null && book.episode === undefined && isRowOf(book.former, row, asOfMs)) {
    return step.set({ askAtMs: step.nowMs + FLAT_CONFIRMED_AFTER_MS });
  }
  if (asOfMs <= book.asOfMs || takeWhileFlat(step, facts) || takeNewerEpisode(step, facts)) return;
  takeRow(step, asOfMs, row, askedAtMs);
}

/** @returns whether the report is dealt with */
function takeWhileFlat(step: Step, report: ReportFacts): boolean {
  const { flat, isBooked, next, episode, trade } = step.book;
  if (flat === undefined) return false;
  const { row } = report;
  if (row === null || report.asOfMs <= flat.asOfMs) return true;
  if (trade !== undefined && isRowOf(lastBooked(step.book), row, report.asOfMs)) return true;
  if (isBooked || (episode !== undefined && isOtherEpisode(step.book, row))) {
    if (next === undefined || report.asOfMs >= next.asOfMs) step.set({ next: keptReport(report, next) });
    return true;
  }
  step.note('The venue shows the position again: it was not flat.');
  step.set({ flat: undefined, missing: undefined, booking: undefined });
  return false;
}

/** What opened meanwhile is another episode: this one was closed, whatever was missed. */
function takeNewerEpisode(step: Step, report: ReportFacts): boolean {
  const { row } = report;
  if (row === null || !isOtherEpisode(step.book, row)) return false;
  if (row.openedAtMs < step.book.episode!.openedAtMs) return true;
  becomeFlat(step, report.asOfMs, 'The venue shows a newer position: this one was closed.');
  step.set({ next: keptReport(report, undefined) });
  return true;
}

/** An answer of our own names no entries: those that the account told of it stay. */
function keptReport(report: ReportFacts, former: ReportFacts | undefined): ReportFacts {
  const isSame = former?.row?.openedAtMs === report.row?.openedAtMs;
  const openers = isSame && report.openers.length === 0 ? former!.openers : report.openers;
  const { rules: _taken, ...kept } = report;
  return { ...kept, openers: openers.slice(0, OPENERS_MAX) };
}

function isOtherEpisode({ episode }: PositionBook, row: PositionRow): boolean {
  return episode !== undefined && (row.openedAtMs !== episode.openedAtMs || row.side !== episode.side);
}

function takeRow(step: Step, asOfMs: number, row: PositionRow | null, trueAtMs: number): void {
  if (row === null) return takeNothing(step, asOfMs, trueAtMs);
  const before = step.book.row;
  // The venue's list may lag behind what it told before.
  if (before !== undefined && row.sequence < before.sequence) return;
  if (step.book.episode === undefined) begin(step, row);
  const heard = { asOfMs, heardAtMs: step.nowMs, trueAtMs, askAtMs: undefined, awaitsReportAfterMs: undefined };
  step.set({ ...heard, row, missing: undefined, failedQuestions: 0 });
  takeSize(step, row, before);
  const lost = legsLost(step.book, row, before);
  const { call, proof } = step.book;
  const wasPending = call !== undefined || proof !== undefined;
  // A change under way says nothing of the legs that it is not about.
  const pending: ProtectionLegs = { ...call?.change, ...proof?.change };
  takeProof(step, row);
  if (before !== undefined) {
    noteLost(step, row, before, pending);
    takeVenueMoves(step, row, before, { ...pending, ...lost });
  }
  if (lost !== undefined) regain(step, row, lost);
  if (lost?.trailingDistance === undefined) takeTrailing(step, row, wasPending);
  else step.set({ bestPrice: bestPrice(step.book, row) });
  warn(step, row);
}

function takeNothing(step: Step, asOfMs: number, trueAtMs: number): void {
  const { ended, episode, missing, openers } = step.book;
  step.set({ asOfMs, heardAtMs: step.nowMs, askAtMs: undefined, failedQuestions: 0, awaitsReportAfterMs: undefined });
  const hasExitFilledSince = ended?.hasFilled === true && trueAtMs < ended.atMs;
  if (hasExitFilledSince) return;
  step.set({ trueAtMs });
  if (ended?.isComplete && episode !== undefined) return becomeFlat(step, asOfMs, 'Closed: the venue has no position.');
  const lagMs = episode === undefined ? OPENING_LAG_MS : FLAT_CONFIRMED_AFTER_MS;
  if (missing !== undefined && asOfMs - missing.asOfMs >= lagMs) {
    const words = episode === undefined ? 'The venue never showed a position.' : 'The venue has no position any more.';
    return becomeFlat(step, asOfMs, words);
  }
  if (missing !== undefined) return;
  step.set({ missing: { asOfMs, sinceMs: step.nowMs } });
  if (episode !== undefined || openers.length > 0) step.note('The venue shows no position; it is asked again.');
}

function becomeFlat(step: Step, asOfMs: number, words: string): void {
  const { unprotectedSinceMs, unprotectedMs } = step.book;
  const lastSpellMs = unprotectedSinceMs === undefined ? 0 : Math.max(0, step.nowMs - unprotectedSinceMs);
  step.set({
    asOfMs: Math.max(asOfMs, step.book.asOfMs),
    heardAtMs: step.nowMs,
    flat: { asOfMs, sinceMs: step.nowMs },
    unprotectedSinceMs: undefined,
    unprotectedMs: unprotectedMs + lastSpellMs,
    askAtMs: undefined,
    asked: undefined,
  });
  step.note(words);
}

function begin(step: Step, row: PositionRow): void {
  const { side, openedAtMs, entryPrice, markPrice, size, stopLoss, takeProfit } = row;
  step.set({
    episode: { side, openedAtMs, seenAtMs: step.nowMs, entryPrice, markPrice, sizeMax: size },
    wanted: { stopLoss, takeProfit, trailingDistance: row.trailingDistance },
    openers: openersSince(step.book.openers, openedAtMs),
    ...(stopLoss === undefined ? {} : { stopSource: 'attached' as const }),
  });
  const guard = stopLoss === undefined ? 'without a stop' : `with its stop at ${stopLoss}`;
  step.note(`${side} ${size} at ${entryPrice}, ${guard}.`);
}

function takeSize(step: Step, row: PositionRow, before: PositionRow | undefined): void {
  const { episode, unexplained } = step.book;
  const size = decimal(row.size);
  const sizeMax = ExactDecimal.max(decimal(episode!.sizeMax), size);
  const latest = { entryPrice: row.entryPrice, markPrice: row.markPrice, sizeMax: formatDecimal(sizeMax) };
  step.set({ episode: { ...episode!, ...latest } });
  if (before === undefined || before.size === row.size) return;
  const fall = decimal(before.size).minus(size);
  step.note(`${before.size} became ${row.size}.`);
  if (fall.greaterThan(0)) {
    step.set({ unexplained: formatDecimal((parseSignedDecimal(unexplained) ?? ZERO).plus(fall)) });
  }
}

/** What guarded it and is gone, and neither by a change of ours. */
function noteLost(step: Step, row: PositionRow, before: PositionRow, pending: ProtectionLegs): void {
  const gone = (leg: 'stopLoss' | 'takeProfit' | 'trailingDistance'): ProtectionLegs =>
    row[leg] === undefined && before[leg] !== undefined && pending[leg] === undefined ? { [leg]: before[leg] } : {};
  const lost = { ...gone('stopLoss'), ...gone('takeProfit'), ...gone('trailingDistance') };
  if (Object.keys(lost).length > 0) step.note(`Gone at the venue: ${legWords(lost)}.`);
}

/** The distance that the venue shows is the one that is meant, unless a change is under way. */
function takeTrailing(step: Step, row: PositionRow, isPending: boolean): void {
  const { trailingDistance } = row;
  if (trailingDistance !== undefined) {
    const { wanted } = step.book;
    step.set({ isTrailingSet: true, ...(!isPending && { wanted: { ...wanted, trailingDistance } }) });
  }
  step.set({ bestPrice: bestPrice(step.book, row) });
}

/**
 * What somebody changed at the venue counts from then on: nobody fights a person there.
 *
 * @param ours legs that are set back, or that a change under way is about
 */
function takeVenueMoves(step: Step, row: PositionRow, before: PositionRow, ours: ProtectionLegs): void {
  const { wanted } = step.book;
  if (ours.takeProfit === undefined && row.takeProfit !== undefined && row.takeProfit !== before.takeProfit) {
    step.set({ wanted: { ...wanted, takeProfit: row.takeProfit } });
  }
  const { stopLoss, side } = row;
  const isTaken = row.trailingDistance === undefined && before.trailingDistance !== undefined;
  if (stopLoss !== undefined && isTaken && ours.trailingDistance === undefined) {
    step.set({ wanted: { ...step.book.wanted, trailingDistance: undefined } });
    step.alert(`Somebody took away its trailing at the venue; the stop at ${stopLoss} stays.`);
  }
  if (stopLoss === undefined || stopLoss === before.stopLoss || ours.stopLoss !== undefined) return;
  const isBack = before.stopLoss === undefined && stopLoss === wanted.stopLoss;
  const held = before.stopLoss ?? wanted.stopLoss;
  const isAdded = isOurs(step.book) && decimal(row.size).greaterThan(decimal(before.size));
  const source = isAdded ? 'attached' : 'venue';
  step.set({ wanted: { ...step.book.wanted, stopLoss }, stopSource: isBack ? step.book.stopSource : source });
  if (held === undefined || isBack || isTighter(side, stopLoss, held)) {
    if (!isBack) step.note(`The stop is at ${stopLoss} by the venue's word.`);
    return;
  }
  step.alert(`The stop was moved at the venue from ${held} to ${stopLoss}, farther from the price.`);
}

function warn(step: Step, row: PositionRow): void {
  const { side, status, deleveragingRank = 0, liquidationPrice, stopLoss } = row;
  if (status === 'venue') step.alertOnce('venue', 'The venue is liquidating or deleveraging the position.');
  if (deleveragingRank >= DELEVERAGING_RANK_MIN) {
    step.alertOnce('rank', `The venue may deleverage the position soon (rank ${deleveragingRank} of 5).`);
  } else step.settled('rank');
  const isLiquidatedFirst = liquidationPrice !== undefined && isTighter(side, liquidationPrice, stopLoss);
  if (isLiquidatedFirst && stopLoss !== undefined) {
    const words = `Its liquidation at ${liquidationPrice} comes before its stop at ${stopLoss}: add margin or close it.`;
    step.alertOnce('liquidation', words);
  } else step.settled('liquidation');
}

/** Once no exit of its own runs, what the position lost beside them was taken by something else; its booking sees by what. */
export function settleSize(step: Step): void {
  const { unexplained, round, marks } = step.book;
  if (round !== undefined || !(parseSignedDecimal(unexplained) ?? ZERO).greaterThan(0)) return;
  step.set({ unexplained: '0', marks: withMark(marks, 'reduced') });
  step.note(
    `${unexplained} of it was closed by no exit of this position: by an opposite order, its stop, the venue or somebody else.`,
  );
}

function decimal(text: string): Decimal {
  return parseDecimal(text) ?? ZERO;
}
