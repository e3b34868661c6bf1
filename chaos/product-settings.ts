import { UNBOUNDED_RISK } from '../harness/unbounded-risk';
import { Dice } from './dice';

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
  /** Whether positions are traded as people trade them; absent: no position forbids an entry. */
  readonly withPositions?: boolean;
  /** Whether the venue has the rules of which most accounts hear only when they meet them; absent: it has none. */
  readonly isOddVenue?: boolean;
}

/** The settings of a product under attack in the shape of a configuration file: the defaults with less patience. */
export function productSettings(options: ProductSettingsOptions): object {
  const { seed, timeToLiveSeconds, withPositions = false, isOddVenue = false } = options;
  return {
    ...(withPositions ? positionSettings(seed) : UNBOUNDED_RISK),
    venues: {
      bybit: { requestTimeoutMs: 1_500, receiveWindowMs: 2_000, clockSkewMs: 500, limits: WIDE_LIMITS },
    },
    signals: { timeToLiveSeconds, ...WIDE_BUDGETS },
    balances: { updateIntervalSeconds: 3 },
    orders: { lookUpDelayMs: 200, lookUpDelayMaxMs: 2_000 },
    ml: { enabled: false },
    paperVenue: { seed, balance: '100000', documentedLimits: false, ...(isOddVenue && oddVenue(seed)) },
  };
}

/**
 * A band that crossing limit orders leave, so that the venue refuses or moves them; queries that forget; and for some seeds
 * fees in another asset, of which there is not enough for a whole attack.
 */
function oddVenue(seed: number): object {
  const dice = new Dice(seed, 'odd-venue');
  return {
    priceBand: { x: '0.004', y: '0.006' },
    documentedRetention: true,
    account: { refusesPricesOutsideBand: dice.chance(0.5), feesInMnt: dice.chance(0.5), mntBalance: '4' },
  };
}

/**
 * One position for each symbol, guarded from its first fill and looked at every second, and no bound of money. Whether some
 * entries may enlarge it, and whether its stop follows the price and its time is short by rule, the seed decides.
 */
function positionSettings(seed: number): object {
  const dice = new Dice(seed, 'position-settings');
  return {
    positions: { adds: dice.chance(0.5) ? 0 : 2, onOpposite: 'exit', foreign: 'alert', reportIntervalSeconds: 1 },
    protection: {
      trailingFraction: dice.chance(0.3) ? '0.01' : null,
      maxHoldingMinutes: dice.chance(0.5) ? 1 : 60,
      breakEvenFraction: dice.chance(0.3) ? '0.0005' : null,
      moveIntervalSeconds: 1,
    },
    risk: UNBOUNDED_RISK.risk,
  };
}
