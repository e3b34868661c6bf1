import type { CandleSeries } from '../domain/candle-series';
import type { Quantile } from '../domain/model-gate/types';

export type { Quantile };

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

/** What the model expects over the next minutes; all log returns: 0.001 is about 0.1 %. Always finite. */
export interface HorizonForecast {
  readonly minutes: number;
  readonly mean: number;
  /** By level, ascending; absent: the model has none. */
  readonly quantiles?: readonly Quantile[];
  /** The largest move up and down on the way, both >= 0 (whatever sign the file uses); absent: the model has none. */
  readonly rise?: readonly Quantile[];
  readonly fall?: readonly Quantile[];
}

/** What the model expects of one symbol. */
export interface Prediction {
  readonly symbol: string;
  /** When the newest candle behind the prediction closed, milliseconds UTC. */
  readonly closeTimeMs: number;
  /** See FeatureRow. */
  readonly close?: number;
  readonly deviation?: number;
  /** By minutes, ascending; never empty. */
  readonly horizons: readonly HorizonForecast[];
  /** The usual return of one candle now as the model sees it, above 0 unless prices stood still; absent: it tells none. */
  readonly scale?: number;
}
