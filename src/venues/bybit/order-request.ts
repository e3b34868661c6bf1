import { Decimal } from 'decimal.js';
import type { OrderPlan } from '../../domain/market';
import type { TimeInForce } from '../../domain/signal';

/** Bybit: an orderLinkId has at most 36 characters of this set, and is never accepted twice. */
export const CLIENT_ORDER_ID_PATTERN = /^[A-Za-z0-9_-]{1,36}$/;

const TIME_IN_FORCE_WORDS: Readonly<Record<TimeInForce, string>> = {
  GTC: 'GTC',
  IOC: 'IOC',
  FOK: 'FOK',
  POST_ONLY: 'PostOnly',
};

/**
 * Names what is wrong with a plan, or undefined. ccxt and the venue are no safe second line: ccxt sends an order with
 * amount 0 without any amount.
 */
export function findOrderFault(plan: OrderPlan, symbols: ReadonlySet<string>): string | undefined {
  if (!symbols.has(plan.symbol)) return `The symbol "${plan.symbol}" is not configured for this venue.`;
  if (!CLIENT_ORDER_ID_PATTERN.test(plan.clientOrderId)) {
    return 'The client order id must have 1 to 36 characters of A-Z, a-z, 0-9, "_" and "-".';
  }
  if (!isPositiveDecimal(plan.quantity)) {
    return `The quantity must be a positive decimal number, and was "${plan.quantity}".`;
  }
  if (plan.limitPrice !== undefined && !isPositiveDecimal(plan.limitPrice)) {
    return `The limit price must be a positive decimal number, and was "${plan.limitPrice}".`;
  }
  return timeInForceFault(plan);
}

/**
 * Names a limit order that is larger than the venue takes: it would refuse it, and split one that reduces into several.
 *
 * @param limitMaxima by symbol; a symbol that is not there has none that is known
 */
export function findSizeFault(
  { symbol, quantity, limitPrice }: OrderPlan,
  limitMaxima: ReadonlyMap<string, string>,
): string | undefined {
  const maximum = limitPrice === undefined ? undefined : limitMaxima.get(symbol);
  if (maximum === undefined || new Decimal(quantity).lte(maximum)) return undefined;
  return `The quantity ${quantity} is more than the largest limit order of ${symbol}, ${maximum}; nothing was sent.`;
}

/** A plan of a newer release may name an option of which nothing is known here: it must not become a plain order. */
function timeInForceFault({ timeInForce, limitPrice }: OrderPlan): string | undefined {
  if (timeInForce === undefined) return undefined;
  if (!Object.hasOwn(TIME_IN_FORCE_WORDS, timeInForce)) return `The time in force "${timeInForce}" is not known here.`;
  return limitPrice === undefined ? `A market order cannot be ${timeInForce}; it needs a limit price.` : undefined;
}

/**
 * The body of `POST /v5/order/create`. Quantity and price go out exactly as planned: ccxt's unified call would round
 * them, and the order would differ from what was reserved.
 */
export function buildOrderRequest(plan: OrderPlan): Readonly<Record<string, string | boolean>> {
  return {
    category: 'linear',
    symbol: plan.symbol,
    side: plan.direction === 'BUY' ? 'Buy' : 'Sell',
    qty: plan.quantity,
    orderLinkId: plan.clientOrderId,
    ...(plan.limitPrice === undefined
      ? { orderType: 'Market' }
      : { orderType: 'Limit', price: plan.limitPrice, timeInForce: TIME_IN_FORCE_WORDS[plan.timeInForce ?? 'GTC'] }),
    ...(plan.reduceOnly && { reduceOnly: true }),
  };
}

function isPositiveDecimal(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text) && new Decimal(text).gt(0);
}
