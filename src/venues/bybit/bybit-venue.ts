import type { SnapshotCommand } from '../../domain/ledger/types';
import type { Candle, Market, OrderPlan, Ticker, VenueOrder } from '../../domain/market';
import type { VenueOutcome } from '../../domain/outcome';
import { cleanMessage, TOO_LATE } from '../ccxt/venue-reply';
import type { AdapterOptions } from '../definition';
import { VenueError } from '../venue';
import type {
  AccountInspector,
  LimitReport,
  LookUpAnswer,
  OpenOrdersPage,
  PlaceOrderAnswer,
  PositionsPage,
  RequestReport,
  Venue,
  UnreadableRows,
  VenuePromises,
} from '../venue';
import { BybitSession } from './bybit-session';
import { buildOrderRequest, CLIENT_ORDER_ID_PATTERN, findOrderFault } from './order-request';
import { classifyCancelOrderReply, classifyPlaceOrderReply } from './outcomes';
import {
  parseBalances,
  parseCandles,
  parseMarket,
  parseOrder,
  parsePositions,
  parseTicker,
  TAKER_FEE_DEFAULT,
} from './parse';
import {
  balancesPayload,
  CANDLES_MAX,
  candlesPayload,
  executionsPayload,
  instrumentRow,
  INSTRUMENTS_MAX,
  instrumentsPayload,
  openOrdersPayload,
  orderRow,
  ORDERS_MAX,
  ordersPayload,
  POSITIONS_MAX,
  positionsPayload,
  tickerRow,
  tickersPayload,
} from './payloads';
import { BybitInspector } from './preflight/inspector';
import { BYBIT_PROMISES } from './promises';
import { readRows, RowFault } from './rows';

/** Bybit's longest window of a query, and what it shows of the past where none is named. */
const WINDOW_MAX_MS = 7 * 24 * 60 * 60 * 1_000;
/** How much earlier than asked for a window begins: the instant was taken from our measure of the venue's clock. */
const WINDOW_MARGIN_MS = 60_000;

const CATEGORY = 'linear';
const INTERVALS: ReadonlyMap<number, string> = new Map([
  [60_000, '1'],
  [180_000, '3'],
  [300_000, '5'],
  [900_000, '15'],
  [3_600_000, '60'],
]);

/**
 * Bybit V5, linear perpetuals in one-way mode on a unified account. The same code talks to the paper venue, the test
 * network and the live venue: only address and keys differ.
 *
 * The first signed request of a process is preceded by one market_data request that measures the venue's clock.
 */
export class BybitVenue implements Venue {
  readonly name: string;
  readonly promises: VenuePromises = BYBIT_PROMISES;
  // Hidden from every way of printing an object: ccxt keeps the keys as plain text.
  readonly #session: BybitSession;
  readonly inspector: AccountInspector;
  private readonly symbols: ReadonlySet<string>;

  constructor(private readonly options: AdapterOptions) {
    this.name = options.name;
    this.#session = new BybitSession(options);
    this.inspector = new BybitInspector(this.#session, options);
    this.symbols = new Set(options.symbols);
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
  async markets(): Promise<readonly Market[]> {
    const { payload } = await this.#session.readPublic(instrumentsPayload, () =>
      this.#session.client.publicGetV5MarketInstrumentsInfo({ category: CATEGORY, limit: INSTRUMENTS_MAX }),
    );
    const takerFee = this.options.takerFee ?? TAKER_FEE_DEFAULT;
    const { rows, faults } = readRows(payload.result.list, instrumentRow, this.symbols);
    this.#session.reportRows({ what: 'instruments', faults });
    return rows.flatMap((row) => parseMarket(row, this.options.settleAsset, takerFee) ?? []);
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
    return { asOfMs: payload.time, bySymbol, nextCursor: nextPageCursor || undefined };
  }

  async placeOrder(plan: OrderPlan, sendBeforeMonotonicMs = Number.POSITIVE_INFINITY): Promise<PlaceOrderAnswer> {
    const fault = findOrderFault(plan, this.symbols);
    if (fault !== undefined) return this.unsent({ kind: 'REJECTED', message: fault });
    const clockFault = await this.findClockFault();
    if (clockFault !== undefined) return this.unsent(clockFault);
    if (performance.now() > sendBeforeMonotonicMs) {
      return this.unsent({ kind: 'NOT_PLACED', message: TOO_LATE });
    }
    const { outcome, trace } = await this.#session.command(
      () => this.#session.client.privatePostV5OrderCreate(buildOrderRequest(plan)),
      (candidate) => classifyPlaceOrderReply(candidate, plan.clientOrderId),
      sendBeforeMonotonicMs,
    );
    return { outcome, signedAtMs: trace.signedAtMs ?? this.#session.clock.nowMs() };
  }

  async lookUpOrder(
    symbol: string,
    clientOrderId: string,
    sinceMs?: number,
    mayAsk?: () => Promise<void>,
  ): Promise<LookUpAnswer> {
    const query = { category: CATEGORY, symbol, orderLinkId: clientOrderId };
    const { client } = this.#session;
    try {
      await this.#session.ensureClock();
      const startedAtMs = this.#session.clock.nowMs();
      const past = { ...query, ...lookUpWindow(sinceMs, startedAtMs) };
      const open = await this.findOrder(clientOrderId, symbol, () => client.privateGetV5OrderRealtime(query));
      if (open.order !== undefined) return { status: 'found', order: open.order };
      await mayAsk?.();
      const closed = await this.findOrder(clientOrderId, symbol, () => client.privateGetV5OrderHistory(past));
      if (closed.order !== undefined) return { status: 'found', order: closed.order };
      await mayAsk?.();
      await this.checkNoFills(past);
      // The first answer's instant: an order accepted between the two requests could be in neither of them. Of the
      // venue's own stamp and our measure of its clock the earlier one counts, so that neither can be too late.
      return { status: 'absent', askedAtMs: Math.min(startedAtMs, open.answeredAtMs) };
    } catch (error) {
      if (error instanceof VenueError) return { status: 'unavailable', outcome: error.outcome };
      throw error;
    }
  }

  /** Orders without a client id, or with fields that cannot be read, are left out: look those up one by one. */
  async recentOrders(sinceMs: number): Promise<readonly VenueOrder[]> {
    const { payload } = await this.#session.readAccount(ordersPayload, () =>
      this.#session.client.privateGetV5OrderHistory({ category: CATEGORY, limit: ORDERS_MAX, startTime: sinceMs }),
    );
    return this.readable(payload.result.list, payload.time).filter(({ status }) => status !== 'open');
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
    const { list, nextPageCursor } = payload.result;
    const clientOrderIds = list.map(({ orderId, orderLinkId }) => orderLinkId || orderId);
    const orders = this.readable(list, payload.time).filter(({ status }) => status === 'open');
    return { clientOrderIds, orders, nextCursor: nextPageCursor || undefined };
  }

  async cancelOrder(symbol: string, clientOrderId: string): Promise<VenueOutcome> {
    if (!CLIENT_ORDER_ID_PATTERN.test(clientOrderId)) {
      return { kind: 'REJECTED', message: 'No order can have this client order id; nothing was sent.' };
    }
    const clockFault = await this.findClockFault();
    if (clockFault !== undefined) return clockFault;
    const { outcome } = await this.#session.command(
      () => this.#session.client.privatePostV5OrderCancel({ category: CATEGORY, symbol, orderLinkId: clientOrderId }),
      classifyCancelOrderReply,
    );
    return outcome;
  }

  /** Orders of configured symbols with a client id, from rows that can be read. */
  private readable(rows: readonly unknown[], answeredAtMs: number): readonly VenueOrder[] {
    return rows.flatMap((candidate) => {
      const row = orderRow.safeParse(candidate);
      if (!row.success || row.data.orderLinkId === '' || !this.symbols.has(row.data.symbol)) return [];
      return [parseOrder(row.data, this.options.settleAsset, answeredAtMs)];
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  private unsent(outcome: VenueOutcome): PlaceOrderAnswer {
    return { outcome, signedAtMs: this.#session.clock.nowMs() };
  }

  private lastOpenTimeMs(intervalMs: number): number {
    return Math.floor(this.#session.clock.nowMs() / intervalMs) * intervalMs;
  }

  /** Why an order cannot be signed with the venue's time; nothing of it was sent then. */
  private async findClockFault(): Promise<VenueOutcome | undefined> {
    try {
      await this.#session.ensureClock();
      return undefined;
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      const { outcome } = error;
      const isPassing = outcome.kind === 'UNKNOWN' || outcome.kind === 'REJECTED';
      const message = cleanMessage(`The venue's clock could not be measured, nothing was sent. ${outcome.message}`);
      return { ...outcome, kind: isPassing ? 'NOT_PLACED' : outcome.kind, message };
    }
  }

  /**
   * The history of orders may lag behind the fills.
   * @throws VenueError when there are any: the order exists, whatever the other answers say
   */
  private async checkNoFills(query: Readonly<Record<string, string | number>>): Promise<void> {
    const { payload } = await this.#session.readAccount(executionsPayload, () =>
      this.#session.client.privateGetV5ExecutionList(query),
    );
    if (payload.result.list.length === 0) return;
    throw new VenueError({ kind: 'UNKNOWN', message: 'The venue shows fills, and not yet the order they belong to.' });
  }

  /**
   * One query by client id.
   * @throws VenueError when the answer holds anything but this order: a venue that ignores the filter answers with the
   *   account's other orders, and proves nothing about ours
   */
  private async findOrder(
    clientOrderId: string,
    symbol: string,
    request: () => Promise<unknown>,
  ): Promise<{ readonly order?: VenueOrder; readonly answeredAtMs: number }> {
    const { payload } = await this.#session.readAccount(ordersPayload, request);
    const answeredAtMs = payload.time;
    const [first, ...others] = payload.result.list;
    if (first === undefined) return { answeredAtMs };
    const row = orderRow.safeParse(first);
    const isOurs = row.success && row.data.orderLinkId === clientOrderId && row.data.symbol === symbol;
    if (isOurs && others.length === 0) {
      return { order: parseOrder(row.data, this.options.settleAsset, answeredAtMs), answeredAtMs };
    }
    throw new VenueError({
      kind: 'UNKNOWN',
      message: 'The venue answered the look-up with something else than the one order asked for.',
    });
  }
}

/**
 * The window of a query about the past that holds an order made since then.
 *
 * @param sinceMs on the venue's clock
 * @param nowMs the venue's clock
 * @returns no window without an instant, and with one that lies ahead: the venue's clock was set back since it was taken
 */
function lookUpWindow(sinceMs: number | undefined, nowMs: number): { startTime?: number; endTime?: number } {
  if (sinceMs === undefined || sinceMs > nowMs) return {};
  const startTime = sinceMs - WINDOW_MARGIN_MS;
  const endTime = startTime + WINDOW_MAX_MS;
  return endTime < nowMs ? { startTime, endTime } : { startTime };
}
