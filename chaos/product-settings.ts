import { UNBOUNDED_RISK } from '../harness/unbounded-risk';

/** Limits of both sides: twenty to forty times the real ones, because an attack must not wait for the limiter. */
const WIDE_LIMITS = {
  global: { limit: 4_800, windowMs: 60_000, weight: 1 },
  endpoints: {
    market_data: { limit: 4_000, windowMs: 60_000, weight: 1 },
    order: { limit: 3_200, windowMs: 60_000, weight: 2 },
    account: { limit: 2_400, windowMs: 60_000, weight: 1 },
  },
};

/** Budgets that no attack meets. */
const WIDE_BUDGETS = {
  perStrategyBurst: 100_000,
  perStrategyPerMinute: 100_000,
  newStrategiesPerMinute: 100_000,
  burst: 100_000,
  perMinute: 100_000,
  openMax: 100_000,
};

export interface ProductSettingsOptions {
  /** Of the paper venue's prices. */
  readonly seed: number;
  readonly timeToLiveSeconds: number;
}

/** The settings of a product under attack in the shape of a configuration file: the defaults with less patience. */
export function productSettings({ seed, timeToLiveSeconds }: ProductSettingsOptions): object {
  return {
    venues: {
      bybit: { requestTimeoutMs: 1_500, receiveWindowMs: 2_000, clockSkewMs: 500, limits: WIDE_LIMITS },
    },
    signals: { timeToLiveSeconds, ...WIDE_BUDGETS },
    balances: { updateIntervalSeconds: 3 },
    orders: { lookUpDelayMs: 200, lookUpDelayMaxMs: 2_000 },
    ml: { enabled: false },
    ...UNBOUNDED_RISK,
    paperVenue: { seed, balance: '100000', documentedLimits: false },
  };
}
