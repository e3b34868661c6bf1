import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { ExecutionRecord } from '../book/records';
import { averagePriceText, roundAmount } from '../money';
import { marketFilter, pastFilter, takePage } from './page';
import { type Route, requireLinear, text, type VenueCore } from './route';

/*
 * What the book knows of money that came and went: fills and their fees. There is no funding, and no transfer.
 */

const CLOSED_PROFIT_PAGE = { defaultLimit: 50, limitMax: 100 };
const TRANSACTION_PAGE = { defaultLimit: 20, limitMax: 50 };
/** What one query of transactions covers at most, and where it names no times. */
const TRANSACTION_WINDOW_MS = 86_400_000;

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
    const closings = closingsOf(core).toReversed();
    const page = takePage(closings, parameters, CLOSED_PROFIT_PAGE, (closing) => {
      return matchesMarket(closing.last) && matchesTime(closing.last.atMs);
    });
    const list = page.rows.map((closing) => closingRow(core, closing));
    return { category: 'linear', list, nextPageCursor: page.nextPageCursor };
  },
};

/** What one order closed. Sums over its fills. */
interface Closing {
  readonly sequence: number;
  readonly first: ExecutionRecord;
  readonly last: ExecutionRecord;
  readonly fills: number;
  readonly size: Decimal;
  readonly exitValue: Decimal;
  readonly profit: Decimal;
  readonly openFee: Decimal;
  readonly closeFee: Decimal;
}

/** Oldest first. A fee to open leaves with the part of the position that is closed; what was let go of is not counted. */
function closingsOf({ book }: VenueCore): Closing[] {
  const open = new Map<string, { size: Decimal; fees: Decimal }>();
  const closings = new Map<string, Closing>();
  for (const fill of [...book.orders.executions()].toReversed()) {
    const { size, fees } = open.get(fill.symbol) ?? { size: ZERO, fees: ZERO };
    const closed = new ExactDecimal(fill.closedQuantity);
    const closeFee = roundAmount(new ExactDecimal(fill.fee).mul(closed).div(fill.quantity));
    const openFee = size.isZero() ? ZERO : roundAmount(fees.mul(closed).div(size.abs()));
    open.set(fill.symbol, {
      size: size.plus(fill.side === 'Buy' ? fill.quantity : `-${fill.quantity}`),
      fees: fees.minus(openFee).plus(fill.fee).minus(closeFee),
    });
    if (closed.isZero()) continue;
    const former = closings.get(fill.orderId);
    closings.set(fill.orderId, {
      sequence: former?.sequence ?? fill.sequence,
      first: former?.first ?? fill,
      last: fill,
      fills: (former?.fills ?? 0) + 1,
      size: closed.plus(former?.size ?? ZERO),
      exitValue: closed.mul(fill.price).plus(former?.exitValue ?? ZERO),
      profit: new ExactDecimal(fill.realisedProfit).plus(former?.profit ?? ZERO),
      openFee: openFee.plus(former?.openFee ?? ZERO),
      closeFee: closeFee.plus(former?.closeFee ?? ZERO),
    });
  }
  return [...closings.values()].toSorted((one, other) => one.sequence - other.sequence);
}

function closingRow({ book }: VenueCore, closing: Closing): object {
  const { first, last, size, exitValue, profit, openFee, closeFee } = closing;
  const entryValue = last.side === 'Sell' ? exitValue.minus(profit) : exitValue.plus(profit);
  return {
    symbol: last.symbol,
    orderId: last.orderId,
    side: last.side,
    qty: last.orderQuantity,
    orderPrice: last.orderPrice,
    orderType: last.type,
    execType: 'Trade',
    closedSize: formatDecimal(size),
    cumEntryValue: formatDecimal(entryValue),
    avgEntryPrice: averagePriceText(entryValue, size),
    cumExitValue: formatDecimal(exitValue),
    avgExitPrice: averagePriceText(exitValue, size),
    closedPnl: formatDecimal(profit.minus(openFee).minus(closeFee)),
    fillCount: String(closing.fills),
    leverage: book.position(last.symbol).leverage,
    openFee: formatDecimal(openFee),
    closeFee: formatDecimal(closeFee),
    createdTime: String(first.atMs),
    updatedTime: String(last.atMs),
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
    const { settle } = core;
    const matchesTime = pastFilter(core, parameters, TRANSACTION_WINDOW_MS);
    const matchesMarket = marketFilter(core, parameters);
    const isOfOthers =
      (text(parameters, 'category') ?? 'linear') !== 'linear' ||
      (text(parameters, 'type') ?? 'TRADE') !== 'TRADE' ||
      (text(parameters, 'currency') ?? settle) !== settle;
    const page = takePage(changesOf(core), parameters, TRANSACTION_PAGE, ({ fill }) => {
      return !isOfOthers && matchesMarket(fill) && matchesTime(fill.atMs);
    });
    return { list: page.rows.map((change) => changeRow(change, settle)), nextPageCursor: page.nextPageCursor };
  },
};

/** One fill, and the wallet and position after it. */
interface Change {
  readonly sequence: number;
  readonly fill: ExecutionRecord;
  readonly balance: Decimal;
  readonly size: Decimal;
}

/** Newest first: what is there now, less each later change. */
function* changesOf({ book }: VenueCore): Generator<Change> {
  let balance = book.walletBalance.total;
  const sizes = new Map<string, Decimal>();
  for (const fill of book.orders.executions()) {
    const size = sizes.get(fill.symbol) ?? new ExactDecimal(book.position(fill.symbol).size);
    yield { sequence: fill.sequence, fill, balance, size };
    balance = balance.minus(fill.realisedProfit).plus(fill.fee);
    sizes.set(fill.symbol, size.minus(fill.side === 'Buy' ? fill.quantity : `-${fill.quantity}`));
  }
}

function changeRow({ fill, balance, size }: Change, settle: string): object {
  return {
    id: fill.executionId,
    symbol: fill.symbol,
    category: 'linear',
    side: fill.side,
    transactionTime: String(fill.atMs),
    type: 'TRADE',
    transSubType: '',
    qty: fill.quantity,
    size: formatDecimal(size),
    currency: settle,
    tradePrice: fill.price,
    funding: '',
    fee: fill.fee,
    cashFlow: fill.realisedProfit,
    change: formatDecimal(new ExactDecimal(fill.realisedProfit).minus(fill.fee)),
    cashBalance: formatDecimal(balance),
    feeRate: fill.feeRate,
    bonusChange: '',
    tradeId: fill.executionId,
    orderId: fill.orderId,
    orderLinkId: fill.clientOrderId,
    extraFees: '',
  };
}

export const PAST_ROUTES: readonly Route[] = [closedProfit, transactionLog];
