/** Limits of both sides: twenty to forty times the real ones, because an attack must not wait for the limiter. */
const WIDE_LIMITS = {
  global: { limit: 4_800, windowMs: 60_000, weight: 1 },
  endpoints: {
    market_data: { limit: 4_000, windowMs: 60_000, weight: 1 },
    order: { limit: 3_200, windowMs: 60_000, weight: 2 },
    account: { limit: 2_400, windowMs: 60_000, weight: 1 },
  },
};

export interface ProductSettingsOptions {
  readonly dataDir: string;
  readonly ports: {
    readonly api: number;
    readonly paperVenue: number;
    readonly temporal: number;
    readonly temporalUi: number;
  };
  /** Of the paper venue's prices. */
  readonly seed: number;
  readonly timeToLiveSeconds: number;
}

/** The configuration file of a product under attack: the product's own settings with less patience. */
export function productSettings({ dataDir, ports, seed, timeToLiveSeconds }: ProductSettingsOptions): object {
  return {
    dataDir,
    venues: {
      bybit: { requestTimeoutMs: 1_500, receiveWindowMs: 2_000, clockSkewMs: 500, limits: WIDE_LIMITS },
    },
    signals: { timeToLiveSeconds },
    balances: { updateIntervalSeconds: 3 },
    orders: { lookUpDelayMs: 200, lookUpDelayMaxMs: 2_000 },
    ml: { enabled: false },
    paperVenue: { port: ports.paperVenue, seed, balance: '100000' },
    temporal: { port: ports.temporal, uiPort: ports.temporalUi },
    api: { port: ports.api },
  };
}
