import { Decimal } from 'decimal.js';
import type { OrderPlan } from '../../domain/market';
import type { TimeInForce } from '../../domain/signal';
import { isPositiveDecimal, ONE_WAY, STOP_TRIGGER_DEFAULT, TARGET_TRIGGER_DEFAULT, TRIGGER_WORDS } from './triggers';

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
  return timeInForceFault(plan) ?? stopFault(plan);
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
 * The venue sees the same faults, in words that vary by symbol; one order in the wrong is not worth a request. Which price it
 * compares with it alone knows: an order that the market has passed meanwhile is its to refuse.
 */
function stopFault(plan: OrderPlan): string | undefined {
  const { direction, stopLoss, takeProfit, limitPrice, referencePrice } = plan;
  if (stopLoss === undefined && takeProfit === undefined) return undefined;
  if (plan.reduceOnly) return 'An order that only reduces a position carries no stop and no target; nothing was sent.';
  const price = limitPrice ?? referencePrice;
  const isBuy = direction === 'BUY';
  return (
    triggerFault({ what: 'stop', trigger: stopLoss, by: plan.stopTrigger, isBelow: isBuy, direction, price }) ??
    triggerFault({ what: 'target', trigger: takeProfit, by: plan.targetTrigger, isBelow: !isBuy, direction, price })
  );
}

interface TriggerCheck {
  readonly what: string;
  /** Absent: there is none. */
  readonly trigger: string | undefined;
  readonly by: OrderPlan['stopTrigger'];
  /** Whether it lies below the order's price; above it otherwise. */
  readonly isBelow: boolean;
  readonly direction: OrderPlan['direction'];
  readonly price: string;
}

function triggerFault({ what, trigger, by, isBelow, direction, price }: TriggerCheck): string | undefined {
  if (trigger === undefined) return undefined;
  if (!isPositiveDecimal(trigger)) return `The ${what} must be a positive decimal number, and was "${trigger}".`;
  if (by !== undefined && !Object.hasOwn(TRIGGER_WORDS, by)) return `The ${what}'s trigger "${by}" is not known here.`;
  if (!isPositiveDecimal(price)) return undefined;
  const isRight = isBelow ? new Decimal(trigger).lt(price) : new Decimal(trigger).gt(price);
  if (isRight) return undefined;
  return `The ${what} ${trigger} of a ${direction} must be ${isBelow ? 'below' : 'above'} its price, ${price}; nothing was sent.`;
}

/**
 * The body of `POST /v5/order/create`. Quantity and prices go out exactly as planned: ccxt's unified call would round
 * them, and the order would differ from what was reserved. The position's index is always named: an account in hedge mode then
 * says so, and opens nothing.
 */
export function buildOrderRequest(plan: OrderPlan): Readonly<Record<string, string | number | boolean>> {
  return {
    category: 'linear',
    symbol: plan.symbol,
    side: plan.direction === 'BUY' ? 'Buy' : 'Sell',
    qty: plan.quantity,
    orderLinkId: plan.clientOrderId,
    ...(plan.limitPrice === undefined
      ? { orderType: 'Market' }
      : { orderType: 'Limit', price: plan.limitPrice, timeInForce: TIME_IN_FORCE_WORDS[plan.timeInForce ?? 'GTC'] }),
    ...(plan.reduceOnly ? { reduceOnly: true } : stopsOf(plan)),
    positionIdx: ONE_WAY,
  };
}

/** For the whole position: the venue keeps one stop and one target of it, sizes them, and removes them when it is closed. */
function stopsOf({ stopLoss, stopTrigger, takeProfit, targetTrigger }: OrderPlan): Readonly<Record<string, string>> {
  if (stopLoss === undefined && takeProfit === undefined) return {};
  return {
    tpslMode: 'Full',
    ...(stopLoss !== undefined && { stopLoss, slTriggerBy: TRIGGER_WORDS[stopTrigger ?? STOP_TRIGGER_DEFAULT] }),
    ...(takeProfit !== undefined && {
      takeProfit,
      tpTriggerBy: TRIGGER_WORDS[targetTrigger ?? TARGET_TRIGGER_DEFAULT],
    }),
  };
}
