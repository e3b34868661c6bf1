import { ORDERS_SHOWN_MAX } from '../api/present-orders';
import type { CancelledOrder, OpenOrder, OpenOrders } from '../intake/open-orders';
import type { TradingState } from '../domain/ledger/types';
import { printable } from '../process/printable';
import { renderTable } from './table';

/** What is open, for people: what may still fill, what waits, and what follows from the trading state. */
export function renderOpenOrders({ orders, waiting = 0 }: OpenOrders, venue: string, state: TradingState): string {
  const fillable = orders.filter(({ stand }) => stand !== 'unsent');
  const unsent = orders.filter(({ stand }) => stand === 'unsent');
  return [
    ...describeFillable(fillable, venue),
    ...describeExits(fillable, state),
    ...describeWaiting(unsent, waiting, state),
  ].join('\n');
}

function describeFillable(orders: readonly OpenOrder[], venue: string): readonly string[] {
  if (orders.length === 0) return [`No order of a signal is open at ${venue}.`];
  const unproven = orders.filter(({ stand }) => stand === 'unproven').length;
  const doubt = unproven === 0 ? '' : `, of ${unproven} of them it is not proven yet whether it is there`;
  const cancelling = orders.filter(({ stand }) => stand === 'cancelling').length;
  const ending = cancelling === 0 ? '' : `, ${cancelling} of them asked to cancel and not seen to end yet`;
  const what = orders.length === 1 ? '1 order is' : `${orders.length} orders are`;
  return [
    `${what} open at ${venue} and may still fill${doubt}${ending}:`,
    ...orderTable(orders),
    'oncefill signal cancel FINGERPRINT --reason TEXT cancels one of them; halt --cancel-orders all, reduce --cancel-orders the entries.',
  ];
}

function describeExits(orders: readonly OpenOrder[], state: TradingState): readonly string[] {
  const exits = orders.filter(({ intent }) => intent === 'exit').length;
  if (exits === 0 || state !== 'halted') return [];
  return [`${exits} of them only reduce a position; while trading is halted no other exit is sent in their place.`];
}

function describeWaiting(unsent: readonly OpenOrder[], waiting: number, state: TradingState): readonly string[] {
  const count = unsent.length + waiting;
  if (count === 0) return [];
  const what =
    count === 1
      ? '1 signal is under way that has sent nothing yet'
      : `${count} signals are under way that have sent nothing yet`;
  switch (state) {
    case 'halted':
      return [`${what}: without an order they end, DENIED (TRADING_HALTED).`];
    case 'reducing':
      return [`${what}: exits among them are sent, entries end DENIED (REDUCE_ONLY).`];
    case 'active':
      return [`${what}: they go on.`];
  }
}

function orderTable(orders: readonly OpenOrder[]): readonly string[] {
  const heading = ['FINGERPRINT', 'SIDE', 'SYMBOL', 'QUANTITY', 'FILLED', 'LIMIT', 'INTENT', 'IN FORCE'];
  const rows = orders
    .slice(0, ORDERS_SHOWN_MAX)
    .map((order) => [
      order.fingerprint,
      order.direction,
      printable(order.symbol),
      order.quantity,
      order.filledQuantity ?? 'unknown',
      order.limitPrice ?? 'market',
      order.intent,
      order.timeInForce ?? '',
    ]);
  const more = orders.length - rows.length;
  const lines = renderTable([heading, ...rows]).map((line) => `  ${line}`);
  return more > 0 ? [...lines, `  and ${more} more`] : lines;
}

/** What became of the orders that were to be cancelled. */
export function renderCancelled(cancelled: readonly CancelledOrder[]): string {
  if (cancelled.length === 0) return 'There was nothing to cancel.';
  const ended = cancelled.filter(({ outcome }) => outcome !== undefined).length;
  const rows = cancelled.slice(0, ORDERS_SHOWN_MAX).map(({ order, outcome, message }) => {
    return `  ${order.fingerprint}  ${outcome ?? 'has not ended yet'}: ${printable(message)}`;
  });
  const more = cancelled.length - rows.length;
  return [
    `${ended} of ${cancelled.length} signals that were asked to cancel have ended:`,
    ...rows,
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...(ended < cancelled.length ? ['oncefill signal show FINGERPRINT tells what becomes of the others.'] : []),
  ].join('\n');
}
