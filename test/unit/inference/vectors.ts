import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Candle } from '../../../src/domain/market';
import type { FeatureLayout } from '../../../src/inference/features';
import type { CandleBatch } from '../../../src/inference/types';

const ROOT = join(__dirname, '../../..');
export const MODEL_PATH = join(ROOT, 'models/quantiles-60m.onnx');
/** Described by a JSON file beside it, as models were before. */
export const FORMER_MODEL_PATH = join(ROOT, 'models/returns-15m.onnx');
export const MINUTE_MS = 60_000;
export const STEPS = 96;
export const LAYOUT: FeatureLayout = {
  steps: STEPS,
  features: ['log_return', 'high_log_return', 'low_log_return', 'relative_volume'],
};

/** Made-up candles with the features and the outputs that the training computed from them. */
export interface Vector {
  readonly symbol: string;
  readonly candles: readonly Candle[];
  readonly features: readonly number[];
  /** By the output's name. */
  readonly outputs: Readonly<Record<string, readonly number[]>>;
}

interface VectorFile {
  readonly vectors: readonly {
    readonly symbol: string;
    readonly candles: readonly (readonly [number | string, string, string, string, string, string])[];
    readonly features: readonly number[];
    readonly outputs?: Readonly<Record<string, readonly number[]>>;
    readonly returns_15m?: number;
  }[];
}

export const VECTORS: readonly Vector[] = readVectors('quantiles-60m');
export const FORMER_VECTORS: readonly Vector[] = readVectors('returns-15m');
export const SYMBOLS = VECTORS.map((vector) => vector.symbol);
export const TICK_MS = VECTORS[0]!.candles.at(-1)!.openTimeMs + MINUTE_MS;

export function candleBatch(changes: Readonly<Record<string, readonly Candle[]>> = {}): CandleBatch {
  const candles = Object.fromEntries(VECTORS.map((vector) => [vector.symbol, vector.candles]));
  return { tickMs: TICK_MS, intervalMs: MINUTE_MS, candles: { ...candles, ...changes } };
}

function readVectors(name: string): Vector[] {
  const path = join(ROOT, `src/inference/test_data/${name}-vectors.json`);
  const file = JSON.parse(readFileSync(path, 'utf8')) as VectorFile;
  return file.vectors.map((vector) => ({
    symbol: vector.symbol,
    candles: vector.candles.map(([openTimeMs, open, high, low, close, volume]) => ({
      openTimeMs: Number(openTimeMs),
      open,
      high,
      low,
      close,
      volume,
    })),
    features: vector.features,
    outputs: vector.outputs ?? { returns_15m: [vector.returns_15m!] },
  }));
}
