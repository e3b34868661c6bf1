import { randomUUID } from 'node:crypto';
import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal } from '../../domain/decimal';
import type { Book } from '../book/book';
import { fillPosition } from '../book/fill-position';
import { symbolMargin } from '../book/margin';
import { isOpen, type ExecutionRecord, type OrderRecord, type PositionRecord, type Transaction } from '../book/records';
import { roundAmountUp } from '../money';

export interface Fees {
  readonly taker: string;
  readonly maker: string;
}

export interface Fill {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly isMaker: boolean;
}

/** What one order is about to change. Nothing counts before the book commits it. */
export class Draft {
  readonly #executions: ExecutionRecord[] = [];
  #position: PositionRecord;
  #walletBalance: Decimal;

  constructor(
    private readonly book: Book,
    private readonly fees: Fees,
    public order: OrderRecord,
    private readonly atMs: number,
  ) {
    this.#position = book.position(order.symbol);
    this.#walletBalance = book.walletBalance.total;
  }

  /** What is left to fill. */
  get rest(): Decimal {
    return new ExactDecimal(this.order.quantity).minus(this.order.filledQuantity);
  }

  fill({ quantity, price, isMaker }: Fill): void {
    const { order, atMs } = this;
    const feeRate = isMaker ? this.fees.maker : this.fees.taker;
    const value = price.mul(quantity);
    const fee = roundAmountUp(value.mul(feeRate));
    const { position, closedQuantity, realisedProfit } = fillPosition(
      this.#position,
      order.side,
      quantity,
      price,
      atMs,
    );
    this.#position = position;
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
      feeRate,
      isMaker,
      closedQuantity: formatDecimal(closedQuantity),
      realisedProfit: formatDecimal(realisedProfit),
      atMs,
    });
    const filledQuantity = quantity.plus(order.filledQuantity);
    this.order = {
      ...order,
      status: filledQuantity.eq(order.quantity) ? 'Filled' : 'PartiallyFilled',
      filledQuantity: formatDecimal(filledQuantity),
      filledValue: formatDecimal(value.plus(order.filledValue)),
      fee: formatDecimal(fee.plus(order.fee)),
      updatedAtMs: atMs,
    };
  }

  cancel(rejectReason: string): void {
    this.order = { ...this.order, status: 'Cancelled', rejectReason, updatedAtMs: this.atMs };
  }

  holdRestUntil(heldUntilMs: number | undefined): void {
    this.order = { ...this.order, heldUntilMs };
  }

  /** Whether the wallet covers what this draft locks beyond what is locked already. */
  isCovered(): boolean {
    const { book, order } = this;
    const others = [...book.orders.openOrders(order.symbol)].filter(({ orderId }) => orderId !== order.orderId);
    const after = symbolMargin(this.#position, isOpen(order) ? [...others, order] : others, this.fees.taker);
    const before = book.margin(order.symbol);
    const added = after.position.plus(after.orders).minus(before.position).minus(before.orders);
    const { total, available } = book.walletBalance;
    const spent = total.minus(this.#walletBalance);
    return available.minus(added).minus(spent).gte(0);
  }

  toTransaction(): Transaction {
    if (this.#executions.length === 0) return { orders: [this.order] };
    return {
      walletBalance: formatDecimal(this.#walletBalance),
      orders: [this.order],
      executions: this.#executions,
      positions: [this.#position],
    };
  }
}
