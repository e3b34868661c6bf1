import type { Decimal } from 'decimal.js';
import { isDenial, type Denial } from './denial';
import {
  AMOUNT_DECIMALS,
  ExactDecimal,
  formatDecimal,
  parseDecimal,
  parseSignedDecimal,
  roundAmountUp,
  ZERO,
} from './decimal';
import { emptyAccountWords } from './empty-account';
import { orderBoundsDenial, type OrderBounds } from './entry-bounds';
import type { Market, OrderPlan, Ticker, VenueOrder } from './market';
import { protectionOf, type PlanProtection, type ProtectionTerms } from './protection/plan-protection';
import type { TradingSignal } from './signal';

export interface PlanOrderInput {
  readonly signal: TradingSignal;
  readonly market: Market;
  readonly ticker: Ticker;
  /** Free funds in the market's settle asset; needed only for a signal without an amount. */
  readonly freeFunds: string;
  /** All that the account holds of it, free or not; absent: not known. */
  readonly totalFunds?: string;
  /** The share of free funds that one order uses as margin, above 0, at most 1. */
  readonly fractionOfFree: string;
  /** Added to what the order needs, as a fraction: prices move between planning and filling. */
  readonly safetyMargin: string;
  /** 1 or more. */
  readonly leverage: number;
  readonly clientOrderId: string;
  readonly protection: ProtectionTerms;
  readonly bounds: OrderBounds;
}

interface CostTerms {
  readonly direction: TradingSignal['direction'];
  readonly leverage: Decimal;
  readonly takerFee: Decimal;
}

/** The input's numbers, read and checked once. */
interface SizingTerms extends CostTerms {
  readonly fractionOfFree: Decimal;
  readonly safetyMargin: Decimal;
  readonly quantityStep: Decimal;
  readonly quantityMin: Decimal;
  readonly priceStep: Decimal;
  readonly quote: Decimal;
}

/**
 * Decides what to send for a signal, and what to reserve for it.
 *
 * The price is the ask for BUY and the bid for SELL, or the limit price, rounded so that it is never worse than asked
 * for. A SELL limit below the bid fills at the bid, so that its reservation uses the bid. Quantities are cut down to the
 * market's step, never up.
 *
 * An exit reduces a position only: it reserves nothing, must name its amount (free funds say nothing about a position),
 * and may be smaller than the market's least order value, so that a rest can be closed.
 *
 * An entry carries what guards its position from the first fill on (./protection), and stays within the bounds of risk that a
 * single order can break; an exit meets neither.
 *
 * An entry is sized and planned as if all of it opened a position. What of it only closes an opposite one, and needs its
 * fees alone, the ledger decides when it reserves.
 */
export function planOrder(input: PlanOrderInput): OrderPlan | Denial {
  const { signal, market, clientOrderId } = input;
  const terms = readTerms(input);
  if ('code' in terms) return terms;
  const limitPrice = readLimitPrice(signal, terms);
  if (limitPrice !== undefined && 'code' in limitPrice) return limitPrice;
  const price = referencePrice(signal, terms, limitPrice);
  const wanted = wantedQuantity(input, terms, price);
  if ('code' in wanted) return wanted;

  const quantity = wanted.dividedToIntegerBy(terms.quantityStep).times(terms.quantityStep);
  const denial = boundsDenial(signal, market, terms, { wanted, quantity, price });
  if (denial !== undefined) return denial;
  const isExit = signal.intent === 'exit';
  const protection = isExit ? {} : entryTerms(input, terms, { quantity, price, limitPrice });
  if (isDenial(protection)) return protection;
  const reserved = isExit ? ZERO : roundAmountUp(neededFunds(terms, quantity, price));
  return {
    symbol: market.symbol,
    direction: signal.direction,
    clientOrderId,
    quantity: formatDecimal(quantity),
    ...(limitPrice === undefined ? {} : { limitPrice: formatDecimal(limitPrice) }),
    ...(signal.timeInForce === undefined ? {} : { timeInForce: signal.timeInForce }),
    ...(signal.goodForSeconds === undefined ? {} : { goodForSeconds: signal.goodForSeconds }),
    reduceOnly: isExit,
    asset: market.settle,
    reserveAmount: formatDecimal(reserved),
    ...(isExit ? {} : { closingAmount: formatDecimal(roundAmountUp(neededFees(terms, quantity, price))) }),
    referencePrice: formatDecimal(price),
    ...protection,
  };
}

/** What holds for entries alone: the bounds of risk that one order can break, and how its position is guarded. */
function entryTerms(
  { signal, market, ticker, leverage, protection, bounds }: PlanOrderInput,
  { direction, quote, leverage: lever }: SizingTerms,
  order: { readonly quantity: Decimal; readonly price: Decimal; readonly limitPrice?: Decimal },
): PlanProtection | Denial {
  const { limitPrice } = order;
  const denial = orderBoundsDenial({ ...order, direction, market, quote, leverage: lever }, bounds);
  return denial ?? protectionOf(signal, { direction, market, ticker, leverage, limitPrice }, protection);
}

/**
 * Whether what is reserved still covers a market entry at today's price, without the margin of safety: an order may have
 * waited since it was planned. Limit orders and exits need no more than was reserved.
 *
 * @returns undefined where it does
 */
export function priceMoveDenial(
  plan: OrderPlan,
  { market, ticker, leverage }: Pick<PlanOrderInput, 'market' | 'ticker' | 'leverage'>,
): Denial | undefined {
  if (plan.reduceOnly || plan.limitPrice !== undefined) return undefined;
  const quoteText = plan.direction === 'BUY' ? ticker.ask : ticker.bid;
  const [quote, takerFee] = [parsePositive(quoteText), parseDecimal(market.takerFee)];
  const [quantity, reserved] = [parseDecimal(plan.quantity), parseDecimal(plan.reserveAmount)];
  if (quote === undefined || takerFee === undefined || quantity === undefined || reserved === undefined) {
    return unavailable(`The venue's price "${quoteText}" for ${plan.symbol} is unusable. Send a new signal later.`);
  }
  const terms = { direction: plan.direction, leverage: new ExactDecimal(leverage), takerFee };
  const opened = beyondOffset(plan, quantity).times(quote);
  const closed = quantity.times(quote).minus(opened);
  const needed = leveragedCost(opened, terms).dividedBy(leverage).plus(closed.times(takerFee));
  if (needed.lessThanOrEqualTo(reserved)) return undefined;
  return {
    code: 'PRICE_MOVED',
    message:
      `${plan.quantity} ${market.base} at ${formatDecimal(quote)} needs ${show(needed)} ${plan.asset}, and ` +
      `${plan.reserveAmount} was reserved when the price was ${plan.referencePrice}. Send a new signal.`,
  };
}

/**
 * What an order took from free funds, to commit: its margin and its fees, rounded up. What only closes a position (an
 * exit, and the offset of an entry, which fills first) takes its fees only; the margin and the profit or loss it sets
 * free arrive with the venue's next report. A rebate above the margin counts as zero. Where the venue's figures cannot be
 * read, the whole reservation counts as taken.
 */
export function spentAmount({
  plan,
  order,
  leverage,
}: {
  readonly plan: OrderPlan;
  readonly order: VenueOrder;
  readonly leverage: number;
}): string {
  const filled = parseDecimal(order.filledQuantity);
  const price = parseDecimal(order.averagePrice ?? plan.referencePrice);
  const fee = parseSignedDecimal(order.fee);
  if (filled === undefined || price === undefined || fee === undefined) return plan.reserveAmount;
  const margin = plan.reduceOnly ? ZERO : beyondOffset(plan, filled).times(price).dividedBy(leverage);
  return formatDecimal(roundAmountUp(ExactDecimal.max(margin.plus(fee), 0)));
}

/**
 * What the venue holds back at the least while a limit order rests: the margin of what does not only close a position at
 * the limit price, rounded down, without fees and without our safety margin. Zero for market orders and exits.
 *
 * It is the least where the venue's leverage for the symbol is ours, or smaller. A venue of more leverage holds less than
 * this, so that the account lends more than our leverage allows: leverage is set or compared before entries leave. It also
 * holds less where an opposite position was opened since, which the order would only close, and where a part filled at a
 * better price; it needs no more then. In all these cases what is lent stays within what the venue reports as available:
 * never more of a reservation counts as held by the venue than the reservation itself.
 */
export function lockedAmount(plan: OrderPlan, leverage: number): string {
  const price = parseDecimal(plan.limitPrice);
  const quantity = parseDecimal(plan.quantity);
  if (plan.reduceOnly || price === undefined || quantity === undefined) return '0';
  const margin = beyondOffset(plan, quantity).times(price).dividedBy(leverage);
  return formatDecimal(margin.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_DOWN));
}

/** What of a quantity opens a position: a plan's offset closes one, and fills first. */
function beyondOffset({ offsetQuantity }: OrderPlan, quantity: Decimal): Decimal {
  const offset = parseDecimal(offsetQuantity) ?? ZERO;
  return ExactDecimal.max(quantity.minus(offset), 0);
}

function readTerms({ signal, market, ticker, ...input }: PlanOrderInput): SizingTerms | Denial {
  // An exit reserves nothing and names its amount: no such setting keeps a position open.
  const isExit = signal.intent === 'exit';
  const fractionOfFree = isExit ? ZERO : parsePositive(input.fractionOfFree);
  const safetyMargin = isExit ? ZERO : parseDecimal(input.safetyMargin);
  const isLeverage = isExit || (Number.isSafeInteger(input.leverage) && input.leverage >= 1);
  if (fractionOfFree === undefined || fractionOfFree.greaterThan(1) || safetyMargin === undefined || !isLeverage) {
    return {
      code: 'INVALID_SIGNAL',
      message:
        `The sizing settings are unusable: fractionOfFree ${input.fractionOfFree}, safetyMargin ${input.safetyMargin}, ` +
        `leverage ${input.leverage}. Correct the configuration.`,
    };
  }
  const quantityStep = parsePositive(market.quantityStep);
  const quantityMin = parseDecimal(market.quantityMin);
  const priceStep = parsePositive(market.priceStep);
  const takerFee = parseDecimal(market.takerFee);
  if (quantityStep === undefined || quantityMin === undefined || priceStep === undefined || takerFee === undefined) {
    return unavailable(`The venue's trading rules for ${market.symbol} are unusable. Check what it lists for it.`);
  }
  const quoteText = signal.direction === 'BUY' ? ticker.ask : ticker.bid;
  const quote = parsePositive(quoteText);
  if (quote === undefined) {
    return unavailable(`The venue's price "${quoteText}" for ${market.symbol} is unusable. Send a new signal later.`);
  }
  const leverage = new ExactDecimal(isExit ? 1 : input.leverage);
  const { direction } = signal;
  return { direction, fractionOfFree, safetyMargin, leverage, quantityStep, quantityMin, priceStep, takerFee, quote };
}

function readLimitPrice(signal: TradingSignal, terms: SizingTerms): Decimal | Denial | undefined {
  if (signal.limitPrice === undefined) return undefined;
  const price = parsePositive(signal.limitPrice);
  if (price === undefined) return invalid(`The limit price "${signal.limitPrice}" is no positive decimal number.`);
  const rounding = signal.direction === 'BUY' ? ExactDecimal.ROUND_DOWN : ExactDecimal.ROUND_UP;
  const stepped = price.toNearest(terms.priceStep, rounding);
  return stepped.isZero()
    ? invalid(`The limit price ${signal.limitPrice} is below the price step ${formatDecimal(terms.priceStep)}.`)
    : stepped;
}

function referencePrice(signal: TradingSignal, terms: SizingTerms, limitPrice: Decimal | undefined): Decimal {
  if (limitPrice === undefined) return terms.quote;
  return signal.direction === 'BUY' ? limitPrice : ExactDecimal.max(limitPrice, terms.quote);
}

function wantedQuantity(input: PlanOrderInput, terms: SizingTerms, price: Decimal): Decimal | Denial {
  const { signal, market } = input;
  if (signal.amount !== undefined) {
    const amount = parsePositive(signal.amount);
    return amount ?? invalid(`The amount "${signal.amount}" is no positive decimal number.`);
  }
  if (signal.intent === 'exit') return invalid('An exit must name its amount. Send the quantity to close.');
  const free = parseDecimal(input.freeFunds);
  if (free === undefined) {
    return { code: 'NO_BALANCE_KNOWN', message: `The free ${market.settle} is not known. Send a new signal later.` };
  }
  if (free.isZero()) {
    const message =
      parseDecimal(input.totalFunds)?.isZero() === true
        ? `${emptyAccountWords(market.settle)}. Then send a new signal.`
        : `No ${market.settle} is free to size the order from. Add funds or wait until other orders end.`;
    return { code: 'INSUFFICIENT_FUNDS', message };
  }
  const wanted = free.times(terms.fractionOfFree).times(terms.leverage).dividedBy(price);
  const affordable = free.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_DOWN);
  const configured = ExactDecimal.min(wanted, affordable.dividedBy(neededFunds(terms, new ExactDecimal(1), price)));
  if (signal.amountMax === undefined) return configured;
  const most = parsePositive(signal.amountMax);
  return most === undefined
    ? invalid(`The largest amount "${signal.amountMax}" is no positive decimal number.`)
    : ExactDecimal.min(configured, most);
}

interface Sizes {
  readonly wanted: Decimal;
  readonly quantity: Decimal;
  readonly price: Decimal;
}

function boundsDenial(signal: TradingSignal, market: Market, terms: SizingTerms, sizes: Sizes): Denial | undefined {
  const { wanted, quantity, price } = sizes;
  if (quantity.isZero() || quantity.lessThan(terms.quantityMin)) {
    return {
      code: 'BELOW_MINIMUM',
      message:
        `${show(wanted)} ${market.base} cut to steps of ${market.quantityStep} is ${formatDecimal(quantity)}; ` +
        `the smallest order of ${market.symbol} is ${market.quantityMin}. Send a larger amount.`,
    };
  }
  const [kind, quantityMax] =
    signal.limitPrice === undefined ? ['market', market.quantityMax] : ['limit', market.limitQuantityMax];
  if (parseDecimal(quantityMax)?.lessThan(quantity) === true) {
    return {
      code: 'ABOVE_MAXIMUM',
      message:
        `${formatDecimal(quantity)} ${market.base} is more than the largest ${kind} order of ${market.symbol}, ` +
        `${quantityMax}. Send a smaller amount.`,
    };
  }
  const notional = quantity.times(price);
  if (signal.intent === 'entry' && parseDecimal(market.notionalMin)?.greaterThan(notional) === true) {
    return {
      code: 'BELOW_MINIMUM',
      message:
        `${formatDecimal(quantity)} ${market.base} is worth ${show(notional)} ${market.quote}; ` +
        `the least order value of ${market.symbol} is ${market.notionalMin}. Send a larger amount.`,
    };
  }
  return undefined;
}

/** The order's cost × (1 + safety margin); the division comes last, because only it rounds. */
function neededFunds(terms: SizingTerms, quantity: Decimal, price: Decimal): Decimal {
  const value = quantity.times(price);
  return leveragedCost(value, terms).times(terms.safetyMargin.plus(1)).dividedBy(terms.leverage);
}

/**
 * What a venue holds for an order that opens a position, times its leverage: margin, the fee to open it, and the fee to
 * close it at the price at which the margin is used up, which is (1 - 1/leverage) of the entry's for a long position and
 * (1 + 1/leverage) for a short one. Source: Bybit, "Order Cost (USDT Contract)".
 */
function leveragedCost(value: Decimal, { direction, leverage, takerFee }: CostTerms): Decimal {
  const bankruptcy = direction === 'BUY' ? leverage.minus(1) : leverage.plus(1);
  return value.times(takerFee.times(leverage.plus(bankruptcy)).plus(1));
}

/** What is needed of that where nothing is opened: taker fee × (1 + safety margin). */
function neededFees({ takerFee, safetyMargin }: SizingTerms, quantity: Decimal, price: Decimal): Decimal {
  return quantity.times(price).times(takerFee).times(safetyMargin.plus(1));
}

function parsePositive(text: unknown): Decimal | undefined {
  const value = parseDecimal(text);
  return value?.isZero() === true ? undefined : value;
}

function show(value: Decimal): string {
  return formatDecimal(value.toDecimalPlaces(AMOUNT_DECIMALS, ExactDecimal.ROUND_DOWN));
}

function invalid(message: string): Denial {
  return { code: 'INVALID_SIGNAL', message };
}

function unavailable(message: string): Denial {
  return { code: 'VENUE_UNAVAILABLE', message };
}
