/**
 * A position's rules in a world that knows what is at the venue: reports come late, twice, out of order or not at all, every
 * answer may be any of its kinds, others trade beside us, and stops trigger, fill in part or are lost.
 */
import { awaitsEntries } from '../../src/domain/position/resting-entries';
import * as fc from 'fast-check';
import {
  newBook,
  BOOK_BYTES_MAX,
  type ExitRound,
  type PositionBook,
  type ReportFacts,
} from '../../src/domain/position/book';
import { nextDueAtMs } from '../../src/domain/position/due';
import type { reducePosition, PositionInput } from '../../src/domain/position/reduce';
import type { PositionEffect } from '../../src/domain/position/step';
import type { PositionOpener, PositionRow, ProtectionAnswer, ProtectionChange } from '../../src/domain/position/types';
import type { ProtectionSettings } from '../../src/domain/protection/types';
import { jsonBytes } from '../../src/domain/plain-values';
import { COMMANDS_PER_RUN_MAX, type Tally } from './scale';

export type Reduce = typeof reducePosition;

const START_MS = 1_700_000_000_000;
const SYMBOL = 'BTCUSDT';
/** Of what is asked for in a run, how long the rules get afterwards, with a venue that answers. */
const HEALED_SECONDS = 90;
const EMERGENCY_AFTER_MS = 30_000;
const HOLDING_MINUTES = 2;
/** Of a position that time closes at the very end. */
const BOOKED_WITHIN_MS = 15_000;

export const PROTECTION: ProtectionSettings = {
  required: true,
  stopLossFraction: '0.05',
  takeProfitFraction: null,
  trailingFraction: null,
  breakEvenFraction: '0.03',
  partialTakeProfitFraction: '0.05',
  partialTakeProfitShare: '0.5',
  maxHoldingMinutes: HOLDING_MINUTES,
  stopDistanceMin: '0.0005',
  stopDistanceMax: '0.5',
  stopTrigger: 'mark',
  targetTrigger: 'last',
  unprotectedMaxSeconds: 10,
  closeUnprotectedAfterSeconds: EMERGENCY_AFTER_MS / 1_000,
  whileHalted: 'keep',
  moveLeast: '0.0005',
  moveIntervalSeconds: 10,
};

type Kind =
  | 'wait'
  | 'report'
  | 'answer question'
  | 'answer change'
  | 'end exit'
  | 'move price'
  | 'open'
  | 'add'
  | 'lose stop'
  | 'trade beside'
  | 'close'
  | 'protect'
  | 'halt'
  | 'resume'
  | 'close all'
  | 'book';

export interface WorldStep {
  readonly kind: Kind;
  /** Chooses among what is possible. */
  readonly pick: number;
  readonly passedMs: number;
}

interface VenuePosition {
  side: 'LONG' | 'SHORT';
  size: number;
  readonly entry: number;
  stop?: string;
  readonly openedAtMs: number;
  isOurs: boolean;
  /** What our entries filled in it. */
  filled: number;
}

const KINDS: readonly (readonly [Kind, weight: number])[] = [
  ['wait', 3],
  ['report', 6],
  ['answer question', 4],
  ['answer change', 5],
  ['end exit', 4],
  ['move price', 3],
  ['open', 3],
  ['add', 1],
  ['lose stop', 4],
  ['trade beside', 1],
  ['close', 1],
  ['protect', 1],
  ['halt', 1],
  ['resume', 1],
  ['close all', 1],
  ['book', 2],
];

/** What must be true after every step; named after the sentences that the tests give them. */
export class Violation extends Error {}

export class PositionWorld {
  nowMs = START_MS;
  book: PositionBook;
  private venue: VenuePosition | undefined;
  private sequence = 0;
  private price = 100;
  private tradingState: ReportFacts['tradingState'] = 'active';
  private closeAll: ReportFacts['closeAll'];
  /** As the newest report that was delivered tells it. */
  private toldState: ReportFacts['tradingState'] = 'active';
  private readonly reports: ReportFacts[] = [];
  private change: { readonly id: number; readonly change: ProtectionChange } | undefined;
  private round: ExitRound | undefined;
  private isAsked = false;
  private booking: number | undefined;
  private requests = 0;
  private cancels = 0;
  /** When the venue's position was last closed. */
  private closedAtMs = START_MS;
  /** Of the answers that this book was given. */
  private wasPassed = false;
  private nothingSeen = 0;
  private episodes = 0;

  constructor(
    private readonly reduce: Reduce,
    private readonly skewMs: number,
  ) {
    this.book = this.emptyBook();
  }

  apply({ kind, pick, passedMs }: WorldStep): void {
    this.pass(passedMs);
    switch (kind) {
      case 'wait':
        return;
      case 'report':
        return this.report(pick);
      case 'answer question':
        return this.answerQuestion(pick);
      case 'answer change':
        return this.answerChange(pick);
      case 'end exit':
        return this.endExit(pick % 4 === 0 ? 0 : pick % 4 === 1 ? 0.5 : 1);
      case 'move price':
        return this.movePrice(this.price + ((pick % 9) - 4) * 1.5, pick % 5 !== 0);
      case 'open':
        return this.open(pick);
      case 'add':
        return this.resize(1, pick % 2 === 0);
      case 'lose stop':
        return this.touch(() => (this.venue!.stop = undefined));
      case 'trade beside':
        return pick % 2 === 0 ? this.resize(-1, false) : this.resize(1, false);
      case 'close':
        return this.take({ kind: 'close', command: { ...this.request(), reason: 'OPERATOR' } });
      case 'protect':
        return this.protect(pick);
      case 'halt':
        this.tradingState = 'halted';
        return;
      case 'resume':
        this.tradingState = 'active';
        this.closeAll = undefined;
        return;
      case 'close all':
        this.closeAll = { reason: 'DAILY_LOSS', words: 'the daily loss is reached' };
        return;
      case 'book':
        return this.bookUp();
    }
  }

  /** The venue answers truly and at once from now on. @throws Violation where what must come does not */
  heal(): void {
    this.tradingState = 'active';
    this.closeAll = undefined;
    for (let second = 0; second < HEALED_SECONDS; second += 1) {
      this.pass(1_000);
      this.report(0);
      this.answerQuestion(0);
      this.answerChange(0);
      this.endExit(1);
      this.bookUp();
    }
    const { venue, book } = this;
    const isJustClosed = this.nowMs - this.closedAtMs < BOOKED_WITHIN_MS;
    if (venue === undefined && !book.isBooked && book.episode && !isJustClosed)
      throw new Violation('a flat position is not booked');
    if (venue === undefined || !venue.isOurs) return;
    if (book.row?.size !== String(venue.size)) throw new Violation(`the size is not the venue's`);
    if (venue.stop === undefined) throw new Violation('a position of ours is left without a stop');
    const isOverdue = this.venueNowMs - venue.openedAtMs > HOLDING_MINUTES * 60_000 + HEALED_SECONDS * 1_000;
    if (isOverdue) throw new Violation('a position is open beyond its time');
  }

  private get venueNowMs(): number {
    return this.nowMs + this.skewMs;
  }

  private emptyBook(): PositionBook {
    this.wasPassed = false;
    this.nothingSeen = 0;
    // What the former workflow asked for comes back to nobody.
    this.isAsked = false;
    this.booking = undefined;
    this.change = undefined;
    this.round = undefined;
    return newBook({ symbol: SYMBOL, protection: PROTECTION, foreign: 'alert' }, this.nowMs);
  }

  private pass(passedMs: number): void {
    const untilMs = this.nowMs + passedMs;
    for (;;) {
      const dueMs = nextDueAtMs(this.book, this.nowMs);
      if (dueMs === undefined || dueMs > untilMs) break;
      this.nowMs = dueMs;
      this.take({ kind: 'tick' });
    }
    this.nowMs = untilMs;
  }

  private take(input: PositionInput): void {
    const before = this.book;
    const { book, effects } = this.reduce(before, input, this.nowMs);
    // It must survive a new run at any point.
    this.book = JSON.parse(JSON.stringify(book)) as PositionBook;
    this.checkBook(before, input);
    // What happened while the venue was asked, such as the end of an exit, wants an answer of its own.
    const isAnswer = input.kind === 'seen' || input.kind === 'questionFailed';
    if (isAnswer && before.askAtMs === undefined && effects.some(({ kind }) => kind === 'askVenue'))
      throw new Violation('asked again at once');
    for (const effect of effects) this.hear(effect);
  }

  private checkBook(before: PositionBook, input: PositionInput): void {
    const { book } = this;
    if (jsonBytes(book) > BOOK_BYTES_MAX) throw new Violation('the book is too large');
    const isOlder = input.kind === 'report' && input.report.asOfMs < before.asOfMs;
    const changes =
      isOlder && JSON.stringify([before.row, before.missing]) !== JSON.stringify([book.row, book.missing]);
    if (changes || book.asOfMs < before.asOfMs) throw new Violation('an older report replaced a newer one');
    const [row, former] = [book.row, before.row];
    if (row && former && row.sequence < former.sequence) throw new Violation('an older row replaced a newer one');
    if (before.isBooked && JSON.stringify(book.trade) !== JSON.stringify(before.trade)) {
      throw new Violation('a trade was booked twice');
    }
    const isTaken = input.kind === 'protectionAnswered' && ['set', 'already'].includes(input.answer.status);
    if (isTaken && !before.exit && book.exit?.cause === 'passed') throw new Violation('an emergency without one');
    const told = input.kind === 'seen' ? input.row : input.kind === 'report' ? input.report.row : undefined;
    if (told === null) this.nothingSeen += 1;
    if (book.flat === undefined || before.flat !== undefined) return;
    const isNewer = told && before.episode && told.openedAtMs > before.episode.openedAtMs;
    if (!isNewer && told !== null) throw new Violation('flat without a report of it');
    if (!isNewer && !before.ended?.isComplete && this.nothingSeen < 2) throw new Violation('one missing row was flat');
  }

  private hear(effect: PositionEffect): void {
    const { book } = this;
    switch (effect.kind) {
      case 'alert':
        return;
      case 'askVenue':
        if (this.isAsked) throw new Violation('two questions at once');
        this.isAsked = true;
        return;
      case 'book':
        if (effect.booking === this.booking) throw new Violation('a trade is booked twice at once');
        this.booking = effect.booking;
        return;
      case 'setProtection':
        return this.hearChange(effect.call, effect.change);
      case 'cancelEntries':
        this.cancels += 1;
        // Every third one is never answered.
        if (this.cancels % 3 > 0) this.take({ kind: 'entriesCancelled', answer: { ended: 1, left: ['one', 'other'] } });
        return;
      case 'startExit':
        if (awaitsEntries(book, this.nowMs)) throw new Violation('an exit begins before entries are cancelled');
        this.checkExit(effect.round, book);
        this.round = effect.round;
        this.take({
          kind: 'exitStarted',
          round: effect.round.round,
          fingerprint: `fingerprint-${effect.round.round}`,
          clientOrderId: `of-${this.episodes}-${effect.round.round}`,
        });
    }
  }

  private hearChange(id: number, change: ProtectionChange): void {
    if (this.change) throw new Violation('two changes of protection at once');
    const { row, call, openers } = this.book;
    if (change.stopLoss === null) throw new Violation('a stop is removed');
    const isPersons = call?.cause === 'person';
    if (openers.length === 0 && !isPersons) throw new Violation('a foreign position is protected');
    const held = row?.stopLoss;
    if (!isPersons && change.stopLoss && held && isLooser(row.side, change.stopLoss, held)) {
      throw new Violation('a stop moves away from the price');
    }
    this.change = { id, change };
  }

  private checkExit(round: ExitRound, { row, openers, exit, missing }: PositionBook): void {
    if (this.round) throw new Violation('two exits at once');
    if (!row || missing) throw new Violation('an exit of nothing');
    if (round.side !== row.side || Number(round.quantity) > Number(row.size)) {
      throw new Violation('an exit of more than there is');
    }
    if (!round.isPart && round.quantity !== row.size) throw new Violation('an exit of less than all');
    if (round.timestampMs !== this.nowMs) throw new Violation('an exit of another time');
    if (this.toldState === 'halted') throw new Violation('an exit by rule while trading is halted');
    if (openers.length === 0 && exit?.cause !== 'person') throw new Violation('a foreign position is traded');
    const sinceMs = this.book.unprotectedSinceMs ?? this.nowMs;
    const isUnprotected = this.nowMs - sinceMs >= EMERGENCY_AFTER_MS;
    if (round.reason === 'EMERGENCY' && exit?.rounds === 1 && !this.wasPassed && !isUnprotected) {
      throw new Violation('an emergency without one');
    }
  }

  private request() {
    this.requests += 1;
    return { requestId: `request ${this.requests}`, words: 'a person of the test' };
  }

  private protect(pick: number): void {
    const stopLoss = (this.price + (pick % 2 === 0 ? -1 : 1) * (1 + (pick % 4))).toFixed(1);
    this.take({ kind: 'protect', command: { ...this.request(), stopLoss, force: pick % 3 === 0 } });
  }

  private row(): PositionRow | null {
    const { venue, sequence, price } = this;
    if (venue === undefined) return null;
    const { side, size, entry, stop, openedAtMs } = venue;
    return {
      symbol: SYMBOL,
      side,
      size: String(size),
      entryPrice: entry.toFixed(1),
      markPrice: price.toFixed(1),
      value: (size * entry).toFixed(1),
      ...(stop === undefined ? {} : { stopLoss: stop }),
      openedAtMs,
      updatedAtMs: this.venueNowMs,
      sequence,
      status: 'normal',
    };
  }

  private openers(): readonly PositionOpener[] {
    if (!this.venue?.isOurs) return [];
    return [{ fingerprint: 'f', clientOrderId: `entry-${this.episodes}`, quantity: String(this.venue.filled) }];
  }

  /** @param pick 0: the newest; otherwise one of the last ones, again or for the first time */
  private report(pick: number): void {
    const { tradingState, closeAll } = this;
    this.reports.push({
      asOfMs: this.venueNowMs,
      row: this.row(),
      openers: this.openers(),
      tradingState,
      ...(closeAll === undefined ? {} : { closeAll }),
    });
    const told = this.reports.at(-1 - (pick % 4)) ?? this.reports.at(-1)!;
    const isRunning = !this.book.isBooked;
    if (!isRunning && told.row !== null && told === this.reports.at(-1)) this.book = this.emptyBook();
    if (!isRunning && this.book.isBooked) return;
    if (told.asOfMs >= this.book.asOfMs) this.toldState = told.tradingState;
    this.take({ kind: 'report', report: told });
  }

  private answerQuestion(pick: number): void {
    if (!this.isAsked) return;
    this.isAsked = false;
    if (pick % 5 === 1) return this.take({ kind: 'questionFailed' });
    this.take({ kind: 'seen', asOfMs: this.venueNowMs, row: this.row(), isPaced: true });
  }

  private answerChange(pick: number): void {
    if (!this.change) return;
    const { id, change } = this.change;
    this.change = undefined;
    const truth = this.judge(change);
    const doubtful = ['unknown', 'rate_limited', 'rejected', 'no_position', 'already'] as const;
    const status = pick % 3 === 1 ? doubtful[pick % doubtful.length]! : truth;
    const isDone = (status === 'set' && pick % 7 !== 2) || (status === 'unknown' && pick % 2 === 0 && truth === 'set');
    if (isDone) {
      this.touch(() => {
        if (change.stopLoss) this.venue!.stop = change.stopLoss;
      });
    }
    if (status === 'price_passed') this.wasPassed = true;
    this.take({ kind: 'protectionAnswered', call: id, answer: { status, message: 'of the test' } });
  }

  private judge({ stopLoss }: ProtectionChange): ProtectionAnswer['status'] {
    const { venue, price } = this;
    if (venue === undefined) return 'no_position';
    if (stopLoss === undefined || stopLoss === null || stopLoss === venue.stop) return 'already';
    const isPassed = venue.side === 'LONG' ? Number(stopLoss) >= price : Number(stopLoss) <= price;
    return isPassed ? 'price_passed' : 'set';
  }

  /** @param share of what was asked for that the exit takes, as far as it is there: it only reduces */
  private endExit(share: number): void {
    const { round, venue } = this;
    if (round === undefined) return;
    this.round = undefined;
    const isSame = venue?.side === round.side;
    const filled = isSame ? Math.min(venue.size, Number(round.quantity) * share) : 0;
    if (filled > 0) this.reduceBy(filled);
    const end = { filledQuantity: String(filled), words: 'FILLED' };
    this.take({ kind: 'exitEnded', round: round.round, end });
  }

  private movePrice(price: number, isFull: boolean): void {
    this.price = Math.max(50, price);
    const { venue } = this;
    if (!venue?.stop) return;
    const stop = Number(venue.stop);
    const isReached = venue.side === 'LONG' ? this.price <= stop : this.price >= stop;
    if (!isReached) return;
    this.touch(() => (venue.stop = undefined));
    this.reduceBy(isFull ? venue.size : venue.size / 2);
  }

  private open(pick: number): void {
    if (this.venue) return;
    this.episodes += 1;
    const [side, entry] = [pick % 2 === 0 ? 'LONG' : 'SHORT', this.price] as const;
    const stop = pick % 5 === 0 ? undefined : (entry * (side === 'LONG' ? 0.96 : 1.04)).toFixed(1);
    // No two episodes of a symbol begin at one instant.
    const openedAtMs = this.venueNowMs + this.episodes;
    this.venue = { side, size: 2, entry, stop, openedAtMs, isOurs: pick % 4 !== 0, filled: 2 };
    this.touch(() => undefined);
  }

  private resize(by: number, isOurs: boolean): void {
    const { venue } = this;
    if (venue === undefined) return;
    if (by < 0) return this.reduceBy(-by);
    this.touch(() => {
      venue.size += by;
      if (isOurs && venue.isOurs) venue.filled += by;
    });
  }

  private reduceBy(quantity: number): void {
    this.touch(() => {
      this.venue!.size -= quantity;
      if (this.venue!.size > 0) return;
      this.venue = undefined;
      this.closedAtMs = this.nowMs;
    });
  }

  private touch(change: () => void): void {
    if (this.venue === undefined) return;
    this.sequence += 1;
    change();
  }

  private bookUp(): void {
    const { booking } = this;
    if (booking === undefined) return;
    this.booking = undefined;
    this.take({ kind: 'booked', booking });
    const { next, isBooked } = this.book;
    if (!isBooked || next === undefined) return;
    // As the next run begins.
    this.book = this.emptyBook();
    this.take({ kind: 'report', report: next });
  }
}

function isLooser(side: 'LONG' | 'SHORT', candidate: string, held: string): boolean {
  return side === 'LONG' ? Number(candidate) < Number(held) : Number(candidate) > Number(held);
}

const STEPS: fc.Arbitrary<WorldStep> = fc.record({
  kind: fc.oneof(...KINDS.map(([kind, weight]) => ({ arbitrary: fc.constant(kind), weight }))),
  pick: fc.nat(1_000),
  passedMs: fc.oneof(fc.constant(0), fc.nat(3_000), fc.nat(40_000)),
});

/** Any sequence of events keeps what must be true, and ends well once the venue answers. */
export function positionProperty(reduce: Reduce, tally: Tally) {
  const lengths = { maxLength: COMMANDS_PER_RUN_MAX.position, size: 'max' } as const;
  return fc.property(fc.array(STEPS, lengths), fc.integer({ min: -500, max: 500 }), (steps, skewMs) => {
    const world = new PositionWorld(reduce, skewMs);
    for (const step of steps) world.apply(step);
    world.heal();
    tally.runs += 1;
    tally.commands += steps.length;
  });
}
