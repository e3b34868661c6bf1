import { randomUUID } from 'node:crypto';
import { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal } from '../../domain/decimal';
import type { Book } from '../book/book';
import { type ExecutionKind, isWaiting, type OrderRecord, type PositionRecord } from '../book/records';
import { Draft, type Fees, type Moment } from '../matching/draft';

/** The venue's words for orders of its own. */
export const BY_LIQUIDATION = 'CreateByLiq';
export const BY_ADL = 'CreateByAdl_PassThrough';

/** What an order of the venue itself does to a position: it fills at once, at whatever price the venue sets. */
export interface VenueOrder {
  readonly position: PositionRecord;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly createType: string;
  readonly kind: ExecutionKind;
}

/** What orders of the venue need to know besides the book. */
export interface VenueOrderContext {
  readonly book: Book;
  readonly fees: Fees;
  readonly moment: Moment;
}

/** Closes a part of a position by an order that nobody sent: it has no client id, and takes what the venue decides. */
export function fillVenueOrder(
  { position, quantity, price, createType, kind }: VenueOrder,
  { book, fees, moment }: VenueOrderContext,
): OrderRecord {
  const order: OrderRecord = {
    sequence: book.orders.lastSequence + 1,
    orderId: randomUUID(),
    clientOrderId: '',
    symbol: position.symbol,
    side: position.size.startsWith('-') ? 'Buy' : 'Sell',
    type: 'Market',
    timeInForce: 'IOC',
    quantity: formatDecimal(quantity),
    limitPrice: formatDecimal(price),
    reduceOnly: true,
    status: 'New',
    filledQuantity: '0',
    filledValue: '0',
    fee: '0',
    createdAtMs: moment.atMs,
    updatedAtMs: moment.atMs,
    external: true,
    createType,
  };
  const draft = new Draft(book, fees, order, moment);
  draft.fill({ quantity, price, isMaker: false, kind });
  book.commit(draft.toTransaction());
  return draft.order;
}

/**
 * Takes open orders out of the market, for a reason of the venue's. The stops of a position stay with it: they go when it
 * does.
 *
 * @param symbols of which markets
 */
export function cancelBefore(
  cancelType: 'CancelAllBeforeLiq' | 'CancelAllBeforeAdl',
  symbols: readonly string[],
  book: Book,
  atMs: number,
): void {
  const open = symbols.flatMap((symbol) => [...book.orders.openOrders(symbol)]).filter((order) => !isWaiting(order));
  const orders = open.map((order): OrderRecord => ({
    ...order,
    status: 'Cancelled',
    rejectReason: 'EC_PerCancelRequest',
    cancelType,
    updatedAtMs: atMs,
  }));
  if (orders.length > 0) book.commit({ orders });
}

/** A price in whole steps, rounded up for what a sale brings and down for what a purchase costs; at least one step. */
export function stepPrice(price: Decimal, isSale: boolean, priceStep: string): Decimal {
  const steps = price.div(priceStep);
  return Decimal.max(isSale ? steps.ceil() : steps.floor(), new ExactDecimal(1)).mul(priceStep);
}
