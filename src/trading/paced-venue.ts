import type { RateLimits } from '../domain/limiter/types';
import type { Market, Ticker, VenueOrder } from '../domain/market';
import type { PositionsReport, SnapshotCommand } from '../domain/ledger/types';
import type { VenueOutcome } from '../domain/outcome';
import type {
  Execution,
  MoneyRow,
  PositionRowsReport,
  ProtectionAnswer,
  ProtectionChange,
} from '../domain/position/types';
import type { Intent } from '../domain/signal';
import type { CandleStream } from '../venues/candle-stream';
import { addPermit, withPermit, type RequestPermit } from '../venues/request-permit';
import { NoPermitError, VenueError, type LookUpAnswer, type Venue } from '../venues/venue';
import { CandleReader, type CandleAnswer, type CandleRequest } from './candle-reader';
import type { PushedFigures } from './kept-candles';
import type { Permits } from './permits';
import { PositionReads } from './position-reads';
import { shareOf, SharedLookUps, type OrderQuestion } from './shared-look-ups';
import { SharedRead } from './shared-read';

/** Instruments change rarely; a new filter is picked up after this. */
const MARKETS_AGE_MAX_MS = 3_600_000;
/** A list with rows that cannot be read is asked for again after this. */
const BROKEN_MARKETS_AGE_MAX_MS = 60_000;
/** Pages of open orders that are read; venues allow some hundred orders for each account. */
const OPEN_ORDER_PAGES_MAX = 20;

/** Pages of positions that are read; what stands on later ones is not known. */
const POSITION_PAGES_MAX = 5;

/** A part of the list would look like all of it. @param why what is wrong with it, without a full stop */
function unending(why: string): VenueError {
  return new VenueError({ kind: 'UNKNOWN', message: `The list of open orders ${why}.` });
}

/** What a look-up comes to where the venue, or our own limiter before it, refused a request. @throws any other error */
export function unavailableBecause(error: unknown): LookUpAnswer {
  if (!(error instanceof VenueError)) throw error;
  return { status: 'unavailable', outcome: error.outcome, ...(error instanceof NoPermitError && { isUnasked: true }) };
}

/**
 * A venue whose every request is paced by the limiter, with the two caches that many signals share. What serves an exit asks in
 * the exits' share.
 */
export class PacedVenue {
  private readonly marketsRead: SharedRead<ReadonlyMap<string, Market>>;
  private readonly tickersRead: SharedRead<ReadonlyMap<string, Ticker>>;
  private readonly candleReader: CandleReader;
  private readonly shared: SharedLookUps;
  private readonly positionReads: PositionReads;

  /** @param candleStream whose candles are trusted as CandleReader says; absent: all are asked for */
  constructor(
    readonly venue: Venue,
    private readonly permits: Permits,
    priceMaxAgeMs: number,
    limits: RateLimits,
    candleStream?: CandleStream,
  ) {
    this.shared = new SharedLookUps(venue, permits);
    this.positionReads = new PositionReads(venue, permits);
    this.candleReader = new CandleReader(venue, permits, limits, candleStream);
    let areBroken = false;
    venue.onUnreadableRows(({ what, faults }) => {
      if (what === 'instruments') areBroken = faults.length > 0;
    });
    const marketsAgeMaxMs = (): number => (areBroken ? BROKEN_MARKETS_AGE_MAX_MS : MARKETS_AGE_MAX_MS);
    const mayAsk = (intent: Intent): Promise<RequestPermit> => permits.forRead('market_data', intent);
    this.marketsRead = new SharedRead({
      ageMaxMs: marketsAgeMaxMs,
      mayAsk,
      fetch: async (mayAskMore) => new Map((await venue.markets(mayAskMore)).map((market) => [market.symbol, market])),
    });
    this.tickersRead = new SharedRead({
      ageMaxMs: () => priceMaxAgeMs,
      mayAsk,
      fetch: async () => new Map((await venue.tickers()).map((ticker) => [ticker.symbol, ticker])),
    });
  }

  /** @returns undefined when the venue does not trade the symbol. @throws VenueError */
  async market(symbol: string, intent: Intent): Promise<Market | undefined> {
    return (await this.marketsRead.get(intent)).get(symbol);
  }

  /** @returns a price at most `priceMaxAgeMs` old, or undefined when the venue has none. @throws VenueError */
  async ticker(symbol: string, intent: Intent): Promise<Ticker | undefined> {
    return (await this.tickersRead.get(intent)).get(symbol);
  }

  /** What came of the candles that the venue's stream told. */
  get pushedCandles(): PushedFigures {
    return this.candleReader.pushedFigures;
  }

  /** How old the newest prices are, milliseconds; absent: none were read. */
  get priceAgeMs(): number | undefined {
    return this.tickersRead.ageMs;
  }

  /** In the exits' share: behind a flood of entries the ledger would not hear of what exits gave back. */
  async balances(): Promise<SnapshotCommand> {
    return this.readAccount('exit', () => this.venue.balances());
  }

  /** The open positions, as of the instant of the first page. */
  async positions(): Promise<PositionsReport> {
    let report: PositionsReport = { asOfMs: Number.MAX_SAFE_INTEGER, bySymbol: {} };
    for (let page = 1, cursor: string | undefined; page <= POSITION_PAGES_MAX; page += 1) {
      const asked = cursor;
      const { asOfMs, bySymbol, nextCursor } = await this.readAccount('entry', () => this.venue.positions(asked));
      report = { asOfMs: Math.min(report.asOfMs, asOfMs), bySymbol: { ...report.bySymbol, ...bySymbol } };
      if (nextCursor === undefined || nextCursor === asked) break;
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
    const mayAsk = async (): Promise<RequestPermit> => {
      isUnasked = true;
      const permit = await this.permits.forRead('account', shareOf(urgency));
      isUnasked = false;
      return permit;
    };
    try {
      const order = await this.shared.find(question);
      if (order !== undefined) return { status: 'found', order };
      const mayAskMore = async (): Promise<void> => addPermit(await mayAsk());
      const answer = await withPermit(await mayAsk(), () =>
        this.venue.lookUpOrder(symbol, clientOrderId, sinceMs, mayAskMore),
      );
      return answer.status === 'unavailable' && isUnasked ? { ...answer, isUnasked } : answer;
    } catch (error) {
      return unavailableBecause(error);
    }
  }

  /** The client order ids of all open orders, of other programs as well; asked in the exits' share. @throws VenueError */
  async openOrders(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let page = 1, cursor: string | undefined; page <= OPEN_ORDER_PAGES_MAX; page += 1) {
      const asked = cursor;
      const { clientOrderIds, nextCursor } = await this.readAccount('exit', () => this.venue.openOrders(asked));
      ids.push(...clientOrderIds);
      if (nextCursor === undefined) return ids;
      if (nextCursor === asked) throw unending('shows the same page again and again');
      cursor = nextCursor;
    }
    throw unending(`does not end within ${OPEN_ORDER_PAGES_MAX} pages, which hold ${ids.length} orders`);
  }

  /** The newest final orders since an instant, for the same purpose. */
  async recentOrders(sinceMs: number): Promise<readonly VenueOrder[]> {
    return this.readAccount('exit', () => this.venue.recentOrders(sinceMs));
  }

  /** One request, in the exits' share. @throws NoPermitError when there is no room for it: nothing was sent */
  async cancelOrder(symbol: string, clientOrderId: string, beforeSending: () => void): Promise<VenueOutcome> {
    const permit = await this.permits.forRead('order', 'exit');
    beforeSending();
    return withPermit(permit, () => this.venue.cancelOrder(symbol, clientOrderId));
  }

  /** See PositionReads.rows. */
  positionRows(): Promise<PositionRowsReport> {
    return this.positionReads.rows();
  }

  /** See PositionReads.executions. */
  executions(symbol: string, sinceMs: number): Promise<readonly Execution[]> {
    return this.positionReads.executions(symbol, sinceMs);
  }

  /** See PositionReads.moneyLog. */
  moneyLog(sinceMs: number): Promise<readonly MoneyRow[]> {
    return this.positionReads.moneyLog(sinceMs);
  }

  /** See PositionReads.setProtection. */
  setProtection(
    change: ProtectionChange,
    sendBeforeMonotonicMs: number,
    beforeSending: () => void,
  ): Promise<ProtectionAnswer> {
    return this.positionReads.setProtection(change, sendBeforeMonotonicMs, beforeSending);
  }

  /** The newest closed candles of many symbols. @throws as CandleReader */
  candles(request: CandleRequest): Promise<CandleAnswer> {
    return this.candleReader.read(request);
  }

  private async readAccount<Answer>(intent: Intent, read: () => Promise<Answer>): Promise<Answer> {
    return withPermit(await this.permits.forRead('account', intent), read);
  }
}
