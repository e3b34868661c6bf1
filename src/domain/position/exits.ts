import { ExactDecimal, formatDecimal, parseDecimal, parseSignedDecimal, ZERO } from '../decimal';
import { hasGained } from '../protection/ratchet';
import { EXITS_MAX, type ExitRound, type PositionBook } from './book';
import { awaitsEntries } from './resting-entries';
import { isOurs } from './standing';
import { keptWords, type Step } from './step';

/** Pauses between rounds that left something, by how many did so in a row. */
export const ROUND_PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A person is told after so many rounds in a row that left something, */
const FAILED_ROUNDS_TOLD = 3;
/** and again after each so many. */
const FAILED_ROUNDS_AGAIN = 20;
/** After an exit has filled, the venue's list may show the former size for so long. */
export const FILL_LAG_MS = 2_000;
/** How often it is tried to close a part. */
const PART_TRIES_MAX = 3;
/** Digits of a part; whoever plans the order cuts it down to the symbol's step. */
const PART_DECIMALS = 8;

/** What became of an exit's order. */
export interface ExitEnd {
  /** A decimal string; `0`: nothing. */
  readonly filledQuantity: string;
  /** One sentence. */
  readonly words: string;
}

/** Begins the next exit, where one is due and nothing stands in its way. @returns whether it did */
export function beginRound(step: Step): boolean {
  const { exit, row, rounds } = step.book;
  if (row === undefined || !mayBeginRound(step)) return false;
  const isPart = exit === undefined;
  if (isPart ? !isPartDue(step.book) : isHeldBack(step) || awaitsEntries(step.book, step.nowMs)) return false;
  const round: ExitRound = {
    round: rounds + 1,
    reason: exit?.reason ?? 'PARTIAL_TARGET',
    words: exit?.words ?? 'it has gained enough to close a part',
    side: row.side,
    openedAtMs: row.openedAtMs,
    quantity: isPart ? partOf(step.book) : row.size,
    timestampMs: step.nowMs,
    isPart,
  };
  step.set({ round, rounds: rounds + 1, exit: exit && { ...exit, rounds: exit.rounds + 1 } });
  step.note(`Exit ${round.round} (${round.reason}): ${round.quantity}.`);
  step.do({ kind: 'startExit', round });
  return true;
}

/** One at a time, and by what the venue says after the last one. */
function mayBeginRound({ book, nowMs }: Step): boolean {
  const { call, round, missing, flat, ended, trueAtMs, nextRoundAtMs } = book;
  if (call !== undefined || round !== undefined || missing !== undefined || flat !== undefined) return false;
  return nowMs >= nextRoundAtMs && (ended === undefined || trueAtMs >= knownAfterMs(ended));
}

/** What is true from then on knows what an exit took. */
export function knownAfterMs({ atMs, hasFilled }: NonNullable<PositionBook['ended']>): number {
  return hasFilled ? atMs + FILL_LAG_MS : atMs;
}

function isHeldBack(step: Step): boolean {
  const { tradingState, exit, terms } = step.book;
  const mayPass = terms.protection.whileHalted === 'keepAndClose' && exit?.reason === 'EMERGENCY';
  if (tradingState !== 'halted' || mayPass) {
    step.settled('halted');
    return false;
  }
  const words = `It is to be closed (${exit?.reason}) and is not, because trading is halted: "oncefill reduce" lets exits pass.`;
  step.alertOnce('halted', words);
  return true;
}

function isPartDue(book: PositionBook): boolean {
  const { row, terms, isPartDone, tradingState } = book;
  const fraction = terms.protection.partialTakeProfitFraction;
  if (row === undefined || fraction === null || isPartDone || !isOurs(book) || tradingState === 'halted') return false;
  if (!new ExactDecimal(partOf(book)).greaterThan(0)) return false;
  return hasGained({ side: row.side, entryPrice: row.entryPrice, price: row.markPrice }, fraction);
}

function partOf({ row, terms }: PositionBook): string {
  const size = parseDecimal(row?.size) ?? ZERO;
  const share = parseDecimal(terms.protection.partialTakeProfitShare) ?? ZERO;
  return formatDecimal(size.times(share).toDecimalPlaces(PART_DECIMALS, ExactDecimal.ROUND_DOWN));
}

/** The exit's workflow exists: what its order is called. */
export function takeExitStart(
  step: Step,
  round: number,
  names: Pick<ExitRound, 'fingerprint' | 'clientOrderId'>,
): void {
  const { round: running } = step.book;
  if (running?.round !== round) return;
  const { fingerprint, clientOrderId } = names;
  const started = { ...running, fingerprint, clientOrderId };
  step.set({ round: started, lastFingerprint: fingerprint, lastReason: running.reason });
}

export function takeExitEnd(step: Step, number: number, { filledQuantity, words }: ExitEnd): void {
  const { round, row, exits, unexplained } = step.book;
  if (round === undefined || round.round !== number) return;
  const filled = parseDecimal(filledQuantity) ?? ZERO;
  const [hasFilled, isAll] = [filled.greaterThan(0), filled.greaterThanOrEqualTo(parseDecimal(round.quantity) ?? ZERO)];
  const { clientOrderId, reason } = round;
  const own = hasFilled && clientOrderId !== undefined ? [{ clientOrderId, reason }] : [];
  const rest = (parseSignedDecimal(unexplained) ?? ZERO).minus(filled);
  step.set({
    round: undefined,
    ended: { atMs: step.nowMs, hasFilled, isComplete: isAll && !round.isPart && row !== undefined },
    exits: [...exits, ...own].slice(-EXITS_MAX),
    unexplained: formatDecimal(rest),
    // Without news of what is left nothing goes on.
    askAtMs: step.nowMs,
  });
  step.note(`Exit ${number} ended: ${keptWords(words)}`);
  if (round.isPart) return endPart(step, hasFilled);
  if (!isAll) endUnfinished(step, hasFilled);
}

function endPart(step: Step, hasFilled: boolean): void {
  const partTries = step.book.partTries + 1;
  step.set({
    partTries,
    isPartDone: hasFilled || partTries >= PART_TRIES_MAX,
    nextRoundAtMs: pausedUntilMs(step, partTries),
  });
  if (!hasFilled && partTries >= PART_TRIES_MAX) step.alert('A part of it could not be closed, and is kept.');
}

/** One that took something got on: a large position may need many. */
function endUnfinished(step: Step, hasFilled: boolean): void {
  const { exit } = step.book;
  if (exit === undefined) return;
  const failed = hasFilled ? 0 : exit.failed + 1;
  step.set({ exit: { ...exit, failed }, nextRoundAtMs: pausedUntilMs(step, Math.max(1, failed)) });
  if (hasFilled) return;
  if (failed === FAILED_ROUNDS_TOLD || failed % FAILED_ROUNDS_AGAIN === 0) {
    step.alert(`${failed} exits in a row closed nothing; it goes on trying. Look at the venue.`);
  }
}

function pausedUntilMs({ nowMs }: Step, failed: number): number {
  return nowMs + ROUND_PAUSES_MS[Math.min(failed, ROUND_PAUSES_MS.length) - 1]!;
}
