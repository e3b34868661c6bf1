import type { Instrument } from './instrument';
import { candlePath, PATH_POINTS_PER_MINUTE } from './candle-path';
import { MINUTE_MS, type MarketSource, type MinuteCandle } from './market-source';
import { JUMPS_MAX, type PriceJump, PriceJumps } from './price-jumps';
import { SeededStream } from './seeded-random';
import { StepText } from './step-text';

const SECOND_MS = 1_000;

/** The touch, the last trade and the mark price, as decimal strings. */
export interface Quote {
  readonly bid: string;
  readonly ask: string;
  readonly last: string;
  readonly mark: string;
}

/** Prices in whole price steps. */
export interface StepPrices {
  readonly last: number;
  readonly mark: number;
}

/** One candle as the venue shows it. */
export interface KlineRow {
  readonly openTimeMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly turnover: string;
}

export interface KlineQuery {
  readonly symbol: string;
  readonly intervalMinutes: number;
  /** Bounds of the opening time, inclusive, milliseconds UTC. */
  readonly startMs?: number;
  readonly endMs?: number;
  /** 1 to 1000. */
  readonly limit: number;
}

interface SymbolFeed {
  readonly price: StepText;
  readonly quantity: StepText;
  readonly pathStream: SeededStream;
  readonly basisStream: SeededStream;
  pathMinute: number;
  path: Float64Array;
}

/** What a trader sees of a market source at a moment: prices so far, the spread around them, and candles. */
export class PriceFeed {
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly #feeds: ReadonlyMap<string, SymbolFeed>;
  readonly #jumps = new PriceJumps();
  /** Of symbols whose price stands still: that price contains them. */
  #contained: readonly PriceJump[] = [];

  /**
   * @param spreadFraction ask minus bid as a fraction of the price; at least one price step
   * @param markBasisFraction how far the mark price strays from the last price at most, a fraction of it
   */
  constructor(
    private readonly source: MarketSource,
    seed: number,
    private readonly spreadFraction: number,
    private readonly markBasisFraction = 0,
  ) {
    this.instruments = new Map(source.instruments.map((instrument) => [instrument.symbol, instrument]));
    this.#feeds = new Map(source.instruments.map((instrument) => [instrument.symbol, symbolFeed(instrument, seed)]));
  }

  /** Computes the prices up to now, so that the first request does not wait for it. */
  prepare(nowMs: number): void {
    for (const symbol of this.instruments.keys()) this.quote(symbol, nowMs);
  }

  /** How tests moved the prices, oldest first. */
  get jumps(): readonly PriceJump[] {
    return [...this.#contained, ...this.#jumps.all].slice(-JUMPS_MAX);
  }

  /** As a journal remembers them. @param still symbols whose price stands still */
  restoreJumps(jumps: readonly PriceJump[], still: ReadonlySet<string> = new Set()): void {
    this.#contained = jumps.filter(({ symbol }) => still.has(symbol));
    this.#jumps.restore(jumps.filter(({ symbol }) => !still.has(symbol)));
    for (const feed of this.#feeds.values()) feed.pathMinute = -1;
  }

  /**
   * From the second of this instant on, the price is this and moves with the market from there.
   *
   * @param price above zero
   * @throws Error for a symbol without an instrument
   */
  jump(symbol: string, price: number, atMs: number): void {
    const feed = this.#feed(symbol);
    const second = Math.floor(atMs / SECOND_MS) * SECOND_MS;
    const present = Number(this.quote(symbol, atMs).last);
    const factor = (price / present) * this.#jumps.factorAt(symbol, atMs);
    this.#jumps.add({ symbol, fromMs: second, factor });
    feed.pathMinute = -1;
  }

  /** @throws Error for a symbol without an instrument */
  quote(symbol: string, atMs: number): Quote {
    const feed = this.#feed(symbol);
    const { last, mark } = this.stepPrices(symbol, atMs);
    const spread = Math.max(1, Math.round(last * this.spreadFraction));
    const bid = Math.max(1, last - Math.floor(spread / 2));
    const text = feed.price;
    return { bid: text.write(bid), ask: text.write(bid + spread), last: text.write(last), mark: text.write(mark) };
  }

  /** The same in price steps. @throws Error for a symbol without an instrument */
  stepPrices(symbol: string, atMs: number): StepPrices {
    const feed = this.#feed(symbol);
    const minute = Math.floor(atMs / MINUTE_MS);
    const last = this.#path(symbol, feed, minute)[Math.floor((atMs - minute * MINUTE_MS) / SECOND_MS)]!;
    return { last, mark: Math.max(1, Math.round(last * (1 + this.#basis(feed, atMs)))) };
  }

  /** Between which prices, in price steps, last and mark price stay for the whole of a minute; undefined: it is not known. */
  stepRange(symbol: string, minute: number): { readonly low: number; readonly high: number } | undefined {
    const candle = this.source.candle(symbol, minute);
    if (!candle) return undefined;
    const isMoved = this.#jumps.has(symbol);
    const { low, high } = isMoved ? this.#movedCandle(symbol, this.#feed(symbol), candle, minute) : candle;
    return { low: low * (1 - this.markBasisFraction) - 1, high: high * (1 + this.markBasisFraction) + 1 };
  }

  /** A price as a whole number of price steps. */
  steps(symbol: string, price: string): number {
    return this.#feed(symbol).price.count(Number(price));
  }

  /** What the mark price is away from the last one, a fraction of it: drawn for each minute, and a straight line between. */
  #basis({ basisStream }: SymbolFeed, atMs: number): number {
    if (this.markBasisFraction === 0) return 0;
    const minute = Math.floor(atMs / MINUTE_MS);
    const share = atMs / MINUTE_MS - minute;
    const drawn = (1 - share) * basisStream.uniform(minute) + share * basisStream.uniform(minute + 1);
    return this.markBasisFraction * (2 * drawn - 1);
  }

  /**
   * Candles, newest first, the one in progress included; only candles whose every minute is known.
   *
   * @throws Error for a symbol without an instrument
   */
  klines(query: KlineQuery, nowMs: number): KlineRow[] {
    const feed = this.#feed(query.symbol);
    const interval = query.intervalMinutes;
    const nowMinute = Math.floor(nowMs / MINUTE_MS);
    const oldest = Math.ceil(this.source.oldestMinute(query.symbol) / interval) * interval;
    const from = Math.max(oldest, Math.ceil((query.startMs ?? 0) / MINUTE_MS / interval) * interval);
    const newest = Math.min(nowMinute, Math.floor((query.endMs ?? nowMs) / MINUTE_MS));
    let start = Math.floor(newest / interval) * interval;
    // With a start and no end, the venue answers the candles right after the start.
    if (query.startMs !== undefined && query.endMs === undefined) {
      start = Math.min(start, from + (query.limit - 1) * interval);
    }
    const rows: KlineRow[] = [];
    for (; start >= from && rows.length < query.limit; start -= interval) {
      const candle = this.#merge(query.symbol, feed, start, Math.min(start + interval - 1, nowMinute), nowMs);
      if (!candle) break;
      rows.push(klineRow(feed, start * MINUTE_MS, candle));
    }
    return rows;
  }

  #merge(symbol: string, feed: SymbolFeed, from: number, to: number, nowMs: number): MinuteCandle | undefined {
    let merged: MinuteCandle | undefined;
    for (let minute = from; minute <= to; minute += 1) {
      const candle = this.#candleSoFar(symbol, feed, minute, nowMs);
      if (!candle) return undefined;
      merged = merged ? join(merged, candle) : candle;
    }
    return merged;
  }

  #candleSoFar(symbol: string, feed: SymbolFeed, minute: number, nowMs: number): MinuteCandle | undefined {
    const candle = this.source.candle(symbol, minute);
    if (!candle) return undefined;
    const isOver = minute < Math.floor(nowMs / MINUTE_MS);
    if (isOver) return this.#jumps.has(symbol) ? this.#movedCandle(symbol, feed, candle, minute) : candle;
    const seconds = Math.floor((nowMs - minute * MINUTE_MS) / SECOND_MS) + 1;
    const seen = this.#path(symbol, feed, minute).subarray(0, seconds);
    return {
      open: seen[0]!,
      high: Math.max(...seen),
      low: Math.min(...seen),
      close: seen.at(-1)!,
      volume: Math.ceil((candle.volume * seconds) / PATH_POINTS_PER_MINUTE),
    };
  }

  /** A finished candle as jumps left it. */
  #movedCandle(symbol: string, feed: SymbolFeed, candle: MinuteCandle, minute: number): MinuteCandle {
    const startMs = minute * MINUTE_MS;
    if (!this.#jumps.isMovedWithin(symbol, startMs, startMs + MINUTE_MS - 1)) {
      const factor = this.#jumps.factorAt(symbol, startMs);
      const moved = (price: number): number => Math.max(1, Math.round(price * factor));
      const { open, high, low, close, volume } = candle;
      return { open: moved(open), high: moved(high), low: moved(low), close: moved(close), volume };
    }
    const path = this.#path(symbol, feed, minute);
    return {
      open: path[0]!,
      high: Math.max(...path),
      low: Math.min(...path),
      close: path.at(-1)!,
      volume: candle.volume,
    };
  }

  #path(symbol: string, feed: SymbolFeed, minute: number): Float64Array {
    if (feed.pathMinute !== minute) {
      const candle = this.source.candle(symbol, minute);
      if (!candle)
        throw new Error(
          `The paper market has no price of ${symbol} for ${new Date(minute * MINUTE_MS).toISOString()}.`,
        );
      const path = candlePath(candle, PATH_POINTS_PER_MINUTE, feed.pathStream, minute);
      feed.path = this.#jumps.has(symbol) ? this.#movedPath(symbol, path, minute) : path;
      feed.pathMinute = minute;
    }
    return feed.path;
  }

  #movedPath(symbol: string, path: Float64Array, minute: number): Float64Array {
    return path.map((price, second) => {
      const factor = this.#jumps.factorAt(symbol, minute * MINUTE_MS + second * SECOND_MS);
      return Math.max(1, Math.round(price * factor));
    });
  }

  #feed(symbol: string): SymbolFeed {
    const feed = this.#feeds.get(symbol);
    if (!feed) throw new Error(`The paper market does not trade ${symbol}.`);
    return feed;
  }
}

function symbolFeed(instrument: Instrument, seed: number): SymbolFeed {
  return {
    price: new StepText(instrument.priceStep),
    quantity: new StepText(instrument.quantityStep),
    pathStream: new SeededStream(seed, `${instrument.symbol}:path`),
    basisStream: new SeededStream(seed, `${instrument.symbol}:basis`),
    pathMinute: -1,
    path: new Float64Array(0),
  };
}

function join(earlier: MinuteCandle, later: MinuteCandle): MinuteCandle {
  return {
    open: earlier.open,
    high: Math.max(earlier.high, later.high),
    low: Math.min(earlier.low, later.low),
    close: later.close,
    volume: earlier.volume + later.volume,
  };
}

function klineRow(feed: SymbolFeed, openTimeMs: number, candle: MinuteCandle): KlineRow {
  const volume = feed.quantity.write(candle.volume);
  const close = feed.price.write(candle.close);
  return {
    openTimeMs,
    open: feed.price.write(candle.open),
    high: feed.price.write(candle.high),
    low: feed.price.write(candle.low),
    close,
    volume,
    turnover: (Number(volume) * Number(close)).toFixed(4),
  };
}
