import type { Client } from '@temporalio/client';
import type { TradingState, TradingStateChange } from '../domain/ledger/types';
import type { TradingVenue } from '../domain/trading-venue';
import {
  cancelOrders,
  ordersToCancel,
  readOpenOrders,
  type CancelledOrder,
  type OpenOrder,
  type OpenOrders,
} from '../intake/open-orders';
import { SignalWorkflows } from '../intake/signal-workflows';
import type { CancelAnswer } from '../messages/signal';
import { createTradingStateControl, type TradingStateControl } from '../trading/trading-state';

export { TradingStateError } from '../trading/trading-state';

/** What sets the trading state, and what it is then. */
export const TRADING_STATE_ACTS = { halt: 'halted', reduce: 'reducing', resume: 'active' } as const satisfies Record<
  string,
  TradingState
>;
export type TradingStateAct = keyof typeof TRADING_STATE_ACTS;

/** What is open after a change of the trading state, and what became of what was to be cancelled. */
export interface OrdersReport {
  /** A sentence: it could not be read. */
  readonly problem?: string;
  readonly open?: OpenOrders;
  /** Absent: nothing was to be cancelled. */
  readonly cancelled?: readonly CancelledOrder[];
}

export interface TradingChanged {
  readonly change: TradingStateChange;
  readonly orders: OrdersReport;
}

export interface ChangeTradingOptions {
  readonly act: TradingStateAct;
  readonly reason: string;
  /** Who cancels, as the signals keep it. */
  readonly who: string;
  /** With halt all; with reduce the entries alone, because exits are what goes on; with resume nothing. */
  readonly cancelsOrders: boolean;
  /** The account has the state, and it is waited until that holds. */
  readonly onSet?: () => void;
  /** The state holds. */
  readonly onChanged: () => void;
  /** Told of every answer of an order that was to be cancelled, and of every signal that gave none. */
  readonly onCancel: (order: OpenOrder, answer: CancelAnswer | undefined) => void;
}

/**
 * Halts, reduces or resumes: tells the account, waits until the state holds, and looks at what is open then. What cannot be looked at
 * changes nothing of that.
 *
 * @throws TradingStateError, and EnvironmentMismatchError where the namespace is another environment's
 */
export async function changeTrading(
  client: Client,
  ours: TradingVenue,
  options: ChangeTradingOptions,
): Promise<TradingChanged> {
  const { act, reason, onSet, onChanged } = options;
  const control = createTradingStateControl(client, ours);
  const change = await control.change(TRADING_STATE_ACTS[act], reason, onSet);
  onChanged();
  return { change, orders: await reportOrders(client, ours.venue, control, options) };
}

async function reportOrders(
  client: Client,
  venue: string,
  control: TradingStateControl,
  { act, reason, who, cancelsOrders, onCancel }: ChangeTradingOptions,
): Promise<OrdersReport> {
  const signals = new SignalWorkflows(client);
  try {
    const open = await readOpenOrders(client, signals, venue, await control.reservations());
    if (!cancelsOrders || act === 'resume') return { open };
    const chosen = ordersToCancel(open.orders, act);
    const cancelled = await cancelOrders(signals, chosen, { reason, origin: { who, by: act } }, onCancel);
    return { open, cancelled };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether all is done that was asked for. */
export function isComplete({ problem, cancelled = [] }: OrdersReport, isCancelling: boolean): boolean {
  return !isCancelling || (problem === undefined && cancelled.every(({ outcome }) => outcome !== undefined));
}
