import { Decimal } from 'decimal.js';
import { ExactDecimal } from '../../domain/decimal';
import type { Book } from '../book/book';
import { reducibleQuantity } from '../book/fill-position';
import type { OrderRecord, PositionRecord, StopKind, StopTerms, StopTrouble } from '../book/records';
import type { PaperClock } from '../clock';
import type { PriceFeed, Quote } from '../market/price-feed';
import { Draft, type Fees, type Moment } from './draft';
import { changedStops, type StopChange } from './stop-change';
import {
  CANCELLED_BY_USER,
  POSITION_GONE,
  removedStop,
  type StopMoment,
  touchedPosition,
  unbound,
} from './stop-orders';
import { type StopEvent, StopWatch } from './stop-watch';
import { crosses, touchFor } from './touch';
import type { TradingRules } from './trading-rules';

/** Keeps the stops of positions: sets them on demand, and lets them close positions when prices reach them. */
export class StopDesk {
  readonly #watch: StopWatch;
  /** While a symbol does not trade its stops wait, and what was reached meanwhile is carried out at the end; machine's clock. */
  readonly #heldUntilMs = new Map<string, number>();

  constructor(
    private readonly book: Book,
    private readonly feed: PriceFeed,
    private readonly clock: PaperClock,
    private readonly fees: Fees,
    private readonly rules: TradingRules,
  ) {
    this.#watch = new StopWatch(feed);
  }

  /**
   * Carries out whatever prices did to stops up to now, in the order in which it happened and at the prices of those seconds.
   *
   * @param nowMs up to when, on the machine's clock; absent: now
   * @throws Error when the journal cannot be written; what is left is done the next time
   */
  advance(nowMs = this.clock.steadyNowMs()): void {
    for (let event = this.#next(nowMs); event; event = this.#next(nowMs)) {
      if (event.what === 'follow') this.#follow(event);
      else this.#setOff(event);
    }
  }

  /** @throws VenueRefusal 10001 or 34040 */
  change(symbol: string, change: StopChange, trouble?: StopTrouble): void {
    const position = this.book.position(symbol);
    const quote = this.feed.quote(symbol, this.clock.steadyNowMs());
    const moment = this.#momentNow(quote);
    const stops = changedStops(position, this.book.orders.stops(symbol), change, quote, moment);
    const orders = stops.map((order) =>
      order.stop && trouble ? { ...order, stop: { ...order.stop, trouble } } : order,
    );
    this.#commit(symbol, orders, moment);
  }

  /** A client cancels one of them; its partner goes with it. */
  cancel(order: OrderRecord): OrderRecord {
    const moment = this.#momentNow(this.feed.quote(order.symbol, this.clock.steadyNowMs()));
    const pair = order.stop?.pair;
    const partners = this.book.orders.stops(order.symbol).filter((other) => {
      return other.orderId !== order.orderId && pair !== undefined && other.stop?.pair === pair;
    });
    const cancelled = removedStop(order, CANCELLED_BY_USER, moment);
    const orders = [cancelled, ...partners.map((partner) => removedStop(partner, CANCELLED_BY_USER, moment))];
    this.#commit(order.symbol, orders, moment);
    return cancelled;
  }

  /**
   * The venue loses stops of a position.
   *
   * @param kinds absent: all of them
   * @returns how many there were
   */
  clear(symbol: string, kinds?: readonly StopKind[]): number {
    const moment = this.#momentNow(this.feed.quote(symbol, this.clock.steadyNowMs()));
    const all = this.book.orders.stops(symbol);
    const lost = all.filter(({ stop }) => stop && (kinds?.includes(stop.kind) ?? true));
    if (lost.length === 0) return 0;
    const kept = all.filter((order) => !lost.includes(order));
    const changed = kept.map((order) => unbound(order, kept)).filter((order) => !kept.includes(order));
    const orders = [...lost.map((order) => removedStop(order, POSITION_GONE, moment)), ...changed];
    this.#commit(symbol, orders, moment, { stopLostByFault: true });
    return lost.length;
  }

  #next(nowMs: number): StopEvent | undefined {
    const ready: OrderRecord[] = [];
    for (const symbol of this.book.orders.symbolsWithStops()) {
      if (!this.feed.instruments.has(symbol)) continue;
      if (this.rules.stateOf(symbol, nowMs) === 'closed') this.#heldUntilMs.set(symbol, nowMs);
      else if ((this.#heldUntilMs.get(symbol) ?? 0) <= nowMs) ready.push(...this.book.orders.stops(symbol));
    }
    return this.#watch.earliest(ready, nowMs);
  }

  /** A trailing stop has come to its own price. */
  #follow({ order, atMs }: StopEvent): void {
    const moment = this.#momentAt(atMs, this.feed.quote(order.symbol, atMs));
    const stop: StopTerms = { ...order.stop!, isFollowing: true, sinceMs: atMs };
    this.#commit(order.symbol, [{ ...order, stop, updatedAtMs: moment.atMs }], moment);
  }

  /** By market, and at once or not at all: what finds nothing within the venue's price limit is cancelled. */
  #setOff({ order, atMs }: StopEvent): void {
    const { symbol, side } = order;
    const steadyMs = Math.max(atMs, this.#heldUntilMs.get(symbol) ?? 0);
    const quote = this.feed.quote(symbol, steadyMs);
    const orderPrice = this.#worstPrice(order, quote);
    const stop: StopTerms = { ...order.stop!, orderPrice };
    const moment: Moment = { atMs: steadyMs + this.clock.offsetMs, steadyMs, quote };
    const draft = new Draft(this.book, this.fees, { ...order, stop, status: 'New' }, moment);
    const touch = touchFor(side, quote);
    const quantity = this.#found(order);
    if (!quantity.isZero() && crosses(side, orderPrice, touch)) {
      draft.fill({ quantity, price: new ExactDecimal(touch), isMaker: false });
      if (!draft.rest.isZero()) draft.cancel('EC_NoEnoughQtyToFill');
    } else {
      draft.cancel('EC_NoImmediateQtyToFill');
    }
    this.book.commit({ atMs: steadyMs, ...draft.toTransaction() });
  }

  /** What a stop that is set off finds: never more than the position, and less where a fault wants it. */
  #found({ symbol, side, quantity, stop }: OrderRecord): Decimal {
    const wanted = Decimal.min(quantity, reducibleQuantity(this.book.position(symbol), side));
    const share = stop?.trouble?.fillShare;
    if (share === undefined) return wanted;
    const { quantityStep } = this.feed.instruments.get(symbol)!;
    return wanted.mul(share).div(quantityStep).floor().mul(quantityStep);
  }

  #worstPrice({ symbol, side }: OrderRecord, quote: Quote): string | undefined {
    const limits = this.rules.priceLimits(this.feed.instruments.get(symbol)!, quote.mark);
    return limits && (side === 'Buy' ? limits.highestBuy : limits.lowestSell).toFixed();
  }

  #commit(
    symbol: string,
    orders: readonly OrderRecord[],
    { atMs, steadyMs }: StopMoment,
    changes: Partial<PositionRecord> = {},
  ): void {
    const position = { ...touchedPosition(this.book.position(symbol), atMs), ...changes };
    this.book.commit({ atMs: steadyMs, orders, positions: [position] });
  }

  #momentNow({ last }: Quote): StopMoment {
    return {
      atMs: this.clock.nowMs(),
      steadyMs: this.clock.steadyNowMs(),
      last,
      nextSequence: this.book.orders.lastSequence + 1,
    };
  }

  #momentAt(steadyMs: number, quote: Quote): StopMoment {
    return { ...this.#momentNow(quote), atMs: steadyMs + this.clock.offsetMs, steadyMs };
  }
}
