import type { ExecutionRecord } from '../book/records';
import { riskTierRows, riskTiers } from '../liquidation/risk-tiers';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { readKlines } from './market-routes';
import { takeListPage, TIME_MAX_MS } from './page';
import { type Route, requireLinear, requireSymbol, text, type VenueCore, whole } from './route';
import { DEPTH, LAUNCHED_AT_MS } from './rows';

/*
 * Public data besides instruments, prices and candles: what this market has of it.
 */

const DEPTH_LIMIT_MAX = 1_000;
const TRADES_DEFAULT = 500;
const TRADES_MAX = 1_000;
const FUNDING_LIMIT_MAX = 200;
const RISK_LIMIT_PAGE = { defaultLimit: 15, limitMax: 200 };

/** One level on each side: depth is unlimited there. */
const orderbook: Route = {
  name: 'orderbook',
  method: 'GET',
  path: '/v5/market/orderbook',
  group: 'market_data',
  signed: false,
  handle: (core, parameters) => {
    requireLinear(parameters);
    whole(parameters, 'limit', 1, DEPTH_LIMIT_MAX);
    const symbol = requireSymbol(core, parameters);
    const { bid, ask } = core.feed.quote(symbol, core.clock.steadyNowMs());
    const ts = core.clock.nowMs();
    return { s: symbol, b: [[bid, DEPTH]], a: [[ask, DEPTH]], ts, u: ts, seq: ts, cts: ts };
  },
};

/** The account's own fills: nobody else trades here. */
const recentTrades: Route = {
  name: 'recent_trades',
  method: 'GET',
  path: '/v5/market/recent-trade',
  group: 'market_data',
  signed: false,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const symbol = requireSymbol(core, parameters);
    const limit = whole(parameters, 'limit', 1, TRADES_MAX) ?? TRADES_DEFAULT;
    const list: object[] = [];
    for (const fill of core.book.orders.executions()) {
      if (list.length === limit) break;
      if (fill.symbol === symbol && fill.kind !== 'Funding') list.push(tradeRow(fill));
    }
    return { category: 'linear', list };
  },
};

function tradeRow(fill: ExecutionRecord): object {
  const isBuyer = (fill.side === 'Buy') !== fill.isMaker;
  return {
    execId: fill.executionId,
    symbol: fill.symbol,
    price: fill.price,
    size: fill.quantity,
    side: isBuyer ? 'Buy' : 'Sell',
    time: String(fill.atMs),
    isBlockTrade: false,
    isRPITrade: false,
    seq: String(fill.sequence),
  };
}

/** The rates of payments that were due, newest first. They exist since the contracts were launched. */
const fundingHistory: Route = {
  name: 'funding_history',
  method: 'GET',
  path: '/v5/market/funding/history',
  group: 'market_data',
  signed: false,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const symbol = requireSymbol(core, parameters);
    const { rates } = core.keeper.funding;
    const limit = whole(parameters, 'limit', 1, FUNDING_LIMIT_MAX) ?? FUNDING_LIMIT_MAX;
    const startMs = whole(parameters, 'startTime', 0, TIME_MAX_MS);
    const endMs = whole(parameters, 'endTime', 0, TIME_MAX_MS);
    if (startMs !== undefined && endMs === undefined) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: endTime is required with startTime');
    }
    const nowMs = core.clock.steadyNowMs();
    const list: object[] = [];
    let dueMs = rates.lastUntil(Math.min(endMs ?? nowMs, nowMs));
    for (; rates.terms.isOn && dueMs >= (startMs ?? LAUNCHED_AT_MS) && list.length < limit; dueMs -= rates.intervalMs) {
      list.push({ symbol, fundingRate: rates.rateAt(symbol, dueMs), fundingRateTimestamp: String(dueMs) });
    }
    return { category: 'linear', list };
  },
};

/** The mark price is the last price. */
const markPriceKline: Route = {
  name: 'mark_price_kline',
  method: 'GET',
  path: '/v5/market/mark-price-kline',
  group: 'market_data',
  signed: false,
  handle: (core, parameters) => {
    const { symbol, rows } = readKlines(core, { category: 'linear', ...parameters });
    return { category: 'linear', symbol, list: rows.map((row) => row.slice(0, 5)) };
  },
};

/** The tiers of every symbol; a page counts symbols, of which it shows all tiers. */
const riskLimit: Route = {
  name: 'risk_limit',
  method: 'GET',
  path: '/v5/market/risk-limit',
  group: 'market_data',
  signed: false,
  handle: (core: VenueCore, parameters) => {
    requireLinear(parameters);
    const { instruments } = core.feed;
    const symbols =
      text(parameters, 'symbol') === undefined ? [...instruments.keys()] : [requireSymbol(core, parameters)];
    const page = takeListPage(symbols, parameters, RISK_LIMIT_PAGE);
    const list = page.items.flatMap((symbol) => riskTierRows(symbol, riskTiers(instruments.get(symbol)!)));
    return { category: 'linear', list, nextPageCursor: page.nextPageCursor };
  },
};

export const PUBLIC_ROUTES: readonly Route[] = [orderbook, recentTrades, fundingHistory, markPriceKline, riskLimit];
