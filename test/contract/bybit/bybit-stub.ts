import type { ServerResponse } from 'node:http';
import { PAPER_API_SECRET } from '../../../src/venues/paper-keys';
import { expectedSignature, StubServer } from '../../unit/venues/stub-server';
import type { StubRequest } from '../../unit/venues/stub-server';
import type { VenueStub } from '../venue-under-test';
import { BybitCandleStreamStub } from './bybit-candle-stream-stub';
import { BybitStreamStub } from './bybit-stream-stub';

/** What every row of candles holds after its opening time. */
export const CANDLE = { open: '16588', high: '16591', low: '16585.5', close: '16590.5', volume: '8.5' };

/** Bybit V5 as documented. */
export class BybitStub implements VenueStub {
  readonly routes = {
    time: 'GET /v5/market/time',
    markets: 'GET /v5/market/instruments-info',
    tickers: 'GET /v5/market/tickers',
    candles: 'GET /v5/market/kline',
    balances: 'GET /v5/account/wallet-balance',
    positions: 'GET /v5/position/list',
    placeOrder: 'POST /v5/order/create',
    cancelOrder: 'POST /v5/order/cancel',
    recentOrders: 'GET /v5/order/realtime',
    setProtection: 'POST /v5/position/trading-stop',
    executions: 'GET /v5/execution/list',
    moneyLog: 'GET /v5/account/transaction-log',
    lookUp: ['GET /v5/order/realtime', 'GET /v5/order/history', 'GET /v5/execution/list'],
  } as const;
  readonly lookUpWindows = ['GET /v5/order/history', 'GET /v5/execution/list'].map((source) => ({
    source,
    keys: ['startTime', 'endTime'] as const,
    spanMaxMs: 7 * 24 * 60 * 60 * 1_000,
  }));

  private constructor(readonly server: StubServer) {}

  static async open(): Promise<BybitStub> {
    return new BybitStub(await StubServer.start());
  }

  openStream(): BybitStreamStub {
    return new BybitStreamStub(this.server);
  }

  openCandleStream(): BybitCandleStreamStub {
    return new BybitCandleStreamStub(this.server);
  }

  reply(response: ServerResponse, result: unknown): void {
    this.server.reply(response, result);
  }

  refuse(response: ServerResponse, code: number, text: string, status = 200): void {
    this.write(response, status, { retCode: code, retMsg: text, result: {} });
  }

  accept(response: ServerResponse, order: { clientOrderId?: string; venueOrderId?: string }, status = 200): void {
    const result = { orderId: order.venueOrderId, orderLinkId: order.clientOrderId };
    this.write(response, status, { retCode: 0, retMsg: 'OK', result });
  }

  replyOrders(response: ServerResponse, rows: readonly unknown[]): void {
    this.reply(response, { category: 'linear', nextPageCursor: '', list: rows });
  }

  replyFills(response: ServerResponse, clientOrderIds: readonly string[]): void {
    const list = clientOrderIds.map((orderLinkId) => ({ orderLinkId, execQty: '0.01', execPrice: '16597.5' }));
    this.reply(response, { category: 'linear', nextPageCursor: '', list });
  }

  /** Newest first, at most `limit` rows, none that opens after `end`. */
  replyCandles({ query }: StubRequest, response: ServerResponse, openTimesMs: readonly number[]): void {
    const endMs = Number(query.get('end') ?? Number.POSITIVE_INFINITY);
    const page = openTimesMs.filter((openTimeMs) => openTimeMs <= endMs).slice(0, Number(query.get('limit')));
    const list = page.map((openTimeMs) => [String(openTimeMs), ...Object.values(CANDLE), '53118.4']);
    this.reply(response, { category: 'linear', symbol: query.get('symbol'), list });
  }

  clientOrderIdOf({ body }: StubRequest): string {
    return (JSON.parse(body) as { orderLinkId: string }).orderLinkId;
  }

  signedAtMsOf({ headers }: StubRequest): number {
    return Number(headers['x-bapi-timestamp']);
  }

  isSigned(request: StubRequest): boolean {
    return request.headers['x-bapi-sign'] === expectedSignature(request, PAPER_API_SECRET);
  }

  private write(response: ServerResponse, status: number, envelope: object): void {
    const body = JSON.stringify({ ...envelope, retExtInfo: {}, time: this.server.nowMs() });
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }
}
