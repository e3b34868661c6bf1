import { UNBOUNDED_RISK } from '../harness/unbounded-risk';

/**
 * Limits of both sides that never make a request wait. The window is short, because limiter and venue remember a window's
 * requests one by one: with the real limit's minute they would carry thousands of them, which they never do in use.
 */
const window = (weight: number) => ({ limit: 100_000, windowMs: 1_000, weight });
const UNREACHABLE_LIMITS = {
  global: window(1),
  endpoints: { market_data: window(1), order: window(2), account: window(1) },
};

/** Budgets that no measurement meets. */
const UNMET_BUDGETS = {
  perStrategyBurst: 1_000_000,
  perStrategyPerMinute: 1_000_000,
  newStrategiesPerMinute: 1_000_000,
  burst: 1_000_000,
  perMinute: 1_000_000,
  openMax: 1_000_000,
};

/** Enough for every signal of the longest run to buy; they alternate, so that most of it stays unused. */
const BALANCE = '10000000';

/** In which limits are met: none at all, those that the venue documents, or those of the configuration beside them. */
export type LimitSettings = 'none' | 'documented' | 'default';

/** Parts of a configuration file, laid over those of a measured product. */
export interface ConfigOverrides {
  readonly workers?: Readonly<Record<string, number>>;
  readonly temporal?: Readonly<Record<string, number | string>>;
}

/**
 * The settings of a measured product in the shape of a configuration file: the defaults with limits and funds of its own.
 *
 * @param ml whether the model trades along
 */
export function benchSettings(ml: boolean, overrides: ConfigOverrides = {}, limits: LimitSettings = 'none'): object {
  return {
    ...(limits === 'default' ? {} : { venues: { bybit: { limits: UNREACHABLE_LIMITS } } }),
    signals: UNMET_BUDGETS,
    ml: { enabled: ml },
    ...UNBOUNDED_RISK,
    paperVenue: { balance: BALANCE, documentedLimits: limits !== 'none' },
    temporal: { ...overrides.temporal },
    workers: { ...overrides.workers },
  };
}
