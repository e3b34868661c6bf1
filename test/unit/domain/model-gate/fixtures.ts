import type {
  GateSettings,
  GateTerms,
  MarketCosts,
  ModelPrediction,
  Quantile,
} from '../../../../src/domain/model-gate/types';

export const MINUTE_MS = 60_000;
export const START_MS = 1_700_000_040_000;
/** Two fees of 0.055 % and a spread of 0.02 %. */
export const COSTS: MarketCosts = { takerFee: '0.00055', bid: '99.99', ask: '100.01' };

export const SETTINGS: GateSettings = {
  gate: 'demo',
  strategy: 'ml_strategy',
  minimumReturn: '0.0003',
  slippageMargin: '0.0001',
  horizonMinutes: 15,
  coolDownMinutes: 5,
  stopVolatilityMultiple: '1.5',
  targetVolatilityMultiple: '2',
  stopDistanceMin: '0.0005',
  stopDistanceMax: '0.5',
};

/** Of a market that goes nowhere. */
export const QUANTILES: readonly Quantile[] = [
  { level: 0.05, value: -0.0025 },
  { level: 0.25, value: -0.001 },
  { level: 0.5, value: 0 },
  { level: 0.75, value: 0.001 },
  { level: 0.95, value: 0.0025 },
];

/** @param minute of the candle's close, counted from START_MS */
export function predicted(expectedReturn: number, minute = 0, symbol = 'BTCUSDT'): ModelPrediction {
  return { symbol, expectedReturn, closeTimeMs: START_MS + minute * MINUTE_MS, close: 100, deviation: 0.001 };
}

/** Of a tick that is judged as its candle closes; every symbol that tests use has the same costs. */
export function termsAt(minute = 0, settings: Partial<GateSettings> = {}): GateTerms {
  return {
    settings: { ...SETTINGS, ...settings },
    environment: 'paper',
    candleIntervalMs: MINUTE_MS,
    costs: { BTCUSDT: COSTS, ETHUSDT: COSTS },
    nowMs: START_MS + minute * MINUTE_MS,
  };
}
