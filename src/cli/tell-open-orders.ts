import type { Config } from '../config/schema';
import type { TradingState } from '../domain/ledger/types';
import type { OrdersReport } from '../positions/change-trading';

/** What is open after a change of the trading state, for people. */
export async function describeOrders(report: OrdersReport, config: Config, state: TradingState): Promise<string> {
  const { renderCancelled, renderOpenOrders } = await import('./render-open-orders');
  const { problem, open, cancelled } = report;
  if (problem !== undefined || open === undefined) {
    return `Which orders are open at ${config.venue} could not be read: ${problem} Look at them at the venue.`;
  }
  return cancelled === undefined ? renderOpenOrders(open, config.venue, state) : renderCancelled(cancelled);
}
