/**
 * The account, the runs of a position's workflow and the venue's books, on one clock: entries come in bursts while their position is
 * opened, closed by its stop and opened again, all between two reports; fills, reports and answers come late.
 */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createPositionActivities, type BookingAnswer } from '../../activities/positions';
import { newBook, type PositionBook, type ReportFacts } from '../../src/domain/position/book';
import { nextDueAtMs } from '../../src/domain/position/due';
import { episodeOfOrders } from '../../src/domain/position/episode-of-orders';
import { formerBeside, newsBeside, type FormerEpisode } from '../../src/domain/position/former';
import { lastBooked } from '../../src/domain/position/last-booked';
import { reportFault } from '../../src/domain/position/message-faults';
import { executionsSinceMs } from '../../src/domain/position/missed';
import type { PositionInput, reducePosition } from '../../src/domain/position/reduce';
import type { PositionEffect } from '../../src/domain/position/step';
import { toldOpeners } from '../../src/domain/position/told-openers';
import type {
  ClosedTrade,
  Execution,
  MoneyRow,
  PositionOpener,
  PositionRow,
  PositionSide,
} from '../../src/domain/position/types';
import * as risk from '../../src/domain/risk/risk';
import { AccountRisk } from '../../workflows/account-risk';
import { Desk } from '../unit/domain/risk/desk';
import { PROTECTION } from './position-world';

const SYMBOL = 'BTCUSDT';
const PRICE = 100;
const REPORT_EVERY_MS = 5_000;
const ANSWER_AFTER_MS = 300;
/** Pauses between attempts to book, as the workflow's. */
const BOOKING_PAUSES_MS = [200, 1_000, 2_000, 5_000, 10_000] as const;
const LAG_MAX_MS = 60_000;
const ENTRY_BEFORE_MS = 60_000;
const HEALED_MS = 150_000;
const TERMS = {
  symbol: SYMBOL,
  protection: {
    ...PROTECTION,
    breakEvenFraction: null,
    partialTakeProfitFraction: null,
    maxHoldingMinutes: null,
  },
  foreign: 'alert',
} as const;

export interface BurstStep {
  readonly kind: 'entry' | 'stop' | 'report' | 'wait';
  /** Chooses among what is possible. */
  readonly pick: number;
  readonly passedMs: number;
}

/** One position as the venue knows it. */
interface TrueEpisode {
  readonly side: PositionSide;
  readonly openedAtMs: number;
  readonly closedAtMs?: number;
}

interface Due {
  readonly atMs: number;
  readonly run: () => void | Promise<void>;
}

export class BurstWorld {
  nowMs: number;
  /** In the order in which they were booked. */
  readonly booked: ClosedTrade[] = [];
  readonly episodes: TrueEpisode[] = [];
  /** Of the run that is open. */
  book: PositionBook | undefined;
  private readonly account: AccountRisk;
  private readonly desk = new Desk({ positions: { onOpposite: 'net' } });
  private readonly executions: Execution[] = [];
  private readonly rows: MoneyRow[] = [];
  private readonly pending = new Map<string, { readonly reservation: never; readonly strategy: string }>();
  private dues: Due[] = [];
  /** What the last run left: where it booked nothing, what it began after. */
  private former: FormerEpisode | undefined;
  private size = 0;
  private stop: string | undefined;
  private sequence = 0;
  private orders = 0;

  constructor(private readonly reduce: typeof reducePosition) {
    this.nowMs = this.desk.nowMs;
    jest.spyOn(Date, 'now').mockImplementation(() => this.nowMs);
    this.account = new AccountRisk('bybit', risk, this.desk.terms, this.desk.book);
    this.account.keepOwnEntries();
    this.account.tellEntries(undefined);
    this.account.boundOpeners();
    this.look();
  }

  async apply({ kind, pick, passedMs }: BurstStep): Promise<void> {
    await this.pass(passedMs);
    if (kind === 'entry') this.enter(pick);
    if (kind === 'stop' && this.stop !== undefined) this.trigger();
    if (kind === 'report') this.report(pick);
  }

  /** Nothing happens at the venue any more. */
  async heal(): Promise<void> {
    await this.pass(HEALED_MS);
  }

  get open(): TrueEpisode | undefined {
    return this.size === 0 ? undefined : this.episodes.at(-1);
  }

  get stopAtVenue(): string | undefined {
    return this.stop;
  }

  private async pass(passedMs: number): Promise<void> {
    const untilMs = this.nowMs + passedMs;
    for (;;) {
      const tickMs = this.book && nextDueAtMs(this.book, this.nowMs);
      const next = this.dues.toSorted((one, other) => one.atMs - other.atMs)[0];
      const isTick = tickMs !== undefined && tickMs < (next?.atMs ?? Infinity);
      const atMs = isTick ? tickMs : next?.atMs;
      if (atMs === undefined || atMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, atMs);
      if (isTick) this.take({ kind: 'tick' });
      else {
        this.dues = this.dues.filter((one) => one !== next);
        await next!.run();
      }
    }
    this.nowMs = untilMs;
  }

  private later(afterMs: number, run: Due['run']): void {
    this.dues.push({ atMs: this.nowMs + afterMs, run });
  }

  /** An entry fills; the account hears of it at once or later. */
  private enter(pick: number): void {
    this.orders += 1;
    const direction = pick % 5 === 0 ? 'SELL' : 'BUY';
    const clientOrderId = `of${String(this.orders).padStart(30, '0')}`;
    const { reservationId: id, ...command } = this.desk.command(SYMBOL, { direction, clientOrderId });
    const reservation = { ...command, id, createdAtMs: this.nowMs - 1_000 } as never;
    this.pending.set(id, { reservation, strategy: `strategy of ${id}` });
    const executedAtMs = this.fill(direction, 1, { clientOrderId });
    if (this.size !== 0) this.stop = (PRICE * (this.size > 0 ? 0.95 : 1.05)).toFixed(1);
    this.later((pick % 4) * 1_500, () => {
      this.pending.delete(id);
      this.account.fillTaken({ reservation, executedAtMs, quantity: '1', strategy: `strategy of ${id}` });
    });
  }

  private trigger(): void {
    const words = { clientOrderId: '', stopOrderType: 'StopLoss', createType: 'CreateByStopLoss' };
    this.fill(this.size > 0 ? 'SELL' : 'BUY', Math.abs(this.size), words);
  }

  /** @returns when, on the venue's clock: no two fills are of one instant */
  private fill(direction: 'BUY' | 'SELL', quantity: number, change: Partial<Execution>): number {
    this.nowMs += 1;
    const atMs = this.nowMs;
    this.sequence += 1;
    const before = this.size;
    const by = direction === 'BUY' ? quantity : -quantity;
    const closed = Math.sign(before) === -Math.sign(by) ? Math.min(Math.abs(before), quantity) : 0;
    this.size += by;
    const isOver = before !== 0 && (this.size === 0 || Math.sign(this.size) !== Math.sign(before));
    if (isOver) this.episodes.push({ ...this.episodes.pop()!, closedAtMs: atMs });
    if (isOver) this.stop = undefined;
    if (this.size !== 0 && (before === 0 || isOver)) {
      this.episodes.push({ side: this.size > 0 ? 'LONG' : 'SHORT', openedAtMs: atMs });
    }
    const [executionId, orderId] = [`e${this.sequence}`, `o${this.sequence}`];
    this.executions.push({
      executionId,
      orderId,
      clientOrderId: '',
      symbol: SYMBOL,
      direction,
      kind: 'trade',
      quantity: String(quantity),
      price: String(PRICE),
      fee: '0',
      closedQuantity: String(closed),
      stopOrderType: '',
      createType: '',
      atMs,
      sequence: this.sequence,
      ...change,
    });
    const money = { change: '0', fee: '0', funding: '0', balance: '1' };
    this.rows.push({ executionId, orderId, kind: 'trade', symbol: SYMBOL, ...money, atMs });
    return atMs;
  }

  private row(): PositionRow | null {
    const { open, size, stop } = this;
    if (open === undefined) return null;
    return {
      symbol: SYMBOL,
      side: open.side,
      size: String(Math.abs(size)),
      entryPrice: String(PRICE),
      markPrice: String(PRICE),
      value: String(PRICE * Math.abs(size)),
      ...(stop !== undefined && { stopLoss: stop }),
      openedAtMs: open.openedAtMs,
      updatedAtMs: this.executions.at(-1)!.atMs,
      sequence: this.sequence,
      status: 'normal',
    };
  }

  /** As often as the account does by itself while something is open. */
  private look(): void {
    this.report(this.orders);
    this.later(REPORT_EVERY_MS, () => this.look());
  }

  /** The account looks, and tells what is news, at once or later. */
  private report(pick: number): void {
    const row = this.row();
    const taken = this.account.reportTaken({ asOfMs: this.nowMs, rows: row ? [row] : [], unreadable: [] });
    if (taken === undefined || !new Set([...taken, ...this.account.untold()]).has(SYMBOL)) return;
    const report = this.account.reportOf(SYMBOL, [...this.pending.values()]);
    if (report === undefined) return;
    this.later((pick % 3) * 800, () => this.tell({ ...report, tradingState: 'active' }));
  }

  /** As whoever tells a position's workflow does. */
  private tell(told: ReportFacts): void {
    if (!this.account.isToTell(SYMBOL, told)) return;
    const report = { ...told, openers: toldOpeners(told.openers), rules: TERMS };
    const fault = reportFault(report, SYMBOL);
    if (fault !== undefined) throw new Error(`A report is refused: ${fault}`);
    this.start(report);
    if (told.row === null) this.account.flatTold(SYMBOL);
  }

  private start(report: ReportFacts): void {
    if (this.book === undefined) {
      if (report.row === null && report.openers.length === 0) return;
      const former = this.former && formerBeside(this.former, report.openers);
      if (former !== undefined && newsBeside(former, report) === undefined) return;
      this.book = begun(this.nowMs, former);
    }
    this.take({ kind: 'report', report, namesLate: true });
  }

  private take(input: PositionInput): void {
    if (this.book === undefined) return;
    const { book, effects } = this.reduce(this.book, input, this.nowMs);
    this.book = JSON.parse(JSON.stringify(book)) as PositionBook;
    for (const effect of effects) this.carryOut(effect);
    if (this.book?.isBooked) this.end(this.book);
  }

  private end(book: PositionBook): void {
    this.former = lastBooked(book) ?? this.former;
    this.book = undefined;
    if (book.next === undefined) return;
    this.book = begun(this.nowMs, this.former);
    this.take({ kind: 'report', report: book.next, namesLate: true });
  }

  private carryOut(effect: PositionEffect): void {
    const { beganAtMs } = this.book!;
    /** What a run asked for comes back to it alone. */
    const toIt = (afterMs: number, answer: () => PositionInput): void =>
      this.later(afterMs, () => {
        if (this.book?.beganAtMs === beganAtMs) this.take(answer());
      });
    switch (effect.kind) {
      case 'alert':
        return;
      case 'askVenue':
        return toIt(ANSWER_AFTER_MS, () => ({ kind: 'seen', asOfMs: this.nowMs, row: this.row(), isPaced: true }));
      case 'cancelEntries':
        return toIt(0, () => ({ kind: 'entriesCancelled' }));
      case 'setProtection':
        return toIt(ANSWER_AFTER_MS, () => {
          const { stopLoss } = effect.change;
          const isThere = this.size !== 0;
          if (isThere && typeof stopLoss === 'string') [this.stop, this.sequence] = [stopLoss, this.sequence + 1];
          const answer = { status: isThere ? 'set' : 'no_position', message: '' } as const;
          return { kind: 'protectionAnswered', call: effect.call, answer };
        });
      case 'startExit':
        throw new Error(`A protected position is closed: ${effect.round.words}`);
      case 'book':
        return this.later(BOOKING_PAUSES_MS[0], () => this.bookUp(effect.booking, beganAtMs, 1));
    }
  }

  /** As workflows/position-booking.ts does. */
  private async bookUp(booking: number, beganAtMs: number, attempt: number): Promise<void> {
    const { book } = this;
    if (book === undefined || book.beganAtMs !== beganAtMs || book.booking !== booking) return;
    const hasWaited = book.flat === undefined || this.nowMs - book.flat.sinceMs >= LAG_MAX_MS;
    const named = book.episode ?? this.findEpisode(book);
    if (named === 'none' || (named === undefined && hasWaited)) return this.take({ kind: 'booked', booking });
    const answer = named && (await this.ask(book, named, hasWaited || book.next?.row?.stopLoss === undefined));
    if (answer?.status === 'booked') {
      const { trade, missed = [] } = answer;
      const all = [...missed, trade].toSorted((one, other) => one.openedAtMs - other.openedAtMs);
      this.booked.push(...all);
      for (const { symbol, openedAtMs, closedAtMs, net, reason, openedBy } of all) {
        this.later(attempt % 2 === 0 ? 0 : 400, () =>
          this.account.closed({ symbol, openedAtMs, closedAtMs, net, reason, openedBy }),
        );
      }
      return this.take({ kind: 'booked', booking, trade, missed });
    }
    const pauseMs = BOOKING_PAUSES_MS[Math.min(attempt, BOOKING_PAUSES_MS.length - 1)]!;
    this.later(pauseMs, () => this.bookUp(booking, beganAtMs, attempt + 1));
  }

  private findEpisode({ openers, beganAtMs, former }: PositionBook) {
    if (openers.length === 0) return 'none';
    const filledAtMs = Math.min(beganAtMs, ...openers.map(({ filledAtMs: atMs = beganAtMs }) => atMs));
    const sinceMs = executionsSinceMs(filledAtMs - ENTRY_BEFORE_MS, former);
    const executions = this.executions.filter(({ atMs }) => atMs >= sinceMs);
    return episodeOfOrders(SYMBOL, executions, openers.map(orderOf), former);
  }

  private async ask(
    { openers, rounds, unprotectedMs, marks, former, episode, flat }: PositionBook,
    { side, openedAtMs }: Pick<TrueEpisode, 'side' | 'openedAtMs'>,
    isLast: boolean,
  ): Promise<BookingAnswer> {
    const evidence = { symbol: SYMBOL, side, openedAtMs, exits: [], openers, exitRounds: rounds, unprotectedMs, marks };
    const seen = { entryPrice: '100', markPrice: '100', quantity: '1', flatAtMs: flat?.asOfMs ?? this.nowMs };
    const about = { evidence, seen, former, isUnseen: episode === undefined, isLast };
    const since = <Row extends { readonly atMs: number }>(rows: readonly Row[], sinceMs: number): readonly Row[] =>
      rows.filter(({ atMs }) => atMs >= sinceMs);
    const pacedVenue = {
      executions: async (_symbol: string, sinceMs: number) => since(this.executions, sinceMs),
      moneyLog: async (sinceMs: number) => since(this.rows, sinceMs),
    };
    const positions = { signalsOf: async () => [] };
    const taken = { booked: () => undefined };
    const activities = createPositionActivities({ pacedVenue, positions, taken } as never);
    const run = () => activities.bookEpisode({ environment: 'paper', venue: 'bybit', ...about });
    return (await new MockActivityEnvironment().run(run)) as BookingAnswer;
  }
}

function orderOf({ clientOrderId }: PositionOpener): string {
  return clientOrderId;
}

/** As a run begins. */
function begun(nowMs: number, former: FormerEpisode | undefined): PositionBook {
  return { ...newBook(TERMS, nowMs, former), awaitsSecondSight: true };
}
