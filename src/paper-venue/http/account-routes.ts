import type { Decimal } from 'decimal.js';
import { ZERO } from '../../domain/decimal';
import type { PositionRecord } from '../book/records';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { marketFilter, takeListPage } from './page';
import { type Route, requireLinear, requireSymbol, text, type VenueCore } from './route';
import { positionRow, unrealisedProfit, walletRow } from './rows';

const POSITION_PAGE = { defaultLimit: 20, limitMax: 200 };

const walletBalance: Route = {
  name: 'wallet_balance',
  method: 'GET',
  path: '/v5/account/wallet-balance',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    if (text(parameters, 'accountType') !== 'UNIFIED') {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: accountType only supports UNIFIED');
    }
    const row = walletRow(core.book.walletBalance, totalUnrealised(core), core.settle);
    const coins = text(parameters, 'coin')?.split(',') ?? [core.settle];
    return { list: [coins.includes(core.settle) ? row : { ...row, coin: [] }] };
  },
};

const positionList: Route = {
  name: 'position_list',
  method: 'GET',
  path: '/v5/position/list',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    if (text(parameters, 'symbol') === undefined && text(parameters, 'settleCoin') === undefined) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: symbol or settleCoin is required');
    }
    // By symbol the venue also shows an empty position; by settle coin only those that are open.
    const positions =
      text(parameters, 'symbol') === undefined
        ? openPositions(core).filter(marketFilter(core, parameters))
        : [core.book.position(requireSymbol(core, parameters))];
    const page = takeListPage(positions, parameters, POSITION_PAGE);
    const list = page.items.flatMap((position) => {
      const row = positionRow(position, core.book.margin(position.symbol), markPrice(core, position.symbol));
      // One for each side; nothing can be open in this mode.
      return core.account.positionMode === 'hedge' ? [1, 2].map((positionIdx) => ({ ...row, positionIdx })) : [row];
    });
    return { category: 'linear', list, nextPageCursor: page.nextPageCursor };
  },
};

const setLeverage: Route = {
  name: 'set_leverage',
  method: 'POST',
  path: '/v5/position/set-leverage',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const symbol = requireSymbol(core, parameters);
    const leverage = text(parameters, 'buyLeverage') ?? '';
    if (leverage !== text(parameters, 'sellLeverage')) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'buyLeverage and sellLeverage must be equal in one-way mode');
    }
    core.engine.setLeverage(symbol, leverage);
    return {};
  },
};

export const ACCOUNT_ROUTES: readonly Route[] = [walletBalance, positionList, setLeverage];

function openPositions({ book, feed }: VenueCore): PositionRecord[] {
  return [...book.positions].filter(({ size, symbol }) => size !== '0' && feed.instruments.has(symbol));
}

function totalUnrealised(core: VenueCore): Decimal {
  return openPositions(core).reduce(
    (total, position) => total.plus(unrealisedProfit(position, markPrice(core, position.symbol))),
    ZERO,
  );
}

function markPrice({ feed, clock }: VenueCore, symbol: string): string {
  return feed.quote(symbol, clock.steadyNowMs()).last;
}
