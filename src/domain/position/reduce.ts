import type { CommandReply, ExitRound, PositionBook, ReportFacts } from './book';
import { answerOnce, close, protect, type CloseFacts, type ProtectFacts } from './commands';
import { beginRound, takeExitEnd, takeExitStart, type ExitEnd } from './exits';
import { markOwner, raiseStop, sendChange, watchExits, watchStop } from './guard';
import { formerOfAll } from './former';
import { askForNews, questionFailed } from './news';
import { keptWords, Step, type PositionEffect } from './step';
import { takeEntriesCancelled, type CancelledEntries } from './resting-entries';
import { takeAnswer } from './take-answer';
import { settleSize, takeReport, takeSeen } from './take-report';
import type { ClosedTrade, PositionRow, ProtectionAnswer } from './types';

/** What is still heard once a position is booked: its symbol may be opened again. */
const OF_BOOKED_ONES_TOO: readonly PositionInput['kind'][] = ['report', 'close', 'protect', 'entriesCancelled'];

/** All that can happen to a position. */
export type PositionInput =
  | {
      readonly kind: 'report';
      readonly report: ReportFacts;
      /** Whether it still names who opened a position that was seen since; false: the run began before it did. */
      readonly namesLate?: boolean;
    }
  /** The venue's complete answer to `askVenue`; null: no position of this symbol is in it. */
  | {
      readonly kind: 'seen';
      readonly asOfMs: number;
      readonly row: PositionRow | null;
      /** Whether the next question waits also where this says nothing new; false: the run began before it did. */
      readonly isPaced?: boolean;
    }
  | { readonly kind: 'questionFailed' }
  | { readonly kind: 'protectionAnswered'; readonly call: number; readonly answer: ProtectionAnswer }
  | ({ readonly kind: 'exitStarted'; readonly round: number } & Required<
      Pick<ExitRound, 'fingerprint' | 'clientOrderId'>
    >)
  | { readonly kind: 'exitEnded'; readonly round: number; readonly end: ExitEnd }
  /** Absent: there were none; a text: why nobody could look for them. */
  | { readonly kind: 'entriesCancelled'; readonly answer?: CancelledEntries | string }
  | { readonly kind: 'close'; readonly command: CloseFacts }
  | { readonly kind: 'protect'; readonly command: ProtectFacts }
  | {
      readonly kind: 'booked';
      readonly booking: number;
      readonly trade?: ClosedTrade;
      readonly missed?: readonly ClosedTrade[];
    }
  /** Time went by: see nextDueAtMs. */
  | { readonly kind: 'tick' };

export interface PositionStep {
  readonly book: PositionBook;
  /** In this order. */
  readonly effects: readonly PositionEffect[];
  /** Of a person's command. */
  readonly reply?: CommandReply;
}

/** A trade is not booked while an exit runs, for so long: it may tell why the position ended. */
export const BOOKING_AWAITS_EXIT_MS = 60_000;

/**
 * Takes one event, and says what follows. Pure: the same book, event and time give the same.
 *
 * One change of protection and one exit are under way at most, and an exit is begun only while no change is.
 *
 * @param nowMs the workflow's clock, milliseconds UTC, never going back
 */
export function reducePosition(book: PositionBook, input: PositionInput, nowMs: number): PositionStep {
  const step = new Step(book, nowMs);
  if (!book.isBooked || OF_BOOKED_ONES_TOO.includes(input.kind)) {
    take(step, input);
    decide(step);
  }
  return { book: step.book, effects: step.effects, reply: step.reply };
}

function take(step: Step, input: PositionInput): void {
  switch (input.kind) {
    case 'report':
      return takeReport(step, input.report, input.namesLate === true);
    case 'seen': {
      const { question } = step.book;
      step.set({ question: undefined, ...(input.isPaced && { answeredAtMs: step.nowMs }) });
      return takeSeen(step, input.asOfMs, input.row, question?.sinceMs ?? step.nowMs);
    }
    case 'questionFailed':
      return questionFailed(step);
    case 'protectionAnswered':
      return takeAnswer(step, input.call, input.answer);
    case 'exitStarted':
      return takeExitStart(step, input.round, input);
    case 'exitEnded':
      return takeExitEnd(step, input.round, input.end);
    case 'entriesCancelled':
      return takeEntriesCancelled(step, input.answer);
    case 'close':
      return answerOnce(step, input.command.requestId, () => close(step, input.command));
    case 'protect':
      return answerOnce(step, input.command.requestId, () => protect(step, input.command));
    case 'booked': {
      if (step.book.booking === input.booking) takeTrade(step, input.trade, input.missed);
      return undefined;
    }
    case 'tick':
      return undefined;
  }
}

function takeTrade(step: Step, trade: ClosedTrade | undefined, missed: readonly ClosedTrade[] = []): void {
  step.set({ isBooked: true, booking: undefined, trade });
  if (trade !== undefined && missed.length > 0) step.set({ last: formerOfAll([...missed, trade]) });
  for (const { side, quantity, net: gained } of missed) {
    step.note(`Booked, too: ${side} ${quantity} that no report showed, net ${gained}.`);
  }
  if (trade === undefined) return step.note('Nothing was to be booked.');
  const { closedBy, closedByStrategy, net } = trade;
  if (closedBy !== undefined) step.note(`Closed by the signal ${closedBy} (${keptWords(closedByStrategy)}).`);
  step.note(`Booked: net ${net}.`);
}

function decide(step: Step): void {
  if (step.book.isBooked) return;
  settleSize(step);
  if (step.book.flat === undefined) {
    markOwner(step);
    watchStop(step);
    watchExits(step);
    raiseStop(step);
    const hasBegun = beginRound(step);
    if (!hasBegun) sendChange(step);
  } else beginBooking(step);
  askForNews(step);
}

function beginBooking(step: Step): void {
  const { booking, bookings, round, flat } = step.book;
  const mayWait = round !== undefined && step.nowMs - flat!.sinceMs < BOOKING_AWAITS_EXIT_MS;
  if (booking !== undefined || mayWait) return;
  step.set({ booking: bookings + 1, bookings: bookings + 1 });
  step.do({ kind: 'book', booking: bookings + 1 });
}
