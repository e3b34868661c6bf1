import type { Candle } from '../domain/market';
import type { StreamReport } from './stream';

/** A candle that has closed, as a venue told it unasked. It proves nothing before it joins what a request has read. */
export interface PushedCandle {
  readonly symbol: string;
  readonly intervalMs: number;
  readonly candle: Candle;
}

/**
 * A venue's public stream of candles. It may be silent, late, doubled, out of order, forged or dead: whoever listens asks by a
 * request for what was not told.
 */
export interface CandleStream {
  /**
   * From now on candles of these are told. Connects at the first call, and again whenever the connection is lost; ends where
   * nobody calls it any more. Symbols that the venue's limits have no room for are left out.
   */
  follow(symbols: readonly string[], intervalMs: number): void;
  report(): StreamReport;
  onCandle(listener: (pushed: PushedCandle) => void): void;
  /** Called whenever it becomes live. */
  onGap(listener: () => void): void;
  /** Called whenever it stops being live. */
  onSilence(listener: () => void): void;
  close(): void;
}
