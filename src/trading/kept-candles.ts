import {
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
}

/**
 * The candles of the ticks before, so that each tick asks only for what closed since: a closed candle does not change. Holds one
 * interval, and the symbols that were asked for last.
 */
export class KeptCandles {
  private readonly bySymbol = new Map<string, Kept>();
  private intervalMs = 0;

  /** Forgets what is of another interval, and symbols that nobody asks for any more. */
  keepOnly(symbols: readonly string[], intervalMs: number): void {
    if (intervalMs !== this.intervalMs) this.bySymbol.clear();
    this.intervalMs = intervalMs;
    const asked = new Set(symbols);
    for (const symbol of this.bySymbol.keys()) if (!asked.has(symbol)) this.bySymbol.delete(symbol);
  }

  /** Takes in what an earlier process kept, of the same interval; what is known here already is newer. */
  restore(symbol: string, series: CandleSeries, tickMs: number): void {
    const known = this.bySymbol.get(symbol);
    if (known === undefined || known.tickMs < tickMs) this.bySymbol.set(symbol, { series, tickMs });
  }

  get(symbol: string): CandleSeries | undefined {
    return this.bySymbol.get(symbol)?.series;
  }

  /** How many of the newest candles to ask for; 0: the tick was read already. */
  toAsk(symbol: string, { intervalMs, closeTimeMs, count }: WantedCandles): number {
    const whole = Math.min(REQUEST_CANDLES_MAX, count + SPARE_CANDLES);
    const kept = this.bySymbol.get(symbol);
    const newestMs = kept && newestOpenMs(kept.series);
    if (kept === undefined || newestMs === undefined) return whole;
    const lacking = (closeTimeMs - newestMs) / intervalMs - 1;
    if (lacking <= 0 && kept.tickMs === closeTimeMs) return 0;
    const isUsable =
      Number.isInteger(lacking) &&
      lacking >= -SPARE_CANDLES &&
      seriesLength(kept.series) >= count &&
      isGapFree(kept.series, intervalMs);
    if (!isUsable) this.bySymbol.delete(symbol);
    return isUsable ? Math.min(whole, Math.max(0, lacking) + OVERLAP_CANDLES) : whole;
  }

  /**
   * Takes in what a venue answered.
   * @returns whether it contradicts what was kept, which is forgotten then: ask for all of it
   */
  add(symbol: string, candles: readonly Candle[], { closeTimeMs, count }: WantedCandles): boolean {
    const fetched = seriesOf(candles);
    const kept = this.bySymbol.get(symbol);
    const { series, isRevised } = mergeSeries(kept?.series ?? seriesOf([]), fetched, count + SPARE_CANDLES);
    if (isRevised) this.bySymbol.delete(symbol);
    else this.bySymbol.set(symbol, { series, tickMs: closeTimeMs });
    return isRevised;
  }

  /** Whether the candle that the tick is about is not there yet. */
  isLate(symbol: string, { intervalMs, closeTimeMs }: WantedCandles): boolean {
    const series = this.get(symbol);
    const newestMs = series && newestOpenMs(series);
    return newestMs === undefined || newestMs + intervalMs < closeTimeMs;
  }
}
