import { setTimeout as delay } from 'node:timers/promises';
import { heartbeat, log } from '@temporalio/activity';
import type { PositionsReport, SnapshotCommand } from '../src/domain/ledger/types';
import type { MarketCosts } from '../src/domain/model-gate/types';
import type { NamedVenue } from '../src/domain/trading-venue';
import { type TickReference, writeTick } from '../src/inference/candle-store';
import type { PacedVenue } from '../src/trading/paced-venue';
import { retryable } from './retryable';

/** A candle may close while the others are fetched: the window that ends at the tick must still be complete. */
const SPARE_CANDLES = 2;

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
        const { candles, missing } = await pacedVenue.candles({
          symbols: input.symbols,
          intervalMs: input.intervalMs,
          count: candleCount + SPARE_CANDLES,
          patienceMs: input.intervalMs * PATIENCE_SHARE,
          onProgress: heartbeat,
        });
        for (const [symbol, reason] of Object.entries(missing)) log.warn('no candles', { symbol, reason });
        return writeTick(candlesDir, {
          venue: input.venue,
          intervalMs: input.intervalMs,
          tickMs: input.closeTimeMs,
          candlesBySymbol: candles,
        });
      });
    },

    /** What trading each symbol costs now, for the model's gate: two requests at most, whatever the number of symbols. */
    async fetchCosts({ symbols }: FetchCostsInput): Promise<Readonly<Record<string, MarketCosts>>> {
      return retryable(async () => {
        const costs = new Map<string, MarketCosts>();
        for (const symbol of symbols) {
          const market = await pacedVenue.market(symbol, 'entry');
          const ticker = await pacedVenue.ticker(symbol, 'entry');
          if (market === undefined || ticker === undefined) continue;
          costs.set(symbol, { takerFee: market.takerFee, bid: ticker.bid, ask: ticker.ask });
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
    return await Promise.race([pacedVenue.positions(), tooLate]);
  } catch (error) {
    log.warn('The positions could not be read; no order is set off against one.', { reason: String(error) });
    return undefined;
  } finally {
    end.abort();
    tooLate.catch(() => undefined);
  }
}
