import { heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { SnapshotCommand } from '../src/domain/ledger/types';
import { type TickReference, writeTick } from '../src/inference/candle-store';
import { VenueError } from '../src/venues/venue';
import type { PacedVenue } from '../src/trading/paced-venue';

/** A candle may close while the others are fetched: the window that ends at the tick must still be complete. */
const SPARE_CANDLES = 2;

export interface FetchCandlesInput {
  readonly venue: string;
  readonly symbols: readonly string[];
  readonly intervalMs: number;
  readonly closeTimeMs: number;
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
    /** Fetches the newest closed candles of every symbol and stores them for the model. */
    async fetchCandles(input: FetchCandlesInput): Promise<TickReference> {
      return retryable(async () => {
        const candles = await pacedVenue.candles(
          input.symbols,
          input.intervalMs,
          candleCount + SPARE_CANDLES,
          heartbeat,
        );
        return writeTick(candlesDir, {
          venue: input.venue,
          intervalMs: input.intervalMs,
          tickMs: input.closeTimeMs,
          candlesBySymbol: candles,
        });
      });
    },

    /** The client order ids of all orders that are open at the venue. */
    async fetchOpenOrders(): Promise<readonly string[]> {
      return retryable(() => pacedVenue.openOrders());
    },

    /** The venue's report of every balance. */
    async fetchBalances(): Promise<SnapshotCommand> {
      return retryable(() => pacedVenue.balances());
    },
  };
}

export type MarketDataActivities = ReturnType<typeof createMarketDataActivities>;

/** Hands the venue's own waiting time to the server's retry, and stops at once where only a person can help. */
async function retryable<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof VenueError)) throw error;
    const { kind, message, retryAfterMs } = error.outcome;
    throw ApplicationFailure.create({
      message,
      type: kind,
      nonRetryable: kind === 'FATAL',
      nextRetryDelay: retryAfterMs,
    });
  }
}
