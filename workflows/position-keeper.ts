import {
  getExternalWorkflowHandle,
  log,
  patched,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  newBook,
  type CommandReply,
  type ExitRound,
  type PositionBook,
  type ReportFacts,
} from '../src/domain/position/book';
import { formerOfAll, readFormer, type FormerEpisode } from '../src/domain/position/former';
import { lastBooked } from '../src/domain/position/last-booked';
import { nextDueAtMs } from '../src/domain/position/due';
import { reportFault, rowFault } from '../src/domain/position/message-faults';
import { rebasedBook } from '../src/domain/position/rebase';
import { reducePosition, type PositionInput } from '../src/domain/position/reduce';
import type { PositionEffect } from '../src/domain/position/step';
import type { ClosedTrade, ProtectionChange } from '../src/domain/position/types';
import { detailsOf, viewOf } from '../src/domain/position/view';
import { venueAccountWorkflowId } from '../src/messages/ids';
import {
  FORMER_MEMO,
  MISSED_MEMO,
  NO_TRADE,
  TRADE_MEMO,
  type PositionView,
  type PositionWorkflowInput,
} from '../src/messages/position';
import { TRADE_DIRECTION, TRADE_OUTCOME, TRADE_STRATEGY } from '../src/messages/search-attributes';
import { positionClosedSignal, type PositionClosed } from '../src/messages/venue-account';
import { alert, announce } from './announcements';
import { proxyPositionActivities, untilDone, type PositionCalls } from './position-activities';
import { bookTrade, type Booked } from './position-booking';
import { runExit, type ExitListener } from './position-exit';
import { RecurringAlert } from './recurring-alert';
import { isFailedCall, rootMessage } from './until-answered';

/** Entries that rest in a symbol are cancelled before an exit of its position begins. */
const EXITS_CANCEL_ENTRIES = 'exits-cancel-entries';

/** After any answer the next question waits. */
const QUESTIONS_ARE_PACED = 'questions-are-paced';

/** A report that a newer answer has overtaken still names who opened the position. */
const REPORTS_NAME_LATE = 'reports-name-late';

/** The venue has to show a position twice before it is called somebody else's. */
const FOREIGN_IS_SEEN_TWICE = 'foreign-is-seen-twice';

/** What a run leaves to the next one. */
export interface CarriedPosition {
  /** The episode that goes on; absent: a new one begins. */
  readonly book?: PositionBook;
  /** The report that a new episode begins with. */
  readonly next?: ReportFacts;
  /** Episodes that the account has not been told of. */
  readonly untold: readonly PositionClosed[];
  /** Whether it is told of them one after the other; absent: the run began when they were told at once. */
  readonly areToldInOrder?: true;
}

/** Binds the rules of a position to time and to the world: what they say is done, and what comes of it they are told. */
export class PositionKeeper {
  private state: PositionBook;
  private readonly activities: PositionCalls;
  /** Calls that a new run would have to make again. */
  private calls = 0;
  private starting = 0;
  private cancellings = 0;
  private readonly untold: PositionClosed[] = [];
  private readonly refused = new RecurringAlert();
  private shownSide = workflowInfo().typedSearchAttributes.get(TRADE_DIRECTION);
  private shownStrategy = workflowInfo().typedSearchAttributes.get(TRADE_STRATEGY);

  constructor(
    private readonly input: PositionWorkflowInput,
    carried: CarriedPosition | undefined,
  ) {
    const { symbol, protection, foreign } = input;
    this.activities = proxyPositionActivities(input);
    const book = carried?.book;
    const nowMs = Date.now();
    this.state = book
      ? rebasedBook(book, nowMs)
      : {
          ...newBook({ symbol, protection, foreign }, nowMs, readFormer(workflowInfo().memo?.[FORMER_MEMO])),
          ...(patched(FOREIGN_IS_SEEN_TWICE) && { awaitsSecondSight: true as const }),
        };
    const { untold = [], areToldInOrder } = carried ?? {};
    if (areToldInOrder) this.tellAccount(...untold);
    else for (const closed of untold) this.tellAccount(closed);
  }

  get book(): PositionBook {
    return this.state;
  }

  /** When time alone may change something, milliseconds UTC; undefined: never. */
  get dueAtMs(): number | undefined {
    return nextDueAtMs(this.state, Date.now());
  }

  /** Whether a new run loses nothing by beginning now. */
  get isQuiet(): boolean {
    return this.calls === 0 && this.starting === 0;
  }

  /** Whether everybody has heard of its end: the account, and people of entries that may open it again. */
  get isTold(): boolean {
    return this.untold.length === 0 && this.cancellings === 0;
  }

  view(): PositionView {
    return { venue: this.input.venue, ...viewOf(this.state) };
  }

  /** What the next run begins with: by the rules as they are now. */
  get nextInput(): PositionWorkflowInput {
    const { protection, foreign } = this.state.terms;
    return { ...this.input, protection, foreign };
  }

  /** What a run of the same episode goes on with. */
  carry(): CarriedPosition {
    return { book: this.state, untold: this.untold, areToldInOrder: true };
  }

  /** What was booked last: by this run, or before it. */
  get former(): FormerEpisode | undefined {
    return lastBooked(this.state);
  }

  /** Nothing was booked: lists tell such a run apart. */
  endWithoutTrade(): void {
    upsertSearchAttributes([{ key: TRADE_OUTCOME, value: NO_TRADE }]);
  }

  /** What the next episode's run begins with. */
  handOver(next: ReportFacts): CarriedPosition {
    return { next, untold: this.untold, areToldInOrder: true };
  }

  /** Takes up what the former run had begun. */
  goOn(): void {
    const { call, question, round, booking, trade, last } = this.state;
    if (trade) this.showTrade(trade);
    if (last) upsertMemo({ [FORMER_MEMO]: last });
    if (call) this.take({ kind: 'protectionAnswered', call: call.id, answer: { status: 'unknown', message: '' } });
    if (question) this.take({ kind: 'questionFailed' });
    if (round) void this.exit(round);
    if (booking !== undefined) void this.bookUp(booking);
    this.take({ kind: 'tick' });
  }

  /** Takes any value. */
  report(report: unknown): void {
    const fault = reportFault(report, this.input.symbol);
    if (fault !== undefined) {
      log.warn('A report was refused.', { symbol: this.input.symbol, fault });
      this.refused.raise(this.refusedSentence(fault));
      return;
    }
    this.refused.settle();
    this.take({ kind: 'report', report: report as ReportFacts, namesLate: patched(REPORTS_NAME_LATE) });
  }

  take(input: PositionInput): CommandReply | undefined {
    const { book, effects, reply } = reducePosition(this.state, input, Date.now());
    this.state = book;
    for (const effect of effects) this.carryOut(effect);
    this.show();
    return reply;
  }

  private refusedSentence(fault: string): string {
    const { symbol, venue } = this.input;
    return `${symbol} at ${venue}: what its position was told is refused; the venue is asked instead, more rarely. Where nobody sent it by hand, it is a defect of oncefill. ${fault}`;
  }

  private carryOut(effect: PositionEffect): void {
    switch (effect.kind) {
      case 'alert':
        return alert(effect.text);
      case 'setProtection':
        return void this.counted(this.setProtection(effect.call, effect.change));
      case 'askVenue':
        return void this.counted(this.askVenue());
      case 'cancelEntries':
        return this.cancelEntries(effect.words);
      case 'startExit':
        return void this.exit(effect.round);
      case 'book':
        return void this.bookUp(effect.booking);
    }
  }

  private async counted(call: Promise<void>): Promise<void> {
    this.calls += 1;
    await call.finally(() => (this.calls -= 1));
  }

  private async setProtection(call: number, change: ProtectionChange): Promise<void> {
    const { environment, venue } = this.input;
    const side = this.state.episode?.side ?? 'LONG';
    const answer = await this.activities
      .setProtection({ environment, venue, change, side })
      .catch((error: unknown) => ({ status: 'unknown', message: messageOf(error) }) as const);
    this.take({ kind: 'protectionAnswered', call, answer });
  }

  private async askVenue(): Promise<void> {
    const { environment, venue, symbol } = this.input;
    try {
      const { asOfMs, rows, unreadable } = await this.activities.fetchPositions({ environment, venue });
      const row = rows.find((one) => one.symbol === symbol) ?? null;
      const fault = row === null ? undefined : rowFault(row, symbol);
      // What is there and cannot be read is not flat.
      if (unreadable.includes(symbol) || fault !== undefined) return void this.take({ kind: 'questionFailed' });
      // A run that asked again at once goes on as it did.
      this.take({ kind: 'seen', asOfMs, row, isPaced: patched(QUESTIONS_ARE_PACED) });
    } catch (error) {
      log.warn('The venue did not tell its positions.', { symbol, reason: messageOf(error) });
      this.take({ kind: 'questionFailed' });
    }
  }

  private cancelEntries(words: string): void {
    // A run that began its exit without goes on as it did.
    if (patched(EXITS_CANCEL_ENTRIES)) void this.counted(this.cancelRestingEntries(words));
    else this.take({ kind: 'entriesCancelled' });
  }

  private async cancelRestingEntries(words: string): Promise<void> {
    const { environment, venue, symbol } = this.input;
    // One that is sent after the position was to be closed is meant to follow it.
    const call = { environment, venue, symbol, words, beforeMs: Date.now() };
    this.cancellings += 1;
    const answer = await this.activities.cancelEntries(call).catch(messageOf);
    this.cancellings -= 1;
    this.take({ kind: 'entriesCancelled', answer });
  }

  private async exit(round: ExitRound): Promise<void> {
    const listener: ExitListener = {
      started: ({ fingerprint, clientOrderId }) =>
        void this.take({ kind: 'exitStarted', round: round.round, fingerprint, clientOrderId }),
      starting: (isUnderWay) => void (this.starting += isUnderWay ? 1 : -1),
    };
    const end = await runExit({ input: this.input, activities: this.activities, listener }, round);
    this.take({ kind: 'exitEnded', round: round.round, end });
  }

  private async bookUp(booking: number): Promise<void> {
    const { input, activities } = this;
    const booked = await bookTrade({ input, activities, booking, book: () => this.state });
    if (this.state.booking !== booking) return;
    if (booked !== undefined) this.publish(booked);
    this.take({ kind: 'booked', booking, ...booked });
  }

  /** The account counts what was lost in a row: it hears of the oldest first. */
  private publish({ trade, missed }: Booked): void {
    this.showTrade(trade);
    if (missed.length > 0) upsertMemo({ [MISSED_MEMO]: missed, [FORMER_MEMO]: formerOfAll([...missed, trade]) });
    const booked = [...missed, trade].toSorted((one, other) => one.openedAtMs - other.openedAtMs);
    for (const one of booked) announce(closedLine(one));
    this.tellAccount(...booked.map(closedOf));
  }

  /** Where lists find it. */
  private showTrade(trade: ClosedTrade): void {
    upsertMemo({ [TRADE_MEMO]: trade });
    upsertSearchAttributes([{ key: TRADE_OUTCOME, value: trade.reason }]);
  }

  /** One after the other. */
  private tellAccount(...all: readonly PositionClosed[]): void {
    this.untold.push(...all);
    void this.tellEach(all);
  }

  private async tellEach(all: readonly PositionClosed[]): Promise<void> {
    for (const closed of all) {
      await this.tellClosed(closed);
      this.untold.splice(this.untold.indexOf(closed), 1);
    }
  }

  private async tellClosed(closed: PositionClosed): Promise<void> {
    const { environment, venue, symbol } = this.input;
    try {
      const account = getExternalWorkflowHandle(venueAccountWorkflowId({ environment, venue }));
      await account.signal(positionClosedSignal, closed);
    } catch {
      const tell = () => this.activities.positionClosed({ environment, venue, closed });
      await untilDone(`${symbol}: the account of ${venue}, which has to hear of the closed position,`, tell);
    }
  }

  private show(): void {
    const { episode, openers } = this.state;
    setCurrentDetails(detailsOf(this.state, Date.now()));
    const strategy = openers[0]?.strategy;
    const changes = [
      ...(episode && episode.side !== this.shownSide ? [{ key: TRADE_DIRECTION, value: episode.side }] : []),
      ...(strategy && strategy !== this.shownStrategy ? [{ key: TRADE_STRATEGY, value: strategy }] : []),
    ];
    this.shownSide = episode?.side ?? this.shownSide;
    this.shownStrategy = strategy ?? this.shownStrategy;
    if (changes.length > 0) upsertSearchAttributes(changes);
  }
}

/** @throws what is no failure of the call */
function messageOf(error: unknown): string {
  if (!isFailedCall(error)) throw error;
  return rootMessage(error);
}

/** What the account hears of it. */
function closedOf({ symbol, openedAtMs, closedAtMs, net, reason, openedBy }: ClosedTrade): PositionClosed {
  return { symbol, openedAtMs, closedAtMs, net, reason, openedBy };
}

/** For the person who watches the terminal. */
function closedLine({ symbol, side, quantity, entryPrice, exitPrice, reason, net, isProven }: ClosedTrade): string {
  const figures = `${quantity} from ${entryPrice} to ${exitPrice}, net ${net}${isProven ? '' : ' (estimated)'}`;
  return `${symbol} ${side} position closed by ${reason}: ${figures}.`;
}
