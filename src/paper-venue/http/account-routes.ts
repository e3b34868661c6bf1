import type { Decimal } from 'decimal.js';
import { ZERO } from '../../domain/decimal';
import type { PositionRecord } from '../book/records';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { marketFilter, takeListPage } from './page';
import { positionRisk } from './position-risk';
import { type Route, requireLinear, requireSymbol, text, type VenueCore } from './route';
import { positionRow, unrealisedProfit } from './rows';
import { TRADING_STOP } from './trading-stop-route';
import { walletRow, type WalletRow } from './wallet-row';

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
    const row = walletOf(core);
    const asked = text(parameters, 'coin')?.split(',');
    return { list: [{ ...row, coin: row.coin.filter(({ coin }) => asked?.includes(coin) ?? true) }] };
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
    const list = positionRowsOf(core, page.items).flatMap((row) => {
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
  group: 'order',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const symbol = requireSymbol(core, parameters);
    if (core.account.profile.marginMode === 'portfolio') {
      throw new VenueRefusal(
        RET_CODES.leverageOfPortfolioMargin,
        'You are not allowed to change leverage due to portfolio margin mode.',
      );
    }
    const leverage = text(parameters, 'buyLeverage') ?? '';
    if (leverage !== text(parameters, 'sellLeverage')) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, 'buyLeverage and sellLeverage must be equal in one-way mode');
    }
    core.engine.setLeverage(symbol, leverage);
    return {};
  },
};

export const ACCOUNT_ROUTES: readonly Route[] = [walletBalance, positionList, setLeverage, TRADING_STOP];

/** Positions as the venue shows them now. */
export function positionRowsOf(core: VenueCore, positions: readonly PositionRecord[]): object[] {
  const { book, keeper, account } = core;
  const isPortfolio = account.profile.marginMode === 'portfolio';
  // Of the whole account: the same for each of them.
  const accountRisk = keeper.liquidator.risk();
  return positions.map((position) =>
    positionRow(position, {
      margin: book.margin(position.symbol),
      markPrice: markPrice(core, position.symbol),
      stops: book.orders.stops(position.symbol),
      risk: positionRisk(core, position, accountRisk),
      isPortfolio,
    }),
  );
}

/** The wallet as the venue shows it now. */
export function walletOf(core: VenueCore): WalletRow {
  const { book, account, settle } = core;
  const { marginMode, mntPrice } = account.profile;
  const realisedProfit = [...book.positions].reduce((sum, position) => sum.plus(position.realisedProfit), ZERO);
  const mnt = book.mntBalance.isZero() ? undefined : { balance: book.mntBalance, price: mntPrice };
  const { maintenance } = core.keeper.liquidator.risk();
  return walletRow(book.walletBalance, totalUnrealised(core), settle, { marginMode, realisedProfit, maintenance, mnt });
}

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
  return feed.quote(symbol, clock.steadyNowMs()).mark;
}
