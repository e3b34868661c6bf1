import type { CancelledOrder, OpenOrder, OpenOrders } from '../intake/open-orders';
import type { OrdersReport, TradingChanged } from '../positions/change-trading';

/** Orders that are listed; of more their number is said. */
export const ORDERS_SHOWN_MAX = 20;

/**
 * The body of the answers to `POST /api/halt`, `/api/reduce` and `/api/resume`; also what the commands of these names print with
 * `--json`.
 */
export function presentTradingChange(venue: string, { change, orders }: TradingChanged) {
  return {
    venue,
    trading_state: change.to,
    reason: change.reason,
    changed_at: new Date(change.atMs).toISOString(),
    ...presentReport(orders),
  };
}

function presentReport({ problem, open, cancelled }: OrdersReport) {
  return {
    open_orders: open && presentOpenOrders(open),
    open_orders_problem: problem,
    cancelled: cancelled && presentCancelled(cancelled),
  };
}

/** Bounded as the list for people is. */
export function presentOpenOrders({ orders, waiting }: OpenOrders) {
  const fillable = orders.filter(({ stand }) => stand !== 'unsent');
  return {
    open: fillable.length,
    orders: fillable.slice(0, ORDERS_SHOWN_MAX).map(presentOrder),
    more: Math.max(0, fillable.length - ORDERS_SHOWN_MAX),
    unsent: orders.length - fillable.length + (waiting ?? 0),
  };
}

function presentOrder(order: OpenOrder) {
  return {
    fingerprint: order.fingerprint,
    symbol: order.symbol,
    direction: order.direction,
    intent: order.intent,
    quantity: order.quantity,
    filled_quantity: order.filledQuantity,
    limit_price: order.limitPrice,
    time_in_force: order.timeInForce,
    /** false: the venue has not shown yet that it is open, or what became of it since it was asked to cancel it. */
    is_proven: order.stand === 'open',
  };
}

export function presentCancelled(cancelled: readonly CancelledOrder[]) {
  return cancelled.map(({ order, outcome, message }) => ({ fingerprint: order.fingerprint, outcome, message }));
}
