import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat, log } from '@temporalio/activity';
import { POSITIONS_MAX } from '../src/domain/ledger/state';
import type { PositionsReport, SnapshotCommand } from '../src/domain/ledger/types';
import type { MarketCosts } from '../src/domain/model-gate/types';
import type { NamedVenue } from '../src/domain/trading-venue';
import { readKeptTicks, type TickReference, writePartOfTick, writeTick } from '../src/inference/candle-store';
import type { CandleAnswer } from '../src/trading/candle-reader';
import type { PacedVenue } from '../src/trading/paced-venue';
import { retryable } from './retryable';

/** What a prediction said so long ago is held against what came: the window that it was made from is still needed. */
const OUTCOME_MINUTES = 60;
const MINUTE_MS = 60_000;
/** One request brings no more, and two candles may close meanwhile. */
const CANDLES_MAX = 998;

/** Of the interval: what is read later leaves no time to predict and to send. */
const PATIENCE_SHARE = 0.85;

/** How long balances wait for the positions: they must arrive well within their own call. */
const POSITIONS_WAIT_MAX_MS = 5_000;

export interface FetchCandlesInput extends NamedVenue {
  readonly symbols: readonly string[];
  readonly intervalMs: number;
  readonly closeTimeMs: number;
}

export interface FetchCostsInput extends NamedVenue {
  readonly symbols: readonly string[];
  /** Whether the sizes of orders are asked for, too: histories keep every byte. */
  readonly withSizes?: boolean;
}

export interface MarketDataDependencies {
  readonly pacedVenue: PacedVenue;
  /** Where candles wait for the model, by reference: they are too large for a workflow's history. */
  readonly candlesDir: string;
  /** Candles per symbol that the model needs. */
  readonly candleCount: number;
}

/** Reads from the venue on behalf of the entity workflows. A failed read is retried by the server. */
export function createMarketDataActivities({ pacedVenue, candlesDir, candleCount }: MarketDataDependencies) {
  return {
    /** Fetches the newest closed candles of every symbol and stores those that could be had for the model. */
    async fetchCandles(input: FetchCandlesInput): Promise<TickReference> {
      return retryable(async () => {
        const { venue, symbols, intervalMs, closeTimeMs } = input;
        const found = ({ candles: candlesBySymbol, missing }: CandleAnswer) =>
          ({ venue, intervalMs, tickMs: closeTimeMs, candlesBySymbol, missing }) as const;
        const answer = await pacedVenue.candles({
          symbols,
          intervalMs,
          closeTimeMs,
          count: countToFetch(candleCount, intervalMs),
          patienceMs: intervalMs * PATIENCE_SHARE,
          onProgress: heartbeat,
          restore: () => readKeptTicks(candlesDir, { venue, intervalMs }),
          // A process that is lost while it waits leaves what it has to the next.
          onWait: (soFar) => writePartOfTick(candlesDir, found(soFar)).catch(untold),
        });
        const { missing, late } = answer;
        for (const [symbol, reason] of Object.entries(missing)) log.warn('no candles', { symbol, reason });
        if (late.length > 0) log.warn('The venue has not published the newest candle in time.', { symbols: late });
        return writeTick(candlesDir, found(answer));
      });
    },

    /** What trading each symbol costs now, for the model's gate: two requests at most, whatever the number of symbols. */
    async fetchCosts({ symbols, withSizes = false }: FetchCostsInput): Promise<Readonly<Record<string, MarketCosts>>> {
      return retryable(async () => {
        const costs = new Map<string, MarketCosts>();
        for (const symbol of symbols) {
          const market = await pacedVenue.market(symbol, 'entry');
          const ticker = await pacedVenue.ticker(symbol, 'entry');
          if (market === undefined || ticker === undefined) continue;
          const { takerFee, quantityStep, quantityMin, notionalMin } = market;
          const sizes = { quantityStep, quantityMin, ...(notionalMin !== undefined && { notionalMin }) };
          costs.set(symbol, { takerFee, bid: ticker.bid, ask: ticker.ask, ...(withSizes && sizes) });
        }
        return Object.fromEntries(costs);
      });
    },

    /** The client order ids of all orders that are open at the venue. */
    async fetchOpenOrders(_of: NamedVenue): Promise<readonly string[]> {
      return retryable(() => pacedVenue.openOrders());
    },

    /** The venue's report of every balance, with the positions of a moment before where they can be had. */
    async fetchBalances(_of: NamedVenue): Promise<SnapshotCommand> {
      const positions = await positionsOf(pacedVenue);
      const balances = await retryable(() => pacedVenue.balances());
      return positions === undefined ? balances : { ...balances, positions };
    },
  };
}

export type MarketDataActivities = ReturnType<typeof createMarketDataActivities>;

/** The window that ends now, and those that ended up to an hour ago, as far as one request reaches. */
function countToFetch(candleCount: number, intervalMs: number): number {
  const outcomes = Math.ceil((OUTCOME_MINUTES * MINUTE_MS) / intervalMs);
  return Math.max(candleCount, Math.min(CANDLES_MAX, candleCount + outcomes));
}

function untold(error: unknown): void {
  log.warn('What was fetched so far could not be kept.', { reason: String(error) });
}

/** The ledger takes so many, or none of them: for a symbol that is left out no order is set off. */
export function fittingPositions(report: PositionsReport): PositionsReport {
  const all = Object.entries(report.bySymbol);
  return all.length <= POSITIONS_MAX
    ? report
    : { ...report, bySymbol: Object.fromEntries(all.slice(0, POSITIONS_MAX)) };
}

/**
 * Without positions, orders that close some are funded as if they opened them: no reason to miss the balances.
 *
 * @returns undefined when they cannot be had, or not soon
 */
async function positionsOf(pacedVenue: PacedVenue): Promise<PositionsReport | undefined> {
  const end = new AbortController();
  const tooLate = delay(POSITIONS_WAIT_MAX_MS, undefined, { ref: false, signal: end.signal }).then(() => {
    throw new Error(`No answer within ${POSITIONS_WAIT_MAX_MS} ms.`);
  });
  try {
    return fittingPositions(await Promise.race([pacedVenue.positions(), tooLate]));
  } catch (error) {
    log.warn('The positions could not be read; no order is set off against one.', { reason: String(error) });
    return undefined;
  } finally {
    end.abort();
    tooLate.catch(() => undefined);
  }
}
