import type { Candle } from '../../src/domain/market';

/** The venue's public stream as a stub: it tells what a case says, to an adapter that follows candles. */
export interface CandleStreamStub {
  /** How often somebody said who he is. */
  readonly keysSeen: number;
  /** Sends the candle of one minute that opened then, as it closed or while it forms. @returns what it is */
  tell(symbol: string, openTimeMs: number, state: 'open' | 'closed'): Candle;
  /** Ends the connection. */
  drop(): void;
  close(): void;
}
