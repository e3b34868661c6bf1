import { randomUUID } from 'node:crypto';
import { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { VenuePromises } from '../../venues/venue';
import type { Book } from '../book/book';
import { reducibleQuantity } from '../book/fill-position';
import {
  isOpen,
  isWaiting,
  type AttachedStops,
  type OrderRecord,
  type PositionRecord,
  type StopKind,
  type StopTrouble,
} from '../book/records';
import type { PaperClock } from '../clock';
import type { PriceFeed, Quote } from '../market/price-feed';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { amendedOrder, type OrderChange } from './amendment';
import { Draft, type Fees, type Moment } from './draft';
import type { NewOrder } from './order-request';
import { assertLeverageFits, assertWithinRiskLimit } from './risk-limits';
import { StopDesk } from './stop-desk';
import { assertNotional, crosses, touchFor } from './touch';
import { TradingRules } from './trading-rules';
import { assertStopLoss, assertTakeProfit, triggerPriceNow } from './trigger-prices';

/** Active orders per symbol: the venue's own limit for perpetuals. */
const ACTIVE_ORDERS_MAX = 500;

/** How a fault lets an order fill that would otherwise fill at once. */
export interface PartialFill {
  /** What fills at once, 0 to 1; rounded down to the quantity step, at least one. */
  readonly share: number;
  /** How long the rest waits. */
  readonly restDelayMs: number;
}

export interface PlacementOptions {
  readonly partialFill?: PartialFill;
  readonly external?: true;
  /** The order is answered for and never exists. */
  readonly vanishes?: true;
  /** The order is answered for, and then rejected for this reason. */
  readonly rejectedFor?: string;
  /** What of a market order finds nothing at once is cancelled; it fills this share, 0 to 1. */
  readonly iocShare?: number;
  /** The venue's word for who places it; absent: a client. */
  readonly createType?: string;
  /** Which of the stops that it brings never come. */
  readonly losesStops?: readonly StopKind[];
  /** What is wrong with the stops that it brings or sets. */
  readonly stopTrouble?: StopTrouble;
  /** The venue answers a change of stops with these words, and does nothing. */
  readonly refusesStopFor?: VenueRefusal;
}

/** What an order would lock, in the settle asset. */
export interface MarginPreview {
  readonly before: Decimal;
  readonly after: Decimal;
  /** As it would be. */
  readonly position: PositionRecord;
}

export interface OrderReference {
  readonly symbol: string;
  readonly orderId?: string;
  readonly clientOrderId?: string;
}

/**
 * Fills orders against the price feed. Depth is unlimited: an order that crosses fills at the touch as taker, all of
 * it; one that rests fills at its own price as maker when the touch reaches it.
 */
export class MatchingEngine {
  readonly stops: StopDesk;

  constructor(
    private readonly book: Book,
    private readonly feed: PriceFeed,
    private readonly clock: PaperClock,
    private readonly fees: Fees,
    private readonly clientIdUnique: VenuePromises['clientIdUnique'] = 'always',
    readonly rules = new TradingRules(),
  ) {
    this.stops = new StopDesk(book, feed, clock, fees, rules);
  }

  /**
   * Accepts an order, or refuses it without a trace.
   *
   * @throws VenueRefusal 110072, 110066, 110074, 30228, 110020, 110017, 30208, 30209, 110094, 110007 or 110090
   */
  place(request: NewOrder, options: PlacementOptions = {}): OrderRecord {
    const { symbol } = request.instrument;
    const reducible = reducibleQuantity(this.book.position(symbol), request.side);
    let draft: Draft;
    try {
      draft = this.#draft(request, options);
    } catch (error) {
      const isOfNothing = error instanceof VenueRefusal && error.retCode === RET_CODES.reduceOnlyRuleNotSatisfied;
      if (isOfNothing) this.book.commit({ oddExits: [{ symbol, what: 'nothing' }] });
      throw error;
    }
    const isTooLarge = request.reduceOnly && reducible.lt(request.quantity);
    const transaction = options.vanishes ? { vanished: [draft.order.clientOrderId] } : draft.toTransaction();
    this.book.commit(isTooLarge ? { ...transaction, oddExits: [{ symbol, what: 'too_large' }] } : transaction);
    return draft.order;
  }

  /** What the account would lock if this order were placed. @throws VenueRefusal as place */
  preview(request: NewOrder): MarginPreview {
    const { positionMargin, orderMargin } = this.book.walletBalance;
    const before = positionMargin.plus(orderMargin);
    const draft = this.#draft(request, {});
    return { before, after: before.plus(draft.addedMargin), position: draft.position };
  }

  #draft(request: NewOrder, options: PlacementOptions): Draft {
    const { symbol } = request.instrument;
    const { orders } = this.book;
    // Before anything else, so that a repeated request is told apart from one that fails for its own reasons.
    if (request.clientOrderId !== '' && this.#isTaken(request.clientOrderId)) {
      throw new VenueRefusal(RET_CODES.clientOrderIdDuplicate, 'OrderLinkedID is duplicate');
    }
    const steadyNowMs = this.clock.steadyNowMs();
    this.rules.assertTradable({ ...request, symbol }, { nowMs: this.clock.nowMs(), steadyNowMs });
    if (orders.openCount(symbol) >= ACTIVE_ORDERS_MAX) {
      throw new VenueRefusal(
        RET_CODES.tooManyActiveOrders,
        `not allowed to have more than ${ACTIVE_ORDERS_MAX} active orders`,
      );
    }
    const quote = this.feed.quote(symbol, steadyNowMs);
    const reducible = reducibleQuantity(this.book.position(symbol), request.side);
    const quantity = this.#acceptedQuantity(request, reducible);
    const touch = touchFor(request.side, quote);
    const standing = this.#standing(request, quote);
    assertNotional(request, quantity, standing.limitPrice ?? touch);
    const order = this.#newOrder(standing, quantity, options);
    this.#assertStops(standing, quote, touch);
    const draft = new Draft(this.book, this.fees, order, this.#moment(quote));
    this.#fillAtOnce(draft, standing, touch, options);
    const opens = !request.reduceOnly && quantity.gt(reducible);
    if (opens && !(draft.isCovered() && this.#isPayableFirst(order, quote))) {
      throw new VenueRefusal(RET_CODES.balanceInsufficient, 'ab not enough for new order');
    }
    if (opens) assertWithinRiskLimit(request.instrument, draft, this.book);
    return draft;
  }

  /** What an order brings is compared with its own price where it rests, and with the market where it does not. */
  #assertStops({ side, attached, limitPrice }: NewOrder, quote: Quote, touch: string): void {
    const { stopLoss, takeProfit, stopTriggerBy = 'LastPrice', targetTriggerBy = 'LastPrice' } = attached ?? {};
    const rests = limitPrice !== undefined && !crosses(side, limitPrice, touch);
    const base = (by: AttachedStops['stopTriggerBy']): string => (rests ? limitPrice : triggerPriceNow(quote, by));
    if (stopLoss !== undefined) assertStopLoss(side, stopLoss, base(stopTriggerBy), stopTriggerBy);
    if (takeProfit !== undefined) assertTakeProfit(side, takeProfit, base(targetTriggerBy), targetTriggerBy);
  }

  #moment(quote: Quote): Moment {
    return { atMs: this.clock.nowMs(), steadyMs: this.clock.steadyNowMs(), quote };
  }

  /** The order at the price at which the venue lets it stand. */
  #standing(request: NewOrder, quote: Quote): NewOrder {
    const { side, limitPrice, instrument } = request;
    if (limitPrice === undefined) return request;
    return { ...request, limitPrice: this.rules.standingPrice(side, limitPrice, instrument, quote.mark) };
  }

  /**
   * Changes price or quantity of an open limit order, which fills at once where it crosses then.
   *
   * @throws VenueRefusal 110001, 10001, 110066, 110074, 30228, 30208, 30209, 110094 or 110007
   */
  amend(reference: OrderReference, change: OrderChange): OrderRecord {
    const order = this.#openOrder(reference);
    const instrument = this.feed.instruments.get(order.symbol);
    if (!instrument) throw new VenueRefusal(RET_CODES.contractNotLive, 'This contract is not live');
    const { clock, rules } = this;
    const nowMs = clock.nowMs();
    rules.assertTradable(order, { nowMs, steadyNowMs: clock.steadyNowMs() });
    const quote = this.feed.quote(order.symbol, clock.steadyNowMs());
    const changed = amendedOrder(order, change, instrument, (price) =>
      rules.standingPrice(order.side, price, instrument, quote.mark),
    );
    const draft = new Draft(this.book, this.fees, { ...changed, updatedAtMs: nowMs }, this.#moment(quote));
    const touch = touchFor(order.side, quote);
    if ((order.heldUntilMs ?? 0) <= clock.steadyNowMs() && crosses(order.side, changed.limitPrice, touch)) {
      this.#take(draft, touch);
    }
    if (!order.reduceOnly && !draft.isCovered()) {
      throw new VenueRefusal(RET_CODES.balanceInsufficient, 'ab not enough for new order');
    }
    this.book.commit(draft.toTransaction());
    return draft.order;
  }

  /** @throws VenueRefusal 110001 when there is no such open order */
  cancel(reference: OrderReference): OrderRecord {
    const order = this.#openOrder(reference);
    if (isWaiting(order)) return this.stops.cancel(order);
    const quote = this.feed.quote(order.symbol, this.clock.steadyNowMs());
    const draft = new Draft(this.book, this.fees, order, this.#moment(quote));
    draft.cancel('EC_PerCancelRequest');
    this.book.commit(draft.toTransaction());
    return draft.order;
  }

  /** @throws VenueRefusal 110043, 10001, 110013 or 110007 */
  setLeverage(symbol: string, leverage: string): void {
    const instrument = this.feed.instruments.get(symbol);
    const value = /^\d{1,3}(\.\d{1,2})?$/.test(leverage) ? new ExactDecimal(leverage) : ZERO;
    if (!instrument || value.lt(1) || value.gt(instrument.leverageMax)) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'leverage invalid');
    }
    const position = this.book.position(symbol);
    assertLeverageFits(instrument, position, value, this.feed.quote(symbol, this.clock.steadyNowMs()).mark);
    if (value.eq(position.leverage)) throw new VenueRefusal(RET_CODES.leverageNotModified, 'leverage not modified');
    const margin = this.book.margin(symbol);
    const locked = margin.position.plus(margin.orders);
    const needed = locked.mul(position.leverage).div(value).minus(locked);
    if (needed.gt(0) && needed.gt(this.book.walletBalance.available)) {
      throw new VenueRefusal(RET_CODES.balanceInsufficient, 'ab not enough for new leverage');
    }
    this.book.commit({ positions: [{ ...position, leverage: formatDecimal(value), updatedAtMs: this.clock.nowMs() }] });
  }

  #openOrder({ symbol, orderId, clientOrderId }: OrderReference): OrderRecord {
    const { orders } = this.book;
    const order = orderId ? orders.byOrderId(orderId) : orders.byClientOrderId(clientOrderId ?? '');
    if (order && order.symbol === symbol && isOpen(order)) return order;
    throw new VenueRefusal(RET_CODES.orderNotFound, 'order not exists or too late to cancel');
  }

  /**
   * Sets off the stops that any second since the last time reached, then fills what the present prices reach. For resting orders
   * prices that came and went while the venue was down fill nothing.
   */
  matchOpenOrders(): void {
    this.stops.advance();
    const nowMs = this.clock.steadyNowMs();
    for (const symbol of this.book.orders.symbolsWithOpenOrders()) {
      if (this.rules.stateOf(symbol, nowMs) === 'closed') continue;
      const quote = this.feed.quote(symbol, nowMs);
      for (const order of this.book.orders.openOrders(symbol)) {
        if (!isWaiting(order) && (order.heldUntilMs ?? 0) <= nowMs) this.#matchOpenOrder(order, quote);
      }
    }
  }

  /** An order that was amended into the market. */
  #take(draft: Draft, touch: string): void {
    const { side, symbol, reduceOnly, timeInForce } = draft.order;
    const reducible = reducibleQuantity(this.book.position(symbol), side);
    const quantity = reduceOnly ? Decimal.min(draft.rest, reducible) : draft.rest;
    if (timeInForce === 'PostOnly') draft.cancel('EC_PostOnlyWillTakeLiquidity');
    else if (!quantity.isZero()) draft.fill({ quantity, price: new ExactDecimal(touch), isMaker: false });
  }

  #matchOpenOrder(order: OrderRecord, quote: Quote): void {
    const draft = new Draft(this.book, this.fees, order, this.#moment(quote));
    const reducible = reducibleQuantity(this.book.position(order.symbol), order.side);
    const touch = touchFor(order.side, quote);
    if (order.reduceOnly && reducible.isZero()) {
      draft.cancel('EC_CancelForNoFullFill');
    } else if (crosses(order.side, order.limitPrice, touch)) {
      const quantity = order.reduceOnly ? Decimal.min(draft.rest, reducible) : draft.rest;
      draft.holdRestUntil(undefined);
      draft.fill({ quantity, price: new ExactDecimal(order.limitPrice ?? touch), isMaker: order.type === 'Limit' });
    } else {
      return;
    }
    const isOfNothing = order.reduceOnly && reducible.isZero();
    const oddExits = isOfNothing ? [{ symbol: order.symbol, what: 'nothing' as const }] : undefined;
    this.book.commit({ ...draft.toTransaction(), ...(oddExits && { oddExits }) });
  }

  /** What an order opens has to be paid from what is free before it closes a position of the other side. */
  #isPayableFirst(order: OrderRecord, quote: Quote): boolean {
    const touch = touchFor(order.side, quote);
    const limitPrice = crosses(order.side, order.limitPrice, touch) ? touch : order.limitPrice;
    return new Draft(this.book, this.fees, { ...order, limitPrice }, this.#moment(quote)).isCovered();
  }

  #isTaken(clientOrderId: string): boolean {
    const { orders } = this.book;
    if (this.clientIdUnique === 'always') {
      return orders.isClientOrderIdUsed(clientOrderId) || this.book.lost.vanished.has(clientOrderId);
    }
    const order = orders.byClientOrderId(clientOrderId);
    return order !== undefined && isOpen(order);
  }

  #acceptedQuantity(request: NewOrder, reducible: Decimal): Decimal {
    const quantity = new ExactDecimal(request.quantity);
    if (!request.reduceOnly) return quantity;
    if (reducible.isZero()) {
      throw new VenueRefusal(
        RET_CODES.reduceOnlyRuleNotSatisfied,
        'current position is zero, cannot fix reduce-only order qty',
      );
    }
    return Decimal.min(quantity, reducible);
  }

  #fillAtOnce(draft: Draft, request: NewOrder, touch: string, options: PlacementOptions): void {
    const { partialFill: partial, iocShare, rejectedFor } = options;
    if (rejectedFor !== undefined) {
      draft.reject(rejectedFor);
      return;
    }
    if (!crosses(request.side, request.limitPrice, touch)) {
      if (request.timeInForce === 'IOC' || request.timeInForce === 'FOK') draft.cancel('EC_NoImmediateQtyToFill');
      return;
    }
    if (request.timeInForce === 'PostOnly') {
      draft.cancel('EC_PostOnlyWillTakeLiquidity');
      return;
    }
    const isLimit = request.type === 'Limit';
    if (partial && isLimit && request.timeInForce === 'FOK') {
      draft.cancel('EC_NoEnoughQtyToFill');
      return;
    }
    if (iocShare !== undefined && !isLimit) {
      this.#fillShare(draft, request, touch, iocShare);
      return;
    }
    const step = request.instrument.quantityStep;
    const quantity = partial
      ? Decimal.max(step, draft.rest.mul(partial.share).div(step).floor().mul(step))
      : draft.rest;
    if (partial) draft.holdRestUntil(this.clock.steadyNowMs() + partial.restDelayMs);
    draft.fill({ quantity, price: new ExactDecimal(touch), isMaker: false });
    // What a market order does not fill at once waits for the fault's rest; a limit order's own option decides of it.
    if (isLimit && request.timeInForce === 'IOC' && !draft.rest.isZero()) draft.cancel('EC_NoEnoughQtyToFill');
  }

  /** A market order is an IOC limit at the bound of its slippage: what it does not find there ends. */
  #fillShare(draft: Draft, request: NewOrder, touch: string, share: number): void {
    const step = request.instrument.quantityStep;
    const quantity = draft.rest.mul(share).div(step).floor().mul(step);
    if (quantity.isZero()) {
      draft.cancel('EC_NoImmediateQtyToFill');
      return;
    }
    draft.fill({ quantity, price: new ExactDecimal(touch), isMaker: false });
    if (!draft.rest.isZero()) draft.cancel('EC_NoEnoughQtyToFill');
  }

  #newOrder(request: NewOrder, quantity: Decimal, options: PlacementOptions): OrderRecord {
    const nowMs = this.clock.nowMs();
    return {
      sequence: this.book.orders.lastSequence + 1,
      orderId: randomUUID(),
      clientOrderId: request.clientOrderId,
      symbol: request.instrument.symbol,
      side: request.side,
      type: request.type,
      timeInForce: request.timeInForce,
      quantity: formatDecimal(quantity),
      limitPrice: request.limitPrice,
      reduceOnly: request.reduceOnly,
      status: 'New',
      filledQuantity: '0',
      filledValue: '0',
      fee: '0',
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      external: options.external,
      createType: options.createType,
      ...(request.attached && { attached: attachedBy(request.attached, options) }),
    };
  }
}

function attachedBy(attached: AttachedStops, { losesStops, stopTrouble }: PlacementOptions): AttachedStops {
  return { ...attached, ...(losesStops && { lost: losesStops }), ...(stopTrouble && { trouble: stopTrouble }) };
}
