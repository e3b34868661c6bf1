import { Decimal } from 'decimal.js';
import { ExactDecimal, ZERO } from '../../domain/decimal';
import { roundAmountUp } from '../money';
import { reducibleQuantity } from './fill-position';
import type { OrderRecord, PositionRecord } from './records';

/** What one symbol locks of the wallet. */
export interface SymbolMargin {
  readonly position: Decimal;
  readonly orders: Decimal;
}

export const NO_MARGIN: SymbolMargin = { position: ZERO, orders: ZERO };

/**
 * Initial margins: entry value / leverage for the position, and for every resting order its cost: order value / leverage,
 * the taker fee to open, and the taker fee to close at the price at which the margin is used up. An order, or the part of it, that would only close the position needs none; of several such orders
 * the earlier ones count first.
 *
 * @param openOrders of this symbol, oldest first
 */
export function symbolMargin(
  position: PositionRecord,
  openOrders: Iterable<OrderRecord>,
  takerFee: string,
): SymbolMargin {
  const leverage = new ExactDecimal(position.leverage);
  const covered = { Buy: reducibleQuantity(position, 'Buy'), Sell: reducibleQuantity(position, 'Sell') };
  let orders: Decimal = ZERO;
  for (const order of openOrders) {
    if (order.reduceOnly) continue;
    const rest = new ExactDecimal(order.quantity).minus(order.filledQuantity);
    const closing = Decimal.min(rest, covered[order.side]);
    covered[order.side] = covered[order.side].minus(closing);
    const value = rest.minus(closing).mul(order.limitPrice ?? heldMarketPrice(order));
    const closeValue = value.mul(leverage.plus(order.side === 'Buy' ? -1 : 1)).div(leverage);
    const fees = value.plus(closeValue).mul(takerFee);
    orders = orders.plus(roundAmountUp(value.div(leverage))).plus(roundAmountUp(fees));
  }
  return { position: roundAmountUp(new ExactDecimal(position.entryValue).div(leverage)), orders };
}

/** A market order whose rest is held back by a fault locks margin at the price of its first fill. */
function heldMarketPrice(order: OrderRecord): Decimal {
  const filled = new ExactDecimal(order.filledQuantity);
  return filled.isZero() ? ZERO : new ExactDecimal(order.filledValue).div(filled);
}
