import {
  areSame,
  isGapFree,
  mergeSeries,
  newestOpenMs,
  seriesLength,
  seriesOf,
  type CandleSeries,
} from '../domain/candle-series';
import type { Candle } from '../domain/market';

/** Asked for beside the new ones: they must say what is known of them already, and one may close meanwhile. */
const OVERLAP_CANDLES = 2;
/** A candle may close while the others are fetched: the window that ends at the tick must still be complete. */
const SPARE_CANDLES = 2;
/** No venue gives more for one request. */
const REQUEST_CANDLES_MAX = 1_000;

/** So many candles in a row count as they were pushed: then a request compares them with what the venue answers. */
export const PUSHED_MAX = 15;
/** Each symbol's turn to be asked for comes once in so many candles, another symbol's with another candle. */
export const COMPARED_EVERY = PUSHED_MAX + 1;

/** What the venue's stream said of candles, beside what requests said. Since the start of the process. */
export interface PushedFigures {
  /** Candles that were taken as they were pushed. */
  readonly taken: number;
  /** Of these, those that a request has shown since. */
  readonly compared: number;
  /** Times that a pushed candle and one that is kept, or was asked for, said different things: all of the symbol was asked for then. */
  readonly differed: number;
}

/** The window that is wanted of every symbol. */
export interface WantedCandles {
  readonly intervalMs: number;
  /** When its newest candle closed, milliseconds UTC. */
  readonly closeTimeMs: number;
  /** Candles of each symbol. */
  readonly count: number;
}

interface Kept {
  readonly series: CandleSeries;
  /** For which tick it was read. */
  readonly tickMs: number;
  /** How many of the newest candles no request has shown: they were pushed. At most PUSHED_MAX. */
  readonly pushed: number;
  /** Candles that are kept. */
  readonly countMax: number;
}

/**
 * What a pushed candle is beside those that are kept: the next one; one that is known; one that says something else of a candle that is
 * kept; one that nothing follows from, because others are lacking before it, or nothing is kept.
 */
export type PushedAs = 'joined' | 'known' | 'contradicts' | 'apart';

/**
 * The candles of the ticks before, so that each tick asks only for what closed since: a closed candle does not change. Holds one
 * interval, and the symbols that were asked for last.
 */
export class KeptCandles {
  private readonly bySymbol = new Map<string, Kept>();
  private turns: ReadonlyMap<string, number> = new Map();
  private intervalMs = 0;
  private taken = 0;
  private compared = 0;
  private differed = 0;

  get pushedFigures(): PushedFigures {
    const { taken, compared, differed } = this;
    return { taken, compared, differed };
  }

  /** Forgets what is of another interval, and symbols that nobody asks for any more. */
  keepOnly(symbols: readonly string[], intervalMs: number): void {
    if (intervalMs !== this.intervalMs) this.bySymbol.clear();
    this.intervalMs = intervalMs;
    this.turns = new Map(symbols.map((symbol, index) => [symbol, index % COMPARED_EVERY]));
    for (const symbol of this.bySymbol.keys()) if (!this.turns.has(symbol)) this.bySymbol.delete(symbol);
  }

  /**
   * Takes in what an earlier process kept, of the same interval; what is known here already is newer.
   * @param pushed how many of the newest may have been pushed to it
   */
  restore(symbol: string, series: CandleSeries, tickMs: number, pushed: number): void {
    const known = this.bySymbol.get(symbol);
    if (known !== undefined && known.tickMs >= tickMs) return;
    this.bySymbol.set(symbol, { series, tickMs, pushed, countMax: seriesLength(series) });
  }

  get(symbol: string): CandleSeries | undefined {
    return this.bySymbol.get(symbol)?.series;
  }

  /** When the newest candle of a symbol opened, milliseconds UTC; undefined: none is kept. */
  newestOpenMs(symbol: string): number | undefined {
    const series = this.get(symbol);
    return series && newestOpenMs(series);
  }

  /** How many of the newest candles to ask for; 0: the tick was read already. */
  toAsk(symbol: string, { intervalMs, closeTimeMs, count }: WantedCandles): number {
    const whole = Math.min(REQUEST_CANDLES_MAX, count + SPARE_CANDLES);
    const kept = this.bySymbol.get(symbol);
    const newestMs = kept && newestOpenMs(kept.series);
    if (kept === undefined || newestMs === undefined) return whole;
    const lacking = (closeTimeMs - newestMs) / intervalMs - 1;
    const isRead = lacking <= 0 && (kept.tickMs === closeTimeMs || (kept.pushed > 0 && kept.tickMs > closeTimeMs));
    if (isRead && kept.pushed === 0) return 0;
    const isUsable =
      Number.isInteger(lacking) &&
      lacking >= -SPARE_CANDLES &&
      seriesLength(kept.series) >= count &&
      isGapFree(kept.series, intervalMs);
    if (isRead && isUsable) return 0;
    if (!isUsable) this.bySymbol.delete(symbol);
    return isUsable ? Math.min(whole, Math.max(0, lacking) + kept.pushed + OVERLAP_CANDLES) : whole;
  }

  /**
   * Takes in what a venue answered.
   * @returns whether it contradicts what was kept, which is forgotten then: ask for all of it
   */
  add(symbol: string, candles: readonly Candle[], { closeTimeMs, count }: WantedCandles): boolean {
    const fetched = seriesOf(candles);
    const kept = this.bySymbol.get(symbol);
    const countMax = count + SPARE_CANDLES;
    const { series, isRevised } = mergeSeries(kept?.series ?? seriesOf([]), fetched, countMax);
    const pushed = kept?.pushed ?? 0;
    if (isRevised && pushed > 0) this.differed += 1;
    if (!isRevised) this.compared += Math.max(0, pushed - pushedAfter(series, fetched));
    if (isRevised) this.bySymbol.delete(symbol);
    else this.bySymbol.set(symbol, { series, tickMs: closeTimeMs, pushed: pushedAfter(series, fetched), countMax });
    return isRevised;
  }

  /**
   * Takes in a candle that the venue told unasked, where it is the next one of its symbol. One that contradicts what is kept has all of
   * the symbol forgotten: a request says what is right.
   */
  push(symbol: string, intervalMs: number, candle: Candle): PushedAs {
    const kept = this.bySymbol.get(symbol);
    const newestMs = kept && newestOpenMs(kept.series);
    if (kept === undefined || newestMs === undefined || intervalMs !== this.intervalMs) return 'apart';
    const pushed = seriesOf([candle]);
    const at = kept.series.openTimesMs.indexOf(candle.openTimeMs);
    if (at >= 0) {
      if (areSame(kept.series, at, pushed, 0)) return 'known';
      this.differed += 1;
      this.bySymbol.delete(symbol);
      return 'contradicts';
    }
    if (candle.openTimeMs !== newestMs + intervalMs || kept.pushed >= PUSHED_MAX) return 'apart';
    if (this.isTurnOf(symbol, candle.openTimeMs)) return 'apart';
    this.taken += 1;
    const { series } = mergeSeries(kept.series, pushed, kept.countMax);
    const tickMs = Math.max(kept.tickMs, candle.openTimeMs + intervalMs);
    this.bySymbol.set(symbol, { ...kept, series, tickMs, pushed: kept.pushed + 1 });
    return 'joined';
  }

  /** Symbols take turns, so that no tick asks for all of them, and by the candle, so that a restart shifts none. */
  private isTurnOf(symbol: string, openTimeMs: number): boolean {
    const turn = (Math.round(openTimeMs / this.intervalMs) + (this.turns.get(symbol) ?? 0)) % COMPARED_EVERY;
    return turn === PUSHED_MAX;
  }

  /** Whether the candle that the tick is about is not there yet. */
  isLate(symbol: string, { intervalMs, closeTimeMs }: WantedCandles): boolean {
    const newestMs = this.newestOpenMs(symbol);
    return newestMs === undefined || newestMs + intervalMs < closeTimeMs;
  }
}

/** Candles that are newer than all that a request showed. */
function pushedAfter({ openTimesMs }: CandleSeries, fetched: CandleSeries): number {
  const newestMs = newestOpenMs(fetched) ?? -Infinity;
  const newer = openTimesMs.length - openTimesMs.findLastIndex((openTimeMs) => openTimeMs <= newestMs) - 1;
  return Math.min(PUSHED_MAX, newer);
}
