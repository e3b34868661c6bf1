import { randomUUID } from 'node:crypto';
import { ExactDecimal, formatDecimal } from '../../domain/decimal';
import type { Book } from '../book/book';
import type { ExecutionRecord, PositionRecord } from '../book/records';
import { touchedPosition } from '../matching/stop-orders';
import { roundAmount } from '../money';
import type { FundingRates } from './funding-rates';

/** Payments that are made up for after a time in which the venue was down; older ones are never made. */
const CATCH_UP_MAX = 300;

/** What funding needs to know of the market: the mark price of an instant. */
export type MarkAt = (symbol: string, atMs: number) => string;

/** Pays funding for whatever is open: who is long pays who is short where the rate is positive, and the other way round. */
export class FundingPayments {
  constructor(
    private readonly book: Book,
    readonly rates: FundingRates,
    private readonly markAt: MarkAt,
    private readonly accountId: string,
  ) {}

  /**
   * Makes the payments that have become due.
   *
   * @param nowMs the machine's clock
   * @param advance lets happen what came before an instant, so that a payment is that of the position of its own time
   */
  payDue(nowMs: number, advance: (untilMs: number) => void = () => undefined): void {
    const { rates, book } = this;
    if (!rates.terms.isOn) return;
    const paidUntilMs = book.fundedUntilMs;
    const lastMs = rates.lastUntil(nowMs);
    if (paidUntilMs === undefined) {
      book.commit({ fundedUntilMs: lastMs });
      return;
    }
    if (paidUntilMs >= lastMs) return;
    const firstMs = Math.max(rates.nextAfter(paidUntilMs), lastMs - (CATCH_UP_MAX - 1) * rates.intervalMs);
    for (let dueMs = firstMs; dueMs <= lastMs; dueMs += rates.intervalMs) {
      advance(dueMs);
      const executions = this.#executions(dueMs, (symbol) => rates.rateAt(symbol, dueMs));
      this.#commit(executions, dueMs, dueMs);
    }
  }

  /**
   * Makes a payment out of turn.
   *
   * @param rate a decimal string; absent: the rate of the next payment
   * @param symbol absent: of whatever is open
   * @returns the executions
   */
  payNow(nowMs: number, rate?: string, symbol?: string): readonly ExecutionRecord[] {
    const dueMs = this.rates.nextAfter(nowMs);
    const executions = this.#executions(nowMs, (name) => rate ?? this.rates.rateAt(name, dueMs), symbol);
    this.#commit(executions, nowMs);
    return executions;
  }

  #commit(executions: readonly ExecutionRecord[], atMs: number, fundedUntilMs?: number): void {
    const { book } = this;
    const paid = executions.reduce((sum, { fee }) => sum.plus(fee), new ExactDecimal(0));
    book.commit({
      ...(executions.length > 0 && {
        atMs,
        walletBalance: formatDecimal(book.walletBalance.total.minus(paid)),
        executions,
        positions: executions.map(({ symbol, fee }) => paidPosition(book.position(symbol), fee, atMs)),
      }),
      ...(fundedUntilMs !== undefined && { fundedUntilMs }),
    });
  }

  #executions(atMs: number, rateOf: (symbol: string) => string, only?: string): ExecutionRecord[] {
    const open = [...this.book.positions].filter(
      ({ size, symbol }) => size !== '0' && (only === undefined || symbol === only),
    );
    const first = this.book.orders.lastExecutionSequence + 1;
    return open.map((position, index) =>
      this.#execution(position, { atMs, rate: rateOf(position.symbol), sequence: first + index }),
    );
  }

  #execution(
    { symbol, size }: PositionRecord,
    { atMs, rate, sequence }: { readonly atMs: number; readonly rate: string; readonly sequence: number },
  ): ExecutionRecord {
    const mark = this.markAt(symbol, atMs);
    const isLong = !size.startsWith('-');
    const quantity = new ExactDecimal(size).abs();
    const value = quantity.mul(mark);
    const ownRate = isLong ? new ExactDecimal(rate) : new ExactDecimal(rate).neg();
    return {
      sequence,
      executionId: randomUUID(),
      // No order has it; the venue writes it so.
      orderId: `${Math.floor(atMs / 1_000)}-8-${this.accountId}-${sequence}-${isLong ? 1 : 2}`,
      clientOrderId: '',
      symbol,
      side: isLong ? 'Buy' : 'Sell',
      type: 'Market',
      orderQuantity: '0',
      orderPrice: '0',
      price: mark,
      quantity: formatDecimal(quantity),
      value: formatDecimal(value),
      fee: formatDecimal(roundAmount(value.mul(ownRate))),
      feeRate: formatDecimal(ownRate),
      isMaker: false,
      leavesQuantity: '0',
      markPrice: mark,
      closedQuantity: '0',
      realisedProfit: '0',
      atMs,
      kind: 'Funding',
    };
  }
}

/** What a position has realised since it was opened counts its funding. */
function paidPosition(position: PositionRecord, fee: string, atMs: number): PositionRecord {
  const episodeProfit = new ExactDecimal(position.episodeProfit ?? '0').minus(fee);
  return { ...touchedPosition(position, atMs), episodeProfit: formatDecimal(episodeProfit) };
}
