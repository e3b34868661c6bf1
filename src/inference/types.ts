import type { CandleSeries } from '../domain/candle-series';

/** The candles of all symbols at one tick: what one inference works on. */
export interface CandleBatch {
  /** When the newest candle closed, milliseconds UTC. */
  readonly tickMs: number;
  /** From one candle's opening to the next one's, milliseconds. */
  readonly intervalMs: number;
  /** Closed candles by symbol, oldest first. */
  readonly candles: Readonly<Record<string, CandleSeries>>;
  /** Symbols of which no new ones could be had, each with the reason; absent: there is none such. */
  readonly missing?: Readonly<Record<string, string>>;
}

/** Why a symbol gets no prediction at this tick. */
export type SkipCode =
  | 'CANDLES_MISSING'
  | 'CANDLES_TOO_FEW'
  | 'CANDLES_GAP'
  | 'CANDLES_STALE'
  | 'CANDLES_FUTURE'
  | 'CANDLES_DISORDERED'
  | 'CANDLES_CONFLICT'
  | 'CANDLES_INVALID'
  | 'CANDLES_CONSTANT'
  | 'CANDLES_WITHOUT_VOLUME'
  | 'PREDICTION_NOT_FINITE';

export interface SkippedSymbol {
  readonly symbol: string;
  readonly code: SkipCode;
  readonly message: string;
}

/** One row of a feature batch: whose window it is, and the candle that it ends with. */
export interface FeatureRow {
  readonly symbol: string;
  /** Milliseconds UTC. */
  readonly closeTimeMs: number;
  /** That candle's close. Absent: not told. */
  readonly close?: number;
  /** The usual return of one candle, a fraction, by the window; absent: prices stood still, or it is not told. */
  readonly deviation?: number;
}

/** The model's input: `data` is [rows, steps, features] in row-major order. */
export interface FeatureBatch {
  readonly rows: readonly FeatureRow[];
  readonly steps: number;
  readonly features: number;
  readonly data: Float32Array;
}

/** What the model expects of one symbol. */
export interface Prediction {
  readonly symbol: string;
  /** The log return expected over the 15 minutes after `closeTimeMs`; 0.001 is about 0.1 %. Always finite. */
  readonly returns15m: number;
  /** When the newest candle behind the prediction closed, milliseconds UTC. */
  readonly closeTimeMs: number;
  /** See FeatureRow. */
  readonly close?: number;
  readonly deviation?: number;
}
