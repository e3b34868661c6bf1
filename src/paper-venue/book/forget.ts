import type { Book } from './book';
import { isOpen, type OrderRecord } from './records';

/** Which closed orders; nothing named: all of them. */
export interface ForgetFilter {
  readonly clientOrderId?: string;
  /** Orders whose last change, on the venue's clock, was at or before this, milliseconds UTC. */
  readonly closedUntilMs?: number;
}

/**
 * What a venue's memory ends with: no query answers for these closed orders any more. Their client ids stay used, and what
 * they filled stays booked.
 *
 * @returns the client ids that were forgotten now
 */
export function forgetOrders(book: Book, filter: ForgetFilter = {}): readonly string[] {
  const orders = candidates(book, filter).filter(
    (order) => !isOpen(order) && !order.stop && !book.lost.forgotten.has(order.orderId) && isOldEnough(order, filter),
  );
  if (orders.length > 0) book.commit({ forgotten: orders.map(({ orderId }) => orderId) });
  return orders.map(({ clientOrderId }) => clientOrderId);
}

/** Undoes it for one order. */
export function rememberOrder(book: Book, clientOrderId: string): void {
  const order = book.orders.byClientOrderId(clientOrderId);
  if (order && book.lost.forgotten.has(order.orderId)) book.commit({ remembered: [order.orderId] });
}

function candidates({ orders }: Book, { clientOrderId }: ForgetFilter): readonly OrderRecord[] {
  if (clientOrderId === undefined) return [...orders.orders()];
  const order = orders.byClientOrderId(clientOrderId);
  return order ? [order] : [];
}

function isOldEnough(
  { updatedAtMs }: OrderRecord,
  { closedUntilMs = Number.POSITIVE_INFINITY }: ForgetFilter,
): boolean {
  return updatedAtMs <= closedUntilMs;
}
