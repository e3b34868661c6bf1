import { ExactDecimal, formatDecimal } from '../../domain/decimal';
import { averagePriceText } from '../money';
import type { ClosingRecord, MoneyRecord } from '../money-log/records';
import { marketFilter, pastFilter, takePage } from './page';
import { isShown } from './report-delay';
import { type Route, requireLinear, text, type VenueCore } from './route';
import { RET_CODES, VenueRefusal } from '../ret-codes';

/*
 * What the book's ledgers know of money that came and went.
 */

const CLOSED_PROFIT_PAGE = { defaultLimit: 50, limitMax: 100 };
const TRANSACTION_PAGE = { defaultLimit: 20, limitMax: 50 };
/** What a query of transactions covers that names no times. */
const TRANSACTION_DEFAULT_MS = 86_400_000;

const closedProfit: Route = {
  name: 'closed_pnl',
  method: 'GET',
  path: '/v5/position/closed-pnl',
  group: 'account',
  signed: true,
  handle: (core, parameters) => {
    requireLinear(parameters);
    const matchesTime = pastFilter(core, parameters);
    const matchesMarket = marketFilter(core, parameters);
    const closings = core.book.ledgers.closings.newestFirst();
    const page = takePage(closings, parameters, CLOSED_PROFIT_PAGE, (closing) => {
      if (!isShown(core, closing.updatedAtMs, core.reportDelay.historyMs)) return false;
      return matchesMarket(closing) && matchesTime(closing.updatedAtMs);
    });
    return { category: 'linear', list: page.rows.map(closingRow), nextPageCursor: page.nextPageCursor };
  },
};

/** Profit and loss without funding, which has transactions of its own; the values hold no fees. */
function closingRow(closing: ClosingRecord): object {
  const { profit, openFee, closeFee } = closing;
  const size = new ExactDecimal(closing.closedSize);
  return {
    symbol: closing.symbol,
    orderId: closing.orderId,
    side: closing.side,
    qty: closing.orderQuantity,
    orderPrice: closing.orderPrice,
    orderType: closing.orderType,
    execType: closing.kind,
    closedSize: closing.closedSize,
    cumEntryValue: closing.entryValue,
    avgEntryPrice: averagePriceText(new ExactDecimal(closing.entryValue), size),
    cumExitValue: closing.exitValue,
    avgExitPrice: averagePriceText(new ExactDecimal(closing.exitValue), size),
    closedPnl: formatDecimal(new ExactDecimal(profit).minus(openFee).minus(closeFee)),
    fillCount: String(closing.fills),
    leverage: closing.leverage,
    openFee,
    closeFee,
    createdTime: String(closing.createdAtMs),
    updatedTime: String(closing.updatedAtMs),
  };
}

const transactionLog: Route = {
  name: 'transaction_log',
  method: 'GET',
  path: '/v5/account/transaction-log',
  group: 'account',
  signed: true,
  unsupported: ['transSubType'],
  handle: (core, parameters) => {
    assertUnified(text(parameters, 'accountType'));
    const matchesTime = pastFilter(core, parameters, undefined, TRANSACTION_DEFAULT_MS);
    const matches = moneyFilter(core, parameters);
    const page = takePage(core.book.ledgers.money.newestFirst(), parameters, TRANSACTION_PAGE, (row) => {
      return matches(row) && matchesTime(row.atMs) && isShown(core, row.atMs, core.reportDelay.historyMs);
    });
    const { accountId } = core.account.profile;
    return { list: page.rows.map((row) => moneyRow(row, accountId)), nextPageCursor: page.nextPageCursor };
  },
};

/** @throws VenueRefusal 10001 for another kind of account */
function assertUnified(accountType: string | undefined): void {
  if (accountType === undefined || accountType === 'UNIFIED') return;
  throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: accountType only supports UNIFIED');
}

/** Whether a row is of the query's category, market, type and currency. A transfer is of no category. */
function moneyFilter(core: VenueCore, parameters: Parameters<Route['handle']>[1]): (row: MoneyRecord) => boolean {
  const matchesMarket = marketFilter(core, parameters);
  const [category, type, currency, baseCoin] = ['category', 'type', 'currency', 'baseCoin'].map((name) =>
    text(parameters, name),
  );
  return (row) => {
    const isTransfer = row.symbol === '';
    if (category !== undefined && (isTransfer || category !== 'linear')) return false;
    if (baseCoin !== undefined && isTransfer) return false;
    if (type !== undefined && row.type !== type) return false;
    if (currency !== undefined && row.currency !== currency) return false;
    return isTransfer || matchesMarket(row);
  };
}

function moneyRow(row: MoneyRecord, accountId: string): object {
  return {
    id: `${accountId}_${row.id}`,
    symbol: row.symbol,
    category: row.symbol === '' ? '' : 'linear',
    side: row.side,
    transactionTime: String(row.atMs),
    type: row.type,
    transSubType: '',
    qty: row.quantity,
    size: row.size,
    currency: row.currency,
    tradePrice: row.price,
    funding: row.funding,
    fee: row.fee,
    cashFlow: row.cashFlow,
    change: row.change,
    cashBalance: row.cashBalance,
    feeRate: row.feeRate,
    bonusChange: '',
    tradeId: row.executionId,
    orderId: row.orderId,
    orderLinkId: row.clientOrderId,
    extraFees: '',
  };
}

export const PAST_ROUTES: readonly Route[] = [closedProfit, transactionLog];
