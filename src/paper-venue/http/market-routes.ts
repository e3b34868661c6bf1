import type { Instrument } from '../market/instrument';
import { INTERVAL_MINUTES } from '../market/kline-intervals';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { marketFilter, takeListPage, TIME_MAX_MS } from './page';
import {
  type Parameters,
  type Route,
  isListed,
  requireLinear,
  requireSymbol,
  text,
  type VenueCore,
  whole,
} from './route';
import { instrumentRow, tickerRow } from './rows';

const INSTRUMENT_PAGE = { defaultLimit: 500, limitMax: 1_000 };
const KLINE_LIMIT_DEFAULT = 200;
const KLINE_LIMIT_MAX = 1_000;

const instrumentsInfo: Route = {
  name: 'instruments_info',
  method: 'GET',
  path: '/v5/market/instruments-info',
  group: 'market_data',
  signed: false,
  unsupported: ['symbolType'],
  handle: (core, parameters) => {
    const category = text(parameters, 'category');
    const status = text(parameters, 'status') ?? 'Trading';
    // Nothing is listed as spot or before its launch; an empty list is what the venue answers then.
    const listed =
      category === 'linear' && status === 'Trading'
        ? [...core.feed.instruments.values()].filter(({ symbol }) => isListed(core, symbol))
        : [];
    const page = takeListPage(listed.filter(marketFilter(core, parameters)), parameters, INSTRUMENT_PAGE);
    const list = instrumentRows(core, page.items);
    return { category: category ?? '', list, nextPageCursor: page.nextPageCursor };
  },
};

const time: Route = {
  name: 'time',
  method: 'GET',
  path: '/v5/market/time',
  group: 'market_data',
  signed: false,
  handle: ({ clock }) => {
    const nowMs = clock.nowMs();
    return { timeSecond: String(Math.floor(nowMs / 1_000)), timeNano: `${nowMs}000000` };
  },
};

const tickers: Route = {
  name: 'tickers',
  method: 'GET',
  path: '/v5/market/tickers',
  group: 'market_data',
  signed: false,
  unsupported: ['baseCoin', 'expDate'],
  handle: (core, parameters) => {
    if (text(parameters, 'category') === 'spot') return { category: 'spot', list: [] };
    requireLinear(parameters);
    const symbols =
      text(parameters, 'symbol') === undefined ? [...core.feed.instruments.keys()] : [requireSymbol(core, parameters)];
    const nowMs = core.clock.steadyNowMs();
    const { rates } = core.keeper.funding;
    const dueAtMs = rates.nextAfter(nowMs);
    const list = symbols.map((symbol) => {
      const funding = { terms: rates.terms, rate: rates.rateAt(symbol, dueAtMs), dueAtMs };
      return tickerRow(symbol, core.feed.quote(symbol, nowMs), funding);
    });
    return { category: 'linear', list };
  },
};

const kline: Route = {
  name: 'kline',
  method: 'GET',
  path: '/v5/market/kline',
  group: 'market_data',
  signed: false,
  handle: (core, parameters) => {
    const { symbol, rows } = readKlines(core, parameters);
    return { category: 'linear', symbol, list: rows };
  },
};

export function instrumentRows({ feed, engine, keeper }: VenueCore, instruments: readonly Instrument[]): object[] {
  const symbols = [...feed.instruments.keys()];
  return instruments.map((instrument) =>
    instrumentRow(instrument, {
      symbolId: symbols.indexOf(instrument.symbol) + 1,
      funding: keeper.funding.rates.terms,
      band: engine.rules.band,
    }),
  );
}

/** Candles as a query wants them: opening time, open, high, low, close, volume, turnover. @throws VenueRefusal 10001 */
export function readKlines(
  core: VenueCore,
  parameters: Parameters,
): { readonly symbol: string; readonly rows: readonly string[][] } {
  requireLinear(parameters);
  const symbol = requireSymbol(core, parameters);
  const intervalMinutes = INTERVAL_MINUTES.get(text(parameters, 'interval') ?? '');
  if (intervalMinutes === undefined)
    throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: interval invalid');
  const rows = core.feed.klines(
    {
      symbol,
      intervalMinutes,
      startMs: whole(parameters, 'start', 0, TIME_MAX_MS),
      endMs: whole(parameters, 'end', 0, TIME_MAX_MS),
      limit: whole(parameters, 'limit', 1, KLINE_LIMIT_MAX) ?? KLINE_LIMIT_DEFAULT,
    },
    core.clock.steadyNowMs(),
  );
  return {
    symbol,
    rows: rows.map((row) => [String(row.openTimeMs), row.open, row.high, row.low, row.close, row.volume, row.turnover]),
  };
}

export const MARKET_ROUTES: readonly Route[] = [instrumentsInfo, time, tickers, kline];
