import { isOpen, type OrderRecord } from '../book/records';
import { parseNewOrder } from '../matching/order-request';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { isKept, MARKETS, orderFilter, pastFilter, takePage } from './page';
import { asShown, isShown } from './report-delay';
import { type Parameters, type Route, requireLinear, requireSymbol, text, type VenueCore } from './route';
import { executionRow, orderRow } from './rows';

const ORDER_PAGE = { defaultLimit: 20, limitMax: 50 };
const EXECUTION_PAGE = { defaultLimit: 50, limitMax: 100 };

/** The values of openOnly: what is open, or what closed last. */
const OPEN_ALONE = '0';
const RECENT_CLOSED = '1';
/** All that a new order may ask for and that the paper venue does not do. */
const UNSUPPORTED_OF_NEW: readonly string[] = (
  'triggerPrice triggerDirection triggerBy closeOnTrigger trailingStop tpLimitPrice slLimitPrice slippageToleranceType ' +
  'slippageTolerance bboSideType bboLevel marketUnit isLeverage orderFilter orderIv smpType mmp rpiTakerAccess'
).split(' ');
/** The same of a change of an order: it keeps the stops that it brings. */
export const UNSUPPORTED_ORDER_OPTIONS: readonly string[] = [
  ...UNSUPPORTED_OF_NEW,
  ...'takeProfit stopLoss tpslMode tpTriggerBy slTriggerBy tpOrderType slOrderType'.split(' '),
];

const create: Route = {
  name: 'order_create',
  method: 'POST',
  path: '/v5/order/create',
  group: 'order',
  signed: true,
  unsupported: UNSUPPORTED_OF_NEW,
  handle: (core, parameters, options) => {
    const { engine, feed } = core;
    assertOneWay(core);
    const order = engine.place(parseNewOrder(parameters, feed.instruments), options);
    return { orderId: order.orderId, orderLinkId: order.clientOrderId };
  },
};

/** An index of one side would be taken in hedge mode, and is none of what this venue does. @throws VenueRefusal 10001 */
export function assertOneWay({ account }: VenueCore): void {
  if (account.positionMode !== 'hedge') return;
  throw new VenueRefusal(RET_CODES.parametersInvalid, 'position idx not match position mode');
}

const cancel: Route = {
  name: 'order_cancel',
  method: 'POST',
  path: '/v5/order/cancel',
  group: 'order',
  signed: true,
  unsupported: ['orderFilter'],
  handle: (core, parameters) => {
    requireLinear(parameters);
    const orderId = text(parameters, 'orderId');
    const clientOrderId = text(parameters, 'orderLinkId');
    if (orderId === undefined && clientOrderId === undefined) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: orderId or orderLinkId is required');
    }
    const order = core.engine.cancel({ symbol: requireSymbol(core, parameters), orderId, clientOrderId });
    return { orderId: order.orderId, orderLinkId: order.clientOrderId };
  },
};

/** Open orders; by id, or where they are asked for, the 500 that closed last. */
const realtime: Route = {
  name: 'order_realtime',
  method: 'GET',
  path: '/v5/order/realtime',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    if (MARKETS.every((market) => text(parameters, market) === undefined)) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: symbol, baseCoin or settleCoin is required');
    }
    const openOnly = text(parameters, 'openOnly') ?? OPEN_ALONE;
    if (openOnly !== OPEN_ALONE && openOnly !== RECENT_CLOSED) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: openOnly invalid');
    }
    const matches = orderFilter(core, parameters);
    const page = takePage(realtimeCandidates(core, parameters), parameters, ORDER_PAGE, matches);
    return orderPage(core, page.rows, page.nextPageCursor);
  },
};

/** Closed orders, newest first by their creation. */
const history: Route = {
  name: 'order_history',
  method: 'GET',
  path: '/v5/order/history',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const status = text(parameters, 'orderStatus');
    const matchesOrder = orderFilter(core, parameters);
    const matchesTime = pastFilter(core, parameters);
    const page = takePage(historyCandidates(core, parameters), parameters, ORDER_PAGE, (order) => {
      if (isOpen(order) || !matchesOrder(order) || !isRemembered(core, order) || !isKept(core, order)) return false;
      if (!isShown(core, order.updatedAtMs, core.reportDelay.historyMs)) return false;
      return matchesTime(order.createdAtMs) && (status === undefined || order.status === status);
    });
    return orderPage(core, page.rows, page.nextPageCursor);
  },
};

const executions: Route = {
  name: 'execution_list',
  method: 'GET',
  path: '/v5/execution/list',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const matchesOrder = orderFilter(core, parameters);
    const matchesTime = pastFilter(core, parameters);
    // Without it all kinds come together.
    const type = text(parameters, 'execType');
    const page = takePage(core.book.orders.executions(), parameters, EXECUTION_PAGE, (execution) => {
      if (type !== undefined && type !== (execution.kind ?? 'Trade')) return false;
      if (!isShown(core, execution.atMs, core.reportDelay.historyMs)) return false;
      return matchesOrder(execution) && matchesTime(execution.atMs) && isRemembered(core, execution);
    });
    const list = page.rows.map((execution) => executionRow(execution, core.settle));
    return { category: 'linear', list, nextPageCursor: page.nextPageCursor };
  },
};

export const ORDER_ROUTES: readonly Route[] = [create, cancel, realtime, history, executions];

function realtimeCandidates(core: VenueCore, parameters: Parameters): OrderRecord[] {
  const { orders } = core.book;
  const exact = exactOrder(core, parameters);
  if (exact) {
    return exact
      .filter((order) => isOpen(order) || orders.isRecentClosed(order.orderId))
      .map((order) => asShown(core, order));
  }
  const closed = orders
    .recentClosed()
    .filter((order) => isRemembered(core, order))
    .map((order) => asShown(core, order));
  if (text(parameters, 'openOnly') === RECENT_CLOSED) {
    return closed.filter((order) => !isOpen(order)).toSorted(newestFirst);
  }
  return orders
    .symbolsWithOpenOrders()
    .flatMap((symbol) => [...orders.openOrders(symbol)])
    .concat(closed.filter(isOpen))
    .toSorted(newestFirst);
}

function historyCandidates(core: VenueCore, parameters: Parameters): Iterable<OrderRecord> {
  return exactOrder(core, parameters) ?? core.book.orders.orders();
}

/** The order that an id asks for, as a list; undefined when the query names no id. */
function exactOrder(core: VenueCore, parameters: Parameters): OrderRecord[] | undefined {
  const { book } = core;
  const orderId = text(parameters, 'orderId');
  const clientOrderId = text(parameters, 'orderLinkId');
  if (orderId === undefined && clientOrderId === undefined) return undefined;
  const order = orderId === undefined ? book.orders.byClientOrderId(clientOrderId!) : book.orders.byOrderId(orderId);
  return order && isRemembered(core, order) ? [order] : [];
}

function isRemembered({ book }: VenueCore, { orderId }: { readonly orderId: string }): boolean {
  return !book.lost.forgotten.has(orderId);
}

function newestFirst(one: OrderRecord, other: OrderRecord): number {
  return other.sequence - one.sequence;
}

function orderPage(core: VenueCore, orders: readonly OrderRecord[], nextPageCursor: string): object {
  return { category: 'linear', list: orders.map((order) => orderRow(order, core.settle)), nextPageCursor };
}
