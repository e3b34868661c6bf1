import type { CommitCommand } from './ledger/types';
import type { OrderPlan, VenueOrder } from './market';
import { spentAmount } from './sizing';

/**
 * What the ledger books for an order of which something filled.
 *
 * @param leverage position value divided by its margin, 1 or more
 */
export function settlementOf(
  plan: OrderPlan,
  order: VenueOrder,
  leverage: number,
): Pick<CommitCommand, 'amount' | 'executedAtMs' | 'reason'> {
  return {
    amount: spentAmount({ plan, order, leverage }),
    executedAtMs: order.updatedAtMs,
    reason: fillSentence(order),
  };
}

/** `0.01 BTCUSDT at 60000`. */
export function fillSentence({ filledQuantity, symbol, averagePrice }: VenueOrder): string {
  return `${filledQuantity} ${symbol} at ${averagePrice ?? 'an unknown price'}`;
}
