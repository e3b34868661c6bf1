import { join } from 'node:path';
import { windowsOf } from '../config/rate-limits';
import type { Config } from '../config/schema';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../venues/paper-keys';
import type { VenuePromises } from '../venues/venue';
import type { AccountProfile } from './account-profile';
import type { FaultPlan } from './faults/fault-plan';
import type { FundingTerms } from './funding/funding-rates';
import type { ReportDelay } from './http/report-delay';
import type { VenueLimits } from './http/request-limits';
import { symbolEnding } from './market/instrument';
import type { PriceBand } from './matching/trading-rules';

/** How long an address that broke the global limit is refused. The real venue's ten minutes would only stop tests. */
const BAN_DEFAULT_MS = 10_000;

/** How often resting orders are compared with prices; simulated prices move once a second. */
const MATCH_INTERVAL_DEFAULT_MS = 250;

export interface PaperVenueOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Holds journal and market state; belongs to one venue at a time. */
  readonly stateDir: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /** What is traded, unless candle files say it. */
  readonly symbols: readonly string[];
  /** Every symbol ends in it; with USDC in PERP. */
  readonly settleAsset: string;
  /** For symbols whose leverage was never set. */
  readonly leverage: number;
  /** Absent: one with which nothing is wrong. */
  readonly account?: AccountProfile;
  readonly limits: VenueLimits;
  readonly seed: number;
  /** The wallet of a fresh account, a decimal string. */
  readonly balance: string;
  /** A folder of candle files; absent: the seeded simulator. */
  readonly candlesDir?: string;
  /** Ask minus bid as a fraction of the price. */
  readonly spreadFraction: string;
  /** How far the mark price strays from the last price at most, a fraction of it; absent: it is the last price. */
  readonly markBasisFraction?: string;
  readonly takerFee: string;
  readonly makerFee: string;
  /** How far from the market limit prices may lie; absent: as far as the instrument allows. */
  readonly priceBand?: PriceBand;
  /** Whether queries of the past answer for as long as Bybit documents; absent: for ever. */
  readonly documentedRetention?: boolean;
  /** Absent: there is none. */
  readonly funding?: FundingTerms;
  readonly banMs: number;
  readonly matchIntervalMs: number;
  readonly faults?: FaultPlan;
  /** Absent: what happened is shown at once. */
  readonly reportDelay?: ReportDelay;
  /** Absent: as Bybit, which never accepts a used client id again. openOnly: as Binance, once its order is closed. */
  readonly clientIdUnique?: VenuePromises['clientIdUnique'];
  /** The machine's clock, milliseconds UTC; tests may give their own. */
  readonly now?: () => number;
}

/** The configured venue is not a paper venue, or cannot be one. */
class PaperVenueConfigError extends Error {
  override readonly name = 'PaperVenueConfigError';
  readonly code = 'PAPER_VENUE_CONFIG_INVALID';
}

/**
 * The paper venue that a configuration asks for.
 *
 * @throws PaperVenueConfigError when the configured venue is not a paper venue
 */
export function paperVenueOptions(config: Config, faults?: FaultPlan): PaperVenueOptions {
  const venue = config.venues[config.venue];
  if (venue?.environment !== 'paper') {
    throw new PaperVenueConfigError(
      `The venue "${config.venue}" is not a paper venue (environment: ${venue?.environment ?? 'not configured'}). ` +
        'Choose a venue whose environment is paper, or start without the paper venue.',
    );
  }
  const { limits = venue.limits, documentedLimits: _, account, leverage, ...settings } = config.paperVenue;
  return {
    ...settings,
    stateDir: join(config.dataDir, 'paper-venue'),
    apiKey: PAPER_API_KEY,
    apiSecret: PAPER_API_SECRET,
    symbols: venue.symbols,
    settleAsset: venue.settleAsset,
    leverage,
    account,
    limits: windowsOf(config, { ...venue, limits }),
    banMs: BAN_DEFAULT_MS,
    matchIntervalMs: MATCH_INTERVAL_DEFAULT_MS,
    faults,
  };
}

/** @throws PaperVenueConfigError for a symbol that is not settled in the settle asset */
export function assertSymbols({ symbols, settleAsset }: PaperVenueOptions): void {
  const ending = symbolEnding(settleAsset);
  const stranger = symbols.find((symbol) => !symbol.endsWith(ending) || symbol === ending);
  if (stranger === undefined) return;
  throw new PaperVenueConfigError(
    `The paper venue trades only symbols that end in ${ending} where ${settleAsset} settles, and ${stranger} does not. Remove it from the venue's symbols.`,
  );
}
