import type { RateLimits } from '../domain/limiter/types';
import type { Market, Ticker, VenueOrder } from '../domain/market';
import type { PositionsReport, SnapshotCommand } from '../domain/ledger/types';
import { VenueError, type LookUpAnswer, type Venue } from '../venues/venue';
import { CandleReader, type CandleAnswer, type CandleRequest } from './candle-reader';
import { NoPermitError, type Permits } from './permits';
import { shareOf, SharedLookUps, type OrderQuestion } from './shared-look-ups';

/** Instruments change rarely; a new filter is picked up after this. */
const MARKETS_AGE_MAX_MS = 3_600_000;
/** A list with rows that cannot be read is asked for again after this. */
const BROKEN_MARKETS_AGE_MAX_MS = 60_000;
/** Pages of open orders that are read; venues allow some hundred orders for each account. */
const OPEN_ORDER_PAGES_MAX = 20;

/** Pages of positions that are read; what stands on later ones is not known. */
const POSITION_PAGES_MAX = 5;

/** What a look-up comes to where the venue, or our own limiter before it, refused a request. @throws any other error */
export function unavailableBecause(error: unknown): LookUpAnswer {
  if (!(error instanceof VenueError)) throw error;
  return { status: 'unavailable', outcome: error.outcome, ...(error instanceof NoPermitError && { isUnasked: true }) };
}

/** A venue whose every read is paced by the limiter, with the two caches that many signals share. */
export class PacedVenue {
  private readonly marketsCache: Cached<ReadonlyMap<string, Market>>;
  private readonly tickersCache: Cached<ReadonlyMap<string, Ticker>>;
  private readonly candleReader: CandleReader;
  private readonly shared: SharedLookUps;

  constructor(
    readonly venue: Venue,
    private readonly permits: Permits,
    priceMaxAgeMs: number,
    limits: RateLimits,
  ) {
    this.shared = new SharedLookUps(venue, permits);
    this.candleReader = new CandleReader(venue, permits, limits);
    let areBroken = false;
    venue.onUnreadableRows(({ what, faults }) => {
      if (what === 'instruments') areBroken = faults.length > 0;
    });
    const marketsAgeMaxMs = (): number => (areBroken ? BROKEN_MARKETS_AGE_MAX_MS : MARKETS_AGE_MAX_MS);
    this.marketsCache = new Cached(marketsAgeMaxMs, async () => {
      const mayAsk = (): Promise<void> => permits.forRead('market_data', 'entry');
      await mayAsk();
      return new Map((await venue.markets(mayAsk)).map((market) => [market.symbol, market]));
    });
    this.tickersCache = new Cached(
      () => priceMaxAgeMs,
      async () => {
        await permits.forRead('market_data', 'entry');
        return new Map((await venue.tickers()).map((ticker) => [ticker.symbol, ticker]));
      },
    );
  }

  /** @returns undefined when the venue does not trade the symbol */
  async market(symbol: string): Promise<Market | undefined> {
    return (await this.marketsCache.get()).get(symbol);
  }

  /** @returns a price at most `priceMaxAgeMs` old, or undefined when the venue has none */
  async ticker(symbol: string): Promise<Ticker | undefined> {
    return (await this.tickersCache.get()).get(symbol);
  }

  async balances(): Promise<SnapshotCommand> {
    await this.permits.forRead('account', 'entry');
    return this.venue.balances();
  }

  /** The open positions, as of the instant of the first page. */
  async positions(): Promise<PositionsReport> {
    let report: PositionsReport = { asOfMs: Number.MAX_SAFE_INTEGER, bySymbol: {} };
    for (let page = 1, cursor: string | undefined; page <= POSITION_PAGES_MAX; page += 1) {
      await this.permits.forRead('account', 'entry');
      const { asOfMs, bySymbol, nextCursor } = await this.venue.positions(cursor);
      report = { asOfMs: Math.min(report.asOfMs, asOfMs), bySymbol: { ...report.bySymbol, ...bySymbol } };
      if (nextCursor === undefined) break;
      cursor = nextCursor;
    }
    return report;
  }

  /**
   * What the venue says of one order; where several are asked about at once, they share requests. Look-ups decide over money
   * that is held: they use the exits' share, but for those of entries that only rest.
   *
   * @param sinceMs see Venue
   * @returns also where the venue fails, or the limits leave no room: `unavailable`
   */
  async lookUpOrder(question: OrderQuestion): Promise<LookUpAnswer> {
    const { symbol, clientOrderId, sinceMs, urgency } = question;
    let isUnasked = false;
    const mayAsk = async (): Promise<void> => {
      isUnasked = true;
      await this.permits.forRead('account', shareOf(urgency));
      isUnasked = false;
    };
    try {
      const order = await this.shared.find(question);
      if (order !== undefined) return { status: 'found', order };
      await mayAsk();
      const answer = await this.venue.lookUpOrder(symbol, clientOrderId, sinceMs, mayAsk);
      return answer.status === 'unavailable' && isUnasked ? { ...answer, isUnasked } : answer;
    } catch (error) {
      return unavailableBecause(error);
    }
  }

  /** The client order ids of all open orders, of other programs as well; asked in the exits' share. */
  async openOrders(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let page = 1, cursor: string | undefined; page <= OPEN_ORDER_PAGES_MAX; page += 1) {
      await this.permits.forRead('account', 'exit');
      const { clientOrderIds, nextCursor } = await this.venue.openOrders(cursor);
      ids.push(...clientOrderIds);
      if (nextCursor === undefined) break;
      cursor = nextCursor;
    }
    return ids;
  }

  /** The newest final orders since an instant, for the same purpose. */
  async recentOrders(sinceMs: number): Promise<readonly VenueOrder[]> {
    await this.permits.forRead('account', 'exit');
    return this.venue.recentOrders(sinceMs);
  }

  /** The newest closed candles of many symbols. @throws as CandleReader */
  candles(request: CandleRequest): Promise<CandleAnswer> {
    return this.candleReader.read(request);
  }
}

/** One value with an age on the monotonic clock, fetched once for all who ask at the same time. */
class Cached<Value> {
  private value: Value | undefined;
  private fetchedAtMs = 0;
  private pending: Promise<Value> | undefined;

  constructor(
    private readonly ageMaxMs: () => number,
    private readonly fetch: () => Promise<Value>,
  ) {}

  async get(): Promise<Value> {
    if (this.value !== undefined && performance.now() - this.fetchedAtMs <= this.ageMaxMs()) return this.value;
    this.pending ??= this.refresh().finally(() => {
      this.pending = undefined;
    });
    return this.pending;
  }

  private async refresh(): Promise<Value> {
    // The age counts from the request: what the answer describes is not younger than that.
    const requestedAtMs = performance.now();
    const value = await this.fetch();
    this.value = value;
    this.fetchedAtMs = requestedAtMs;
    return value;
  }
}
