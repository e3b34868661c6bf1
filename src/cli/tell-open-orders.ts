import type { Client } from '@temporalio/client';
import { commandLineActor } from '../access/audit';
import { auditedCancel } from '../api/present-signal';
import type { Config } from '../config/schema';
import type { TradingState } from '../domain/ledger/types';
import type { CancelledOrder, OpenOrders } from '../intake/open-orders';
import type { TradingStateControl } from '../trading/trading-state';
import { auditAttempt } from './command-audit';

/** What is open after a change of the trading state, and what became of what was to be cancelled. */
export interface OrdersReport {
  /** A sentence: it could not be read. */
  readonly problem?: string;
  readonly open?: OpenOrders;
  /** Absent: nothing was to be cancelled. */
  readonly cancelled?: readonly CancelledOrder[];
}

/** Which orders are cancelled. */
export interface Cancelling {
  /** With halt all; with reduce the entries alone, because exits are what goes on. */
  readonly by: 'halt' | 'reduce';
  readonly reason: string;
}

/**
 * What is open now, as far as it can be read: what was changed before stands in any case.
 *
 * @param cancelling absent: nothing is cancelled
 */
export async function reportOrders(
  client: Client,
  config: Config,
  control: TradingStateControl,
  cancelling: Cancelling | undefined,
): Promise<OrdersReport> {
  const [{ cancelOrders, ordersToCancel, readOpenOrders }, { SignalWorkflows }] = await Promise.all([
    import('../intake/open-orders'),
    import('../intake/signal-workflows'),
  ]);
  const signals = new SignalWorkflows(client);
  try {
    const open = await readOpenOrders(client, signals, config.venue, await control.reservations());
    if (!cancelling) return { open };
    const { by, reason } = cancelling;
    const origin = { who: commandLineActor().who, by };
    const chosen = ordersToCancel(open.orders, by);
    const cancelled = await cancelOrders(signals, chosen, { reason, origin }, ({ fingerprint }, answer) => {
      const end = answer ? auditedCancel(answer) : ({ result: 'failed' } as const);
      auditAttempt(config, { what: 'signal.cancel', target: fingerprint, why: reason, ...end });
    });
    return { open, cancelled };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The report for people. */
export async function describeOrders(report: OrdersReport, config: Config, state: TradingState): Promise<string> {
  const { renderCancelled, renderOpenOrders } = await import('./render-open-orders');
  const { problem, open, cancelled } = report;
  if (problem !== undefined || open === undefined) {
    return `Which orders are open at ${config.venue} could not be read: ${problem} Look at them at the venue.`;
  }
  return cancelled === undefined ? renderOpenOrders(open, config.venue, state) : renderCancelled(cancelled);
}

/** The report for programs. */
export async function presentOrders({ problem, open, cancelled }: OrdersReport) {
  const { presentCancelled, presentOpenOrders } = await import('./render-open-orders');
  return {
    open_orders: open && presentOpenOrders(open),
    open_orders_problem: problem,
    cancelled: cancelled && presentCancelled(cancelled),
  };
}

/** Whether all is done that was asked for. */
export function isComplete({ problem, cancelled = [] }: OrdersReport, isCancelling: boolean): boolean {
  return !isCancelling || (problem === undefined && cancelled.every(({ outcome }) => outcome !== undefined));
}
