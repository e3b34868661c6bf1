import type { Instrument } from './instrument';

export const MINUTE_MS = 60_000;

/**
 * One minute of trading. Prices are whole numbers of price steps and volume a whole number of quantity steps, so that
 * every text made from them is exact.
 */
export interface MinuteCandle {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Where the paper venue's prices come from. A minute is counted from the epoch: floor(ms / 60000). */
export interface MarketSource {
  readonly instruments: readonly Instrument[];
  /** The oldest minute that can still be asked for. */
  oldestMinute(symbol: string): number;
  /**
   * The finished candle of a minute, also of the one in progress: who shows it must hide what has not happened yet.
   *
   * @returns undefined before the oldest minute or for an unknown symbol
   */
  candle(symbol: string, minute: number): MinuteCandle | undefined;
}
