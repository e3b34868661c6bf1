import type { ExecutionRecord } from '../book/records';
import { readKlines } from './market-routes';
import { takeListPage } from './page';
import { type Route, requireLinear, requireSymbol, text, type VenueCore, whole } from './route';
import { DEPTH } from './rows';

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
      if (fill.symbol === symbol) list.push(tradeRow(fill));
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

/** There is none, so that no payment was ever due. */
const fundingHistory: Route = {
  name: 'funding_history',
  method: 'GET',
  path: '/v5/market/funding/history',
  group: 'market_data',
  signed: false,
  handle: (core, parameters) => {
    requireLinear(parameters);
    requireSymbol(core, parameters);
    whole(parameters, 'limit', 1, FUNDING_LIMIT_MAX);
    return { category: 'linear', list: [] };
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

/** One tier without an end: positions have no limit, and nobody is liquidated. */
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
    const list = page.items.map((symbol) => {
      const { leverageMax } = instruments.get(symbol)!;
      return {
        id: 1,
        symbol,
        riskLimitValue: '',
        maintenanceMargin: '0',
        initialMargin: String(1 / Number(leverageMax)),
        isLowestRisk: 1,
        maxLeverage: leverageMax,
        mmDeduction: '',
      };
    });
    return { category: 'linear', list, nextPageCursor: page.nextPageCursor };
  },
};

export const PUBLIC_ROUTES: readonly Route[] = [orderbook, recentTrades, fundingHistory, markPriceKline, riskLimit];
