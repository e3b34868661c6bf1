import type { Decimal } from 'decimal.js';
import { isOpen, type OrderRecord } from '../book/records';
import type { OrderReference } from '../matching/matching-engine';
import { parseNewOrder } from '../matching/order-request';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { assertOneWay, UNSUPPORTED_ORDER_OPTIONS } from './order-routes';
import { kindFilter, marketFilter, MARKETS } from './page';
import { type Parameters, refusedRoute, type Route, requireLinear, requireSymbol, text, type VenueCore } from './route';

/** A rate of 1 in the numbers of a pre-check. */
const RATE_UNIT = 10_000;

const amend: Route = {
  name: 'order_amend',
  method: 'POST',
  path: '/v5/order/amend',
  group: 'order',
  signed: true,
  unsupported: UNSUPPORTED_ORDER_OPTIONS,
  handle: (core, parameters) => {
    const { qty, price } = parameters;
    const change = { quantity: qty === '' ? undefined : qty, limitPrice: price === '' ? undefined : price };
    return idsOf(core.engine.amend(orderReference(core, parameters), change));
  },
};

/** Without a kind of orders it removes the stops of positions as well, as on the venue. */
const cancelAll: Route = {
  name: 'order_cancel_all',
  method: 'POST',
  path: '/v5/order/cancel-all',
  group: 'order',
  signed: true,
  unsupported: ['stopOrderType'],
  handle: (core, parameters) => {
    requireLinear(parameters);
    if (MARKETS.every((market) => text(parameters, market) === undefined)) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: symbol, baseCoin or settleCoin is required');
    }
    if (text(parameters, 'symbol') !== undefined) requireSymbol(core, parameters);
    const { orders } = core.book;
    const open = orders.symbolsWithOpenOrders().flatMap((symbol) => [...orders.openOrders(symbol)]);
    const matchesKind = kindFilter(parameters);
    const chosen = open.filter(marketFilter(core, parameters)).filter(matchesKind);
    for (const { symbol, orderId } of chosen) {
      // A stop is gone with its partner already.
      const order = orders.byOrderId(orderId);
      if (order && isOpen(order)) core.engine.cancel({ symbol, orderId });
    }
    return { list: chosen.map(idsOf), success: '1' };
  },
};

/** What an order would do to the account's margin rates. Maintenance margin is zero: nobody is liquidated. */
const preCheck: Route = {
  name: 'order_pre_check',
  method: 'POST',
  path: '/v5/order/pre-check',
  group: 'order',
  signed: true,
  unsupported: UNSUPPORTED_ORDER_OPTIONS,
  handle: (core, parameters) => {
    assertOneWay(core);
    if (core.account.profile.marginMode === 'isolated') {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'pre-check is not supported in isolated margin mode');
    }
    const request = parseNewOrder(parameters, core.feed.instruments);
    const { before, after, position } = core.engine.preview(request);
    const { total } = core.book.walletBalance;
    const rateOf = (margin: Decimal): number => margin.div(total).mul(RATE_UNIT).round().toNumber();
    const { maintenance, afterwards } = core.keeper.liquidator.maintenanceWith(position);
    return {
      orderId: '',
      orderLinkId: request.clientOrderId,
      preImrE4: rateOf(before),
      preMmrE4: rateOf(maintenance),
      postImrE4: rateOf(after),
      postMmrE4: rateOf(afterwards),
    };
  },
};

/** A batch would be several orders in one request, of which limits, faults and audits here know nothing. */
const batches: readonly Route[] = (['create', 'amend', 'cancel'] as const).map((what) =>
  refusedRoute(`order_${what}_batch`, `/v5/order/${what}-batch`, 'order', 'batches of orders'),
);

export const ORDER_CHANGE_ROUTES: readonly Route[] = [amend, cancelAll, preCheck, ...batches];

function idsOf({ orderId, clientOrderId }: OrderRecord): { orderId: string; orderLinkId: string } {
  return { orderId, orderLinkId: clientOrderId };
}

/** @throws VenueRefusal 10001 where a request names no order */
function orderReference(core: VenueCore, parameters: Parameters): OrderReference {
  requireLinear(parameters);
  const orderId = text(parameters, 'orderId');
  const clientOrderId = text(parameters, 'orderLinkId');
  if (orderId === undefined && clientOrderId === undefined) {
    throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: orderId or orderLinkId is required');
  }
  return { symbol: requireSymbol(core, parameters), orderId, clientOrderId };
}
