import { randomUUID } from 'node:crypto';
import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { Book } from '../book/book';
import { fillPosition } from '../book/fill-position';
import { symbolMargin } from '../book/margin';
import {
  isOpen,
  type ExecutionKind,
  type ExecutionRecord,
  type OrderRecord,
  type PositionRecord,
  type Transaction,
} from '../book/records';
import type { Quote } from '../market/price-feed';
import { roundAmountUp } from '../money';
import { stopsAfterFill } from './stop-orders';

export interface Fees {
  readonly taker: string;
  readonly maker: string;
  /** What one MNT is worth in the settle asset; absent: fees are paid in the settle asset. */
  readonly mntPrice?: string;
}

export interface Fill {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly isMaker: boolean;
  /** Absent: a trade. */
  readonly kind?: ExecutionKind;
}

/** When a draft is made, and the prices then. */
export interface Moment {
  /** On the venue's clock. */
  readonly atMs: number;
  /** On the machine's clock. */
  readonly steadyMs: number;
  readonly quote: Quote;
}

/** What one order is about to change. Nothing counts before the book commits it. */
export class Draft {
  readonly #executions: ExecutionRecord[] = [];
  #position: PositionRecord;
  #walletBalance: Decimal;
  #mntBalance: Decimal;
  readonly #filledBefore: string;

  constructor(
    private readonly book: Book,
    private readonly fees: Fees,
    public order: OrderRecord,
    private readonly moment: Moment,
  ) {
    this.#filledBefore = order.filledQuantity;
    this.#position = book.position(order.symbol);
    this.#walletBalance = book.walletBalance.total;
    this.#mntBalance = book.mntBalance;
  }

  /** As it would be. */
  get position(): PositionRecord {
    return this.#position;
  }

  /** What is left to fill. */
  get rest(): Decimal {
    return new ExactDecimal(this.order.quantity).minus(this.order.filledQuantity);
  }

  fill({ quantity, price, isMaker, kind }: Fill): void {
    const { order } = this;
    const { atMs, quote } = this.moment;
    const feeRate = isMaker ? this.fees.maker : this.fees.taker;
    const value = price.mul(quantity);
    const { fee, mntFee } = this.#pay(value.mul(feeRate));
    const { position, closedQuantity, realisedProfit, isOpened } = fillPosition(
      this.#position,
      order.side,
      quantity,
      price,
      atMs,
    );
    this.#position = {
      ...position,
      ...(isOpened && { openedWithStop: order.attached?.stopLoss !== undefined }),
      ...(isTroubled(order) && { stopLostByFault: true }),
      episodeProfit: formatDecimal(realisedProfit.minus(fee).plus(position.episodeProfit ?? '0')),
    };
    this.#walletBalance = this.#walletBalance.plus(realisedProfit).minus(fee);
    this.#executions.push({
      sequence: this.book.orders.lastExecutionSequence + this.#executions.length + 1,
      executionId: randomUUID(),
      orderId: order.orderId,
      clientOrderId: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      type: order.type,
      orderQuantity: order.quantity,
      orderPrice: order.limitPrice ?? '0',
      price: formatDecimal(price),
      quantity: formatDecimal(quantity),
      value: formatDecimal(value),
      fee: formatDecimal(fee),
      ...(mntFee && { mntFee: formatDecimal(mntFee) }),
      feeRate,
      isMaker,
      leavesQuantity: formatDecimal(this.rest.minus(quantity)),
      markPrice: quote.mark,
      ...(order.stop && { stopOrderType: order.stop.kind }),
      ...(order.createType !== undefined && { createType: order.createType }),
      closedQuantity: formatDecimal(closedQuantity),
      realisedProfit: formatDecimal(realisedProfit),
      atMs,
      kind,
    });
    const filledQuantity = quantity.plus(order.filledQuantity);
    this.order = {
      ...order,
      status: filledQuantity.eq(order.quantity) ? 'Filled' : 'PartiallyFilled',
      filledQuantity: formatDecimal(filledQuantity),
      filledValue: formatDecimal(value.plus(order.filledValue)),
      fee: formatDecimal(fee.plus(order.fee)),
      ...(mntFee && { mntFee: formatDecimal(mntFee.plus(order.mntFee ?? '0')) }),
      updatedAtMs: atMs,
    };
  }

  /** In MNT where the account wants that and has enough of it, in the settle asset otherwise. The latter is not booked yet. */
  #pay(exactFee: Decimal): { readonly fee: Decimal; readonly mntFee?: Decimal } {
    const fee = roundAmountUp(exactFee);
    if (this.fees.mntPrice === undefined) return { fee };
    const mntFee = roundAmountUp(exactFee.div(this.fees.mntPrice));
    if (mntFee.gt(this.#mntBalance)) return { fee };
    this.#mntBalance = this.#mntBalance.minus(mntFee);
    return { fee: ZERO, mntFee };
  }

  cancel(rejectReason: string): void {
    this.order = { ...this.order, status: 'Cancelled', rejectReason, updatedAtMs: this.moment.atMs };
  }

  /** Accepted and then refused: nothing of it fills. */
  reject(rejectReason: string): void {
    this.order = { ...this.order, status: 'Rejected', rejectReason, updatedAtMs: this.moment.atMs };
  }

  holdRestUntil(heldUntilMs: number | undefined): void {
    this.order = { ...this.order, heldUntilMs };
  }

  /** What this draft locks beyond what is locked already. */
  get addedMargin(): Decimal {
    const { book, order } = this;
    const others = [...book.orders.openOrders(order.symbol)].filter(({ orderId }) => orderId !== order.orderId);
    const after = symbolMargin(this.#position, isOpen(order) ? [...others, order] : others, this.fees.taker);
    const before = book.margin(order.symbol);
    return after.position.plus(after.orders).minus(before.position).minus(before.orders);
  }

  /** Whether the wallet covers what this draft locks beyond what is locked already. */
  isCovered(): boolean {
    const { total, available } = this.book.walletBalance;
    const spent = total.minus(this.#walletBalance);
    return available.minus(this.addedMargin).minus(spent).gte(0);
  }

  toTransaction(): Transaction {
    const { steadyMs } = this.moment;
    // A stop that is set off and finds nothing is gone all the same, and its partner with it.
    const stops = this.#executions.length > 0 || this.order.stop ? this.#changedStops() : [];
    if (this.#executions.length === 0) return { orders: [this.order, ...stops] };
    return {
      atMs: steadyMs,
      walletBalance: formatDecimal(this.#walletBalance),
      ...(!this.#mntBalance.eq(this.book.mntBalance) && { mntBalance: formatDecimal(this.#mntBalance) }),
      orders: [this.order, ...stops],
      executions: this.#executions,
      positions: [this.#position],
    };
  }

  /** The stops of the position, in the same step as the fills: there is no moment between them. */
  #changedStops(): OrderRecord[] {
    const { order, book, moment } = this;
    const { symbol, orderId } = order;
    const change = {
      order,
      isFirstFill: this.#filledBefore === '0',
      before: book.position(symbol),
      after: this.#position,
      stops: book.orders.stops(symbol).filter((stop) => stop.orderId !== orderId),
    };
    const nextSequence = Math.max(book.orders.lastSequence, order.sequence) + 1;
    return stopsAfterFill(change, {
      atMs: moment.atMs,
      steadyMs: moment.steadyMs,
      last: moment.quote.last,
      nextSequence,
    });
  }
}

/** Whether a fault keeps the stop that an order brings away, or lets the stop that this order is find too little. */
function isTroubled({ attached, stop }: OrderRecord): boolean {
  return attached?.lost?.includes('StopLoss') === true || stop?.trouble?.fillShare !== undefined;
}
