/** How many ports one installation of the product needs. */
export const PORTS_NEEDED = 4;

/**
 * Limits of both sides that never make a request wait. The window is short, because limiter and venue remember a window's
 * requests one by one: with the real limit's minute they would carry thousands of them, which they never do in use.
 */
const window = (weight: number) => ({ limit: 100_000, windowMs: 1_000, weight });
const UNREACHABLE_LIMITS = {
  global: window(1),
  endpoints: { market_data: window(1), order: window(2), account: window(1) },
};

/** Enough for every signal of the longest run to buy; they alternate, so that most of it stays unused. */
const BALANCE = '10000000';

/** Parts of a configuration file, laid over those of a measured product. */
export interface ConfigOverrides {
  readonly workers?: Readonly<Record<string, number>>;
  readonly temporal?: Readonly<Record<string, number>>;
}

/**
 * The configuration file of a measured product: the defaults with ports, folder, limits and funds of its own.
 *
 * @param ports as many as PORTS_NEEDED, all free
 * @param ml whether the model trades along
 */
export function benchSettings(
  dataDir: string,
  ports: readonly number[],
  ml: boolean,
  overrides: ConfigOverrides = {},
): object {
  const [temporal, temporalUi, paperVenue, api] = ports;
  return {
    dataDir,
    venues: { bybit: { limits: UNREACHABLE_LIMITS } },
    ml: { enabled: ml },
    paperVenue: { port: paperVenue, balance: BALANCE },
    temporal: { port: temporal, uiPort: temporalUi, ...overrides.temporal },
    workers: { ...overrides.workers },
    api: { port: api },
  };
}
