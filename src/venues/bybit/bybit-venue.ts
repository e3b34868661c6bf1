import type { SnapshotCommand } from '../../domain/ledger/types';
import type { Candle, Market, OrderPlan, Ticker, VenueOrder } from '../../domain/market';
import type { LimitFigures, VenueOutcome } from '../../domain/outcome';
import { cleanMessage, TOO_LATE } from '../ccxt/venue-reply';
import type { AdapterOptions } from '../definition';
import type { CandleStream } from '../candle-stream';
import type { VenueStream } from '../stream';
import { NoPermitError, VenueError } from '../venue';
import type {
  AccountInspector,
  LimitReport,
  LookUpAnswer,
  OpenOrdersPage,
  PlaceOrderAnswer,
  PositionDesk,
  PositionsPage,
  RequestReport,
  Venue,
  UnreadableRows,
  VenuePromises,
} from '../venue';
import { BybitSession } from './bybit-session';
import { INTERVALS } from './intervals';
import { lookUpOrder } from './order-look-up';
import { buildOrderRequest, CLIENT_ORDER_ID_PATTERN, findOrderFault, findSizeFault } from './order-request';
import { plainOrders } from './order-rows';
import { classifyCancelOrderReply, classifyPlaceOrderReply } from './outcomes';
import { parseCandles, parseMarket, parsePositions, parseTicker, TAKER_FEE_DEFAULT } from './parse';
import {
  balancesPayload,
  CANDLES_MAX,
  candlesPayload,
  instrumentRow,
  INSTRUMENTS_MAX,
  instrumentsPayload,
  openOrdersPayload,
  orderNames,
  ORDERS_MAX,
  ordersPayload,
  POSITIONS_MAX,
  positionsPayload,
  tickerRow,
  tickersPayload,
} from './payloads';
import { BybitInspector } from './preflight/inspector';
import { BYBIT_PROMISES } from './promises';
import { nameOf, readRows, RowFault } from './rows';
import { BybitPositionDesk } from './desk/position-desk';
import { BybitStream } from './stream/bybit-stream';
import { BybitCandleStream } from './stream/candle-stream';
import { privateStreamUrl, publicStreamUrl } from './stream/hosts';
import { parseBalances } from './wallet';

/** Pages of instruments that are read; the venue lists some seven hundred, a thousand on a page. */
const INSTRUMENT_PAGES_MAX = 10;

const CATEGORY = 'linear';
/** The value of `openOnly` that asks for the orders that closed last, and for none that is open. */
const CLOSED_LATELY = 1;
/** An open order whose ids cannot be read. */
const NAMELESS = '(without an id)';
/** Orders by which the venue itself guards a position. */
const GUARDS: ReadonlySet<string> = new Set([
  'StopLoss',
  'TakeProfit',
  'TrailingStop',
  'PartialStopLoss',
  'PartialTakeProfit',
]);

/**
 * Bybit V5, linear perpetuals in one-way mode on a unified account. The same code talks to the paper venue, the test
 * network and the live venue: only address and keys differ.
 *
 * The first signed request of a process is preceded by one market_data request that measures the venue's clock, under a permit
 * of its own.
 */
export class BybitVenue implements Venue {
  readonly name: string;
  readonly promises: VenuePromises = BYBIT_PROMISES;
  readonly stream?: VenueStream;
  readonly candleStream?: CandleStream;
  // Hidden from every way of printing an object: ccxt keeps the keys as plain text.
  readonly #session: BybitSession;
  readonly inspector: AccountInspector;
  readonly positionDesk: PositionDesk;
  private readonly symbols: ReadonlySet<string>;
  /** The largest limit order of each symbol, as the instruments were last read. */
  private limitMaxima: ReadonlyMap<string, string> = new Map();

  constructor(private readonly options: AdapterOptions) {
    this.name = options.name;
    this.#session = new BybitSession(options);
    this.inspector = new BybitInspector(this.#session, options);
    this.symbols = new Set(options.symbols);
    this.positionDesk = new BybitPositionDesk(this.#session, options);
    this.stream = this.openStream();
    this.candleStream = this.openCandleStream();
  }

  onLimitReport(listener: (report: LimitReport) => void): void {
    this.#session.onLimitReport(listener);
  }

  onRequestReport(listener: (report: RequestReport) => void): void {
    this.#session.onRequestReport(listener);
  }

  onClockJump(listener: (byMs: number) => void): void {
    this.#session.onClockJump(listener);
  }

  onUnreadableRows(listener: (report: UnreadableRows) => void): void {
    this.#session.onUnreadableRows(listener);
  }

  clockMs(): number | undefined {
    const { clock } = this.#session;
    return clock.isMeasured ? clock.nowMs() : undefined;
  }

  /** Only configured symbols that are trading and whose row can be read; the others are left out. */
  async markets(mayAsk?: () => Promise<void>): Promise<readonly Market[]> {
    const takerFee = this.options.takerFee ?? TAKER_FEE_DEFAULT;
    const { rows, faults } = readRows(await this.instruments(mayAsk), instrumentRow, this.symbols);
    this.#session.reportRows({ what: 'instruments', faults });
    const markets = rows.flatMap((row) => parseMarket(row, this.options.settleAsset, takerFee) ?? []);
    this.limitMaxima = new Map(
      markets.flatMap(({ symbol, limitQuantityMax }) =>
        limitQuantityMax ? [[symbol, limitQuantityMax] as const] : [],
      ),
    );
    return markets;
  }

  /** All pages, or those that name every configured symbol. @throws VenueError when they do not come to an end, or one comes again */
  private async instruments(mayAsk?: () => Promise<void>): Promise<readonly unknown[]> {
    const rows: unknown[] = [];
    const missing = new Set(this.symbols);
    let query: Readonly<Record<string, string | number>> = { category: CATEGORY, limit: INSTRUMENTS_MAX };
    for (let page = 1; page <= INSTRUMENT_PAGES_MAX; page += 1) {
      if (page > 1) await mayAsk?.();
      const asked = query;
      const { payload } = await this.#session.readPublic(instrumentsPayload, () =>
        this.#session.client.publicGetV5MarketInstrumentsInfo(asked),
      );
      const { list, nextPageCursor: cursor } = payload.result;
      rows.push(...list);
      for (const row of list) missing.delete(nameOf(row, 'symbol') ?? '');
      if (cursor === undefined || missing.size === 0) return rows;
      if (cursor === asked['cursor']) break;
      query = { ...asked, cursor };
    }
    // A symbol that was not reached must not count as one that the venue does not trade.
    const message = `The venue's list of instruments does not end within ${INSTRUMENT_PAGES_MAX} pages.`;
    throw new VenueError({ kind: 'UNKNOWN', message });
  }

  time(): Promise<number> {
    return this.#session.measureClock();
  }

  /** Configured symbols that have a price; the others are left out. */
  async tickers(): Promise<readonly Ticker[]> {
    const { payload } = await this.#session.readPublic(tickersPayload, () =>
      this.#session.client.publicGetV5MarketTickers({ category: CATEGORY }),
    );
    const { rows, faults } = readRows(payload.result.list, tickerRow, this.symbols);
    this.#session.reportRows({ what: 'prices', faults });
    return rows.flatMap((row) => parseTicker(row) ?? []);
  }

  async candles(symbol: string, intervalMs: number, limit: number): Promise<readonly Candle[]> {
    const interval = INTERVALS.get(intervalMs);
    if (interval === undefined || !Number.isInteger(limit) || limit < 1 || limit > CANDLES_MAX) {
      throw new VenueError({
        kind: 'REJECTED',
        message: `Candles of ${intervalMs} ms with limit ${limit} are not offered; limit must be 1 to ${CANDLES_MAX}.`,
      });
    }
    // The newest candle is usually open and dropped, so one more is asked for; where the page has no room for it, the
    // request ends before the open candle instead.
    const range = limit < CANDLES_MAX ? { limit: limit + 1 } : { limit, end: this.lastOpenTimeMs(intervalMs) - 1 };
    const { payload } = await this.#session.readPublic(candlesPayload, () =>
      this.#session.client.publicGetV5MarketKline({ category: CATEGORY, symbol, interval, ...range }),
    );
    return parseCandles(payload, intervalMs).slice(-limit);
  }

  async balances(): Promise<SnapshotCommand> {
    const { payload } = await this.#session.readAccount(balancesPayload, () =>
      this.#session.client.privateGetV5AccountWalletBalance({ accountType: 'UNIFIED' }),
    );
    try {
      return parseBalances(payload, this.options.settleAsset);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      throw new VenueError({ kind: 'UNKNOWN', message: cleanMessage(`The balances are not known: ${error.message}.`) });
    }
  }

  async positions(cursor?: string): Promise<PositionsPage> {
    const { settleAsset: settleCoin } = this.options;
    const { payload } = await this.#session.readAccount(positionsPayload, () =>
      this.#session.client.privateGetV5PositionList({
        category: CATEGORY,
        settleCoin,
        limit: POSITIONS_MAX,
        ...(cursor === undefined ? {} : { cursor }),
      }),
    );
    const { list, nextPageCursor } = payload.result;
    const bySymbol = parsePositions(list, this.symbols);
    return { asOfMs: payload.time, bySymbol, nextCursor: nextPageCursor };
  }

  async placeOrder(plan: OrderPlan, sendBeforeMonotonicMs = Number.POSITIVE_INFINITY): Promise<PlaceOrderAnswer> {
    const fault = findOrderFault(plan, this.symbols) ?? findSizeFault(plan, this.limitMaxima);
    if (fault !== undefined) return this.unsent({ kind: 'REJECTED', message: fault });
    const clockFault = await this.#session.findClockFault();
    if (clockFault !== undefined) return this.unsent(clockFault);
    if (performance.now() > sendBeforeMonotonicMs) {
      return { ...this.unsent({ kind: 'NOT_PLACED', message: TOO_LATE }), isUnsent: true };
    }
    const { outcome, isHeldBack, limits, trace } = await this.#session.command(
      () => this.#session.client.privatePostV5OrderCreate(buildOrderRequest(plan)),
      (candidate) => classifyPlaceOrderReply(candidate, plan.clientOrderId),
      sendBeforeMonotonicMs,
    );
    const signedAtMs = trace.signedAtMs ?? this.#session.clock.nowMs();
    return { outcome: withLimits(outcome, limits), signedAtMs, ...(isHeldBack && { isUnsent: true }) };
  }

  async lookUpOrder(
    symbol: string,
    clientOrderId: string,
    sinceMs?: number,
    mayAsk?: () => Promise<void>,
  ): Promise<LookUpAnswer> {
    try {
      await this.#session.ensureClock();
      const { settleAsset: feeAsset } = this.options;
      return await lookUpOrder(this.#session, { category: CATEGORY, symbol, clientOrderId, feeAsset, sinceMs, mayAsk });
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      return {
        status: 'unavailable',
        outcome: error.outcome,
        ...(error instanceof NoPermitError && { isUnasked: true }),
      };
    }
  }

  /**
   * Of the orders that closed last, which the venue shows in real time; its history lags behind. Orders without a client id,
   * or with fields that cannot be read, or that share their id, are left out: look those up one by one.
   */
  async recentOrders(sinceMs: number): Promise<readonly VenueOrder[]> {
    const { settleAsset: settleCoin } = this.options;
    const { payload } = await this.#session.readAccount(ordersPayload, () =>
      this.#session.client.privateGetV5OrderRealtime({
        category: CATEGORY,
        settleCoin,
        openOnly: CLOSED_LATELY,
        limit: ORDERS_MAX,
      }),
    );
    const orders = this.plain(payload.result.list, payload.time);
    return orders.filter(({ status, createdAtMs }) => status !== 'open' && createdAtMs >= sinceMs);
  }

  async openOrders(cursor?: string): Promise<OpenOrdersPage> {
    const { settleAsset: settleCoin } = this.options;
    const { payload } = await this.#session.readAccount(openOrdersPayload, () =>
      this.#session.client.privateGetV5OrderRealtime({
        category: CATEGORY,
        settleCoin,
        limit: ORDERS_MAX,
        ...(cursor === undefined ? {} : { cursor }),
      }),
    );
    const { list, nextPageCursor: nextCursor } = payload.result;
    const clientOrderIds = list.flatMap((row) => {
      const { orderId, orderLinkId, stopOrderType } = orderNames.parse(row);
      // The venue's own part of a position: nobody placed it as an order, and nobody is to cancel it as one.
      if (!orderLinkId && GUARDS.has(stopOrderType ?? '')) return [];
      return [orderLinkId || orderId || NAMELESS];
    });
    const orders = this.plain(list, payload.time).filter(({ status }) => status === 'open');
    return { clientOrderIds, orders, nextCursor };
  }

  async cancelOrder(symbol: string, clientOrderId: string): Promise<VenueOutcome> {
    if (!CLIENT_ORDER_ID_PATTERN.test(clientOrderId)) {
      return { kind: 'REJECTED', message: 'No order can have this client order id; nothing was sent.' };
    }
    const clockFault = await this.#session.findClockFault();
    if (clockFault !== undefined) return clockFault;
    const { outcome } = await this.#session.command(
      () => this.#session.client.privatePostV5OrderCancel({ category: CATEGORY, symbol, orderLinkId: clientOrderId }),
      classifyCancelOrderReply,
    );
    return outcome;
  }

  private plain(rows: readonly unknown[], answeredAtMs: number): readonly VenueOrder[] {
    return plainOrders(rows, { symbols: this.symbols, feeAsset: this.options.settleAsset, answeredAtMs });
  }

  close(): Promise<void> {
    this.stream?.close();
    this.candleStream?.close();
    return this.#session.close();
  }

  private openStream(): VenueStream | undefined {
    const { baseUrl, environment, credentials, proxy } = this.options;
    const url = privateStreamUrl(baseUrl, environment);
    if (url === undefined) return undefined;
    const venueNowMs = (): number => this.#session.clock.nowMs();
    return new BybitStream({ url, credentials, symbols: this.symbols, venueNowMs, proxy });
  }

  private openCandleStream(): CandleStream | undefined {
    const { baseUrl, environment, proxy } = this.options;
    const url = publicStreamUrl(baseUrl, environment);
    if (url === undefined) return undefined;
    return new BybitCandleStream({ url, proxy, venueNowMs: () => this.#session.clock.nowMs() });
  }

  private unsent(outcome: VenueOutcome): PlaceOrderAnswer {
    return { outcome, signedAtMs: this.#session.clock.nowMs() };
  }

  private lastOpenTimeMs(intervalMs: number): number {
    return Math.floor(this.#session.clock.nowMs() / intervalMs) * intervalMs;
  }
}

function withLimits(outcome: VenueOutcome, limits: LimitFigures): VenueOutcome {
  return Object.keys(limits).length === 0 ? outcome : { ...outcome, limits };
}
