import { RET_CODES, VenueRefusal } from '../ret-codes';
import { instrumentRows } from './market-routes';
import { accountRow, habitsRow, keyRow, statusRows } from './profile-rows';
import { type Route, isListed, requireLinear, requireSymbol, text, type VenueCore, whole } from './route';
import { PRICE_MAX } from './rows';

/*
 * What the venue tells of the account behind a key, and of itself: what a client reads before it trades.
 */

const OWN_INSTRUMENTS_DEFAULT = 200;
const OWN_INSTRUMENTS_MAX = 200;
/** The venue's numbers of position modes. */
const MODES = new Map([
  ['0', 'one_way'],
  ['3', 'hedge'],
] as const);

const queryApi: Route = {
  name: 'query_api',
  method: 'GET',
  path: '/v5/user/query-api',
  group: 'account',
  signed: true,
  handle: ({ account, clock, apiKey }) => keyRow(account, apiKey, clock.nowMs()),
};

const accountInfo: Route = {
  name: 'account_info',
  method: 'GET',
  path: '/v5/account/info',
  group: 'account',
  signed: true,
  handle: ({ account }) => accountRow(account),
};

const userSettingConfig: Route = {
  name: 'user_setting_config',
  method: 'GET',
  path: '/v5/account/user-setting-config',
  group: 'account',
  signed: true,
  handle: ({ account }) => habitsRow(account),
};

const feeRate: Route = {
  name: 'fee_rate',
  method: 'GET',
  path: '/v5/account/fee-rate',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const { feed, fees } = core;
    const symbols =
      text(parameters, 'symbol') === undefined ? [...feed.instruments.keys()] : [requireSymbol(core, parameters)];
    const { taker, maker } = fees;
    const list = symbols.map((symbol) => ({ symbol, baseCoin: '', takerFeeRate: taker, makerFeeRate: maker }));
    return { category: 'linear', list };
  },
};

/** As the public list, of what this account may trade; a page's cursor is the number of rows before it. */
const ownInstruments: Route = {
  name: 'own_instruments',
  method: 'GET',
  path: '/v5/account/instruments-info',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const wanted = text(parameters, 'symbol');
    const tradable = [...core.feed.instruments.values()].filter(
      ({ symbol }) =>
        !core.account.profile.untradable.includes(symbol) &&
        isListed(core, symbol) &&
        (wanted === undefined || symbol === wanted),
    );
    const limit = whole(parameters, 'limit', 1, OWN_INSTRUMENTS_MAX) ?? OWN_INSTRUMENTS_DEFAULT;
    const start = whole(parameters, 'cursor', 0, tradable.length) ?? 0;
    const list = instrumentRows(core, tradable.slice(start, start + limit));
    const nextPageCursor = start + limit < tradable.length ? String(start + limit) : '';
    return { category: 'linear', list, nextPageCursor };
  },
};

const switchMode: Route = {
  name: 'switch_mode',
  method: 'POST',
  path: '/v5/position/switch-mode',
  group: 'order',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    if (text(parameters, 'coin') === undefined) requireSymbol(core, parameters);
    const mode = MODES.get(String(parameters['mode']) as '0' | '3');
    if (mode === undefined) throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: mode invalid');
    if (core.account.positionMode === mode) {
      throw new VenueRefusal(RET_CODES.positionModeNotModified, 'Position mode is not modified');
    }
    if (isInUse(core)) {
      throw new VenueRefusal(
        RET_CODES.positionModeInUse,
        'You have an existing position, so the position mode cannot be switched',
      );
    }
    core.account.switchMode(mode);
    return {};
  },
};

function isInUse({ book }: VenueCore): boolean {
  return book.orders.symbolsWithOpenOrders().length > 0 || [...book.positions].some(({ size }) => size !== '0');
}

const systemStatus: Route = {
  name: 'system_status',
  method: 'GET',
  path: '/v5/system/status',
  group: 'market_data',
  signed: false,
  handle: ({ account, clock }) => ({ list: statusRows(account, clock.nowMs()) }),
};

/** The band around the market, or where there is none the limits of the instrument. */
const priceLimit: Route = {
  name: 'price_limit',
  method: 'GET',
  path: '/v5/market/price-limit',
  group: 'market_data',
  signed: false,
  handle: (core, parameters) => {
    const { feed, engine, clock } = core;
    // The venue takes a query without a category for one of linear.
    requireLinear({ category: 'linear', ...parameters });
    const symbol = requireSymbol(core, parameters);
    const instrument = feed.instruments.get(symbol)!;
    const limits = engine.rules.priceLimits(instrument, feed.quote(symbol, clock.steadyNowMs()).last);
    const buyLmt = limits?.highestBuy.toFixed() ?? PRICE_MAX;
    return { symbol, buyLmt, sellLmt: limits?.lowestSell.toFixed() ?? instrument.priceStep, ts: String(clock.nowMs()) };
  },
};

export const PROFILE_ROUTES: readonly Route[] = [
  queryApi,
  accountInfo,
  userSettingConfig,
  feeRate,
  ownInstruments,
  switchMode,
  systemStatus,
  priceLimit,
];
