import type { OrderRecord, TriggerBy } from '../book/records';
import { MINUTE_MS } from '../market/market-source';
import type { PriceFeed, StepPrices } from '../market/price-feed';

const SECOND_MS = 1_000;
const SECONDS_PER_MINUTE = 60;

/** Stops that are gone are let go of when there are so many more than those that wait. */
const FORGOTTEN_AFTER = 100;

/** trigger: the stop is set off. follow: a trailing stop begins to follow. */
export interface StopEvent {
  readonly order: OrderRecord;
  readonly what: 'trigger' | 'follow';
  /** On the machine's clock. */
  readonly atMs: number;
}

/** How far the prices were looked at for a stop. */
interface Seen {
  readonly sinceMs: number;
  /** The next second to look at, counted from the epoch. */
  second: number;
  /** The best price since a trailing stop follows, in price steps. */
  best: number | undefined;
}

/**
 * Looks for the first second in which a price reached a stop: at every second since the last look, so that none is missed while
 * the process slept or was down. Prices are a function of time, and all that is kept here can be computed again.
 */
export class StopWatch {
  readonly #seen = new Map<string, Seen>();

  constructor(private readonly feed: PriceFeed) {}

  /** The earliest event of these stops up to now; undefined: there is none. */
  earliest(orders: readonly OrderRecord[], nowMs: number): StopEvent | undefined {
    if (this.#seen.size > orders.length + FORGOTTEN_AFTER) this.#keepOnly(orders);
    let earliest: StopEvent | undefined;
    for (const order of orders) {
      const event = this.#next(order, nowMs);
      if (event && (!earliest || event.atMs < earliest.atMs)) earliest = event;
    }
    return earliest;
  }

  #next(order: OrderRecord, nowMs: number): StopEvent | undefined {
    const seen = this.#seenOf(order);
    const nowSecond = Math.floor(nowMs / SECOND_MS);
    // The present second is looked at again, because it has not ended.
    for (; seen.second <= nowSecond; seen.second += 1) {
      if (this.#skipsMinute(order, seen, nowSecond)) continue;
      const what = this.#judge(order, seen, this.feed.stepPrices(order.symbol, seen.second * SECOND_MS));
      if (!what) continue;
      const isNow = seen.second === nowSecond;
      const reachedMs = Math.max(seen.second * SECOND_MS, seen.sinceMs);
      const lateMs = what === 'trigger' ? order.stop?.trouble?.lateMs : undefined;
      if (lateMs === undefined) return { order, what, atMs: isNow ? nowMs : reachedMs };
      // It is found again in the same second, until its time has come.
      return reachedMs + lateMs > nowMs ? undefined : { order, what, atMs: reachedMs + lateMs };
    }
    seen.second = nowSecond;
    return undefined;
  }

  #judge({ side, symbol, stop }: OrderRecord, seen: Seen, prices: StepPrices): StopEvent['what'] | undefined {
    if (!stop) return undefined;
    const isLong = side === 'Sell';
    const trigger = stop.triggerPrice === undefined ? undefined : this.feed.steps(symbol, stop.triggerPrice);
    const price = priceOf(prices, stop.triggerBy);
    if (stop.kind !== 'TrailingStop') {
      const falls = isLong === (stop.kind === 'StopLoss');
      return (falls ? price <= trigger! : price >= trigger!) ? 'trigger' : undefined;
    }
    if (!stop.isFollowing) return (isLong ? price >= trigger! : price <= trigger!) ? 'follow' : undefined;
    seen.best = isLong ? Math.max(seen.best ?? price, price) : Math.min(seen.best ?? price, price);
    const behind = isLong ? seen.best - price : price - seen.best;
    return behind >= this.feed.steps(symbol, stop.distance ?? '0') ? 'trigger' : undefined;
  }

  /** Passes over a minute of the past in which no stop of a fixed price can be reached; moves to its last second. */
  #skipsMinute({ symbol, stop, side }: OrderRecord, seen: Seen, nowSecond: number): boolean {
    const isWholeMinute = seen.second % SECONDS_PER_MINUTE === 0 && seen.second + SECONDS_PER_MINUTE <= nowSecond;
    if (!isWholeMinute || stop?.triggerPrice === undefined || stop.isFollowing) return false;
    const range = this.feed.stepRange(symbol, (seen.second * SECOND_MS) / MINUTE_MS);
    if (range) {
      const trigger = this.feed.steps(symbol, stop.triggerPrice);
      const falls = (side === 'Sell') === (stop.kind === 'StopLoss');
      if (falls ? range.low <= trigger : range.high >= trigger) return false;
    }
    seen.second += SECONDS_PER_MINUTE - 1;
    return true;
  }

  #seenOf({ orderId, stop }: OrderRecord): Seen {
    const sinceMs = stop?.sinceMs ?? 0;
    const known = this.#seen.get(orderId);
    if (known?.sinceMs === sinceMs) return known;
    const fresh: Seen = { sinceMs, second: Math.floor(sinceMs / SECOND_MS), best: undefined };
    this.#seen.set(orderId, fresh);
    return fresh;
  }

  #keepOnly(orders: readonly OrderRecord[]): void {
    const waiting = new Set(orders.map(({ orderId }) => orderId));
    for (const orderId of this.#seen.keys()) if (!waiting.has(orderId)) this.#seen.delete(orderId);
  }
}

/** The index price is the last price. */
function priceOf({ last, mark }: StepPrices, by: TriggerBy): number {
  return by === 'MarkPrice' ? mark : last;
}
