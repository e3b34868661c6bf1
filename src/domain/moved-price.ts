import { formatDecimal, parseDecimal } from './decimal';
import type { OrderPlan, VenueOrder } from './market';

/**
 * Compares an order's limit price at the venue with the planned one: a venue may move a price that lies outside its band to
 * the nearest one that it allows, and the order then rests where nobody asked it to.
 *
 * @returns the order; with a note that says so, where the prices differ
 */
export function withMovedPrice(plan: Pick<OrderPlan, 'limitPrice'>, order: VenueOrder): VenueOrder {
  const planned = parseDecimal(plan.limitPrice);
  const kept = parseDecimal(order.limitPrice);
  // Without a price on either side there is nothing to compare: zero is how venues write none.
  if (planned === undefined || kept === undefined || kept.isZero() || kept.equals(planned)) return order;
  return {
    ...order,
    note: `its limit price at the venue is ${formatDecimal(kept)} and not ${formatDecimal(planned)} as planned`,
  };
}
