import type { Decimal } from 'decimal.js';
import { formatDecimal, ZERO } from '../../domain/decimal';
import type { AccountProfile } from '../account-profile';
import type { WalletBalance } from '../book/book';
import { roundAmount } from '../money';
import { MNT } from './rows';

/** Digits after the point of a rate of margin. */
const RATE_DECIMALS = 6;

/** How an account's wallet looks besides its figures in the settle asset. */
export interface WalletView {
  readonly marginMode: AccountProfile['marginMode'];
  /** All profits and losses since the account was opened, before fees. */
  readonly realisedProfit: Decimal;
  /** The maintenance margin of all positions, in the settle asset. */
  readonly maintenance: Decimal;
  /** Absent: the account has none. */
  readonly mnt?: { readonly balance: Decimal; readonly price: string };
}

interface CoinRow {
  readonly coin: string;
  readonly [field: string]: unknown;
}

export interface WalletRow {
  readonly coin: readonly CoinRow[];
  readonly [field: string]: unknown;
}

/** In portfolio margin nothing is told of what one coin's positions and orders lock. */
const UNKNOWN_MARGINS = { order: '', position: '', maintenance: '' };
const NO_MARGINS = { order: '0', position: '0', maintenance: '0' };

/** ccxt computes free = walletBalance - locked - margins, because availableToWithdraw is empty. */
export function walletRow(wallet: WalletBalance, unrealised: Decimal, settle: string, view: WalletView): WalletRow {
  const isPortfolio = view.marginMode === 'portfolio';
  const mntValue = view.mnt ? roundAmount(view.mnt.balance.mul(view.mnt.price)) : ZERO;
  const settleRow = coinRow(
    settle,
    { balance: wallet.total, usdValue: wallet.total.plus(unrealised), unrealised, realised: view.realisedProfit },
    isPortfolio
      ? UNKNOWN_MARGINS
      : {
          order: formatDecimal(wallet.orderMargin),
          position: formatDecimal(wallet.positionMargin),
          maintenance: formatDecimal(view.maintenance),
        },
  );
  const mntRow =
    view.mnt &&
    coinRow(
      MNT,
      { balance: view.mnt.balance, usdValue: mntValue, unrealised: ZERO, realised: ZERO },
      isPortfolio ? UNKNOWN_MARGINS : NO_MARGINS,
    );
  return {
    accountType: 'UNIFIED',
    accountLTV: '',
    totalEquity: formatDecimal(wallet.total.plus(unrealised).plus(mntValue)),
    totalWalletBalance: formatDecimal(wallet.total.plus(mntValue)),
    ...(view.marginMode === 'isolated' ? NOT_OF_ISOLATED : accountWide(wallet, unrealised, view.maintenance)),
    coin: [settleRow, ...(mntRow ? [mntRow] : [])],
  };
}

/** Figures of the whole account have no meaning where each position has a margin of its own. */
const NOT_OF_ISOLATED = {
  accountIMRate: '',
  accountIMRateByMp: '',
  accountMMRate: '',
  accountMMRateByMp: '',
  totalMarginBalance: '',
  totalAvailableBalance: '',
  totalPerpUPL: '',
  totalInitialMargin: '',
  totalInitialMarginByMp: '',
  totalMaintenanceMargin: '',
  totalMaintenanceMarginByMp: '',
} as const;

/** In US dollars, of which the settle asset is worth one. MNT is no collateral here. */
function accountWide(wallet: WalletBalance, unrealised: Decimal, maintenance: Decimal): object {
  const margin = wallet.positionMargin.plus(wallet.orderMargin);
  const balance = wallet.total.plus(unrealised);
  const rateOf = (part: Decimal): string =>
    balance.gt(0) ? formatDecimal(part.div(balance).toDecimalPlaces(RATE_DECIMALS)) : '0';
  const [rate, maintenanceRate] = [rateOf(margin), rateOf(maintenance)];
  return {
    accountIMRate: rate,
    accountIMRateByMp: rate,
    accountMMRate: maintenanceRate,
    accountMMRateByMp: maintenanceRate,
    totalMarginBalance: formatDecimal(balance),
    totalAvailableBalance: formatDecimal(balance.minus(margin)),
    totalPerpUPL: formatDecimal(unrealised),
    totalInitialMargin: formatDecimal(margin),
    totalInitialMarginByMp: formatDecimal(margin),
    totalMaintenanceMargin: formatDecimal(maintenance),
    totalMaintenanceMarginByMp: formatDecimal(maintenance),
  };
}

function coinRow(
  coin: string,
  figures: Readonly<Record<'balance' | 'usdValue' | 'unrealised' | 'realised', Decimal>>,
  margins: Readonly<Record<'order' | 'position' | 'maintenance', string>>,
): CoinRow {
  const { balance, usdValue, unrealised, realised } = figures;
  return {
    coin,
    equity: formatDecimal(balance.plus(unrealised)),
    usdValue: formatDecimal(usdValue),
    walletBalance: formatDecimal(balance),
    locked: '0',
    totalOrderIM: margins.order,
    totalPositionIM: margins.position,
    totalPositionMM: margins.maintenance,
    unrealisedPnl: formatDecimal(unrealised),
    cumRealisedPnl: formatDecimal(realised),
    bonus: '0',
    spotHedgingQty: '0',
    spotBorrow: '0',
    borrowAmount: '0',
    accruedInterest: '0',
    free: '',
    availableToWithdraw: '',
    availableToBorrow: '',
    marginCollateral: coin !== MNT,
    collateralSwitch: coin !== MNT,
    colRes: '0',
  };
}
