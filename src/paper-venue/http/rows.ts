import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { WalletBalance } from '../book/book';
import type { SymbolMargin } from '../book/margin';
import { isOpen, type ExecutionRecord, type OrderRecord, type PositionRecord } from '../book/records';
import type { Instrument } from '../market/instrument';
import type { Quote } from '../market/price-feed';
import { averagePriceText, roundAmount } from '../money';

/*
 * The venue's wire format: its field names, every number a string. Fields that the paper venue has nothing to say
 * about are empty, as the venue leaves them.
 */

/** The highest price of a limit order. */
export const PRICE_MAX = '1999999.80';

export function instrumentRow(instrument: Instrument): object {
  return {
    symbol: instrument.symbol,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: instrument.base,
    quoteCoin: instrument.settle,
    settleCoin: instrument.settle,
    launchTime: '1585526400000',
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(instrument.priceStep.split('.')[1]?.length ?? 0),
    leverageFilter: { minLeverage: '1', maxLeverage: instrument.leverageMax, leverageStep: '0.01' },
    priceFilter: { minPrice: instrument.priceStep, maxPrice: PRICE_MAX, tickSize: instrument.priceStep },
    lotSizeFilter: {
      maxOrderQty: instrument.quantityMax,
      maxMktOrderQty: instrument.marketQuantityMax,
      minOrderQty: instrument.quantityMin,
      qtyStep: instrument.quantityStep,
      minNotionalValue: instrument.notionalMin,
    },
    unifiedMarginTrade: true,
    fundingInterval: 480,
    settlement: '',
  };
}

export function tickerRow(symbol: string, { bid, ask, last }: Quote): object {
  return {
    symbol,
    lastPrice: last,
    indexPrice: last,
    markPrice: last,
    bid1Price: bid,
    bid1Size: '1000000',
    ask1Price: ask,
    ask1Size: '1000000',
    // ccxt takes a row without this field for a spot symbol.
    openInterestValue: '0',
    openInterest: '0',
    prevPrice24h: '',
    price24hPcnt: '',
    highPrice24h: '',
    lowPrice24h: '',
    turnover24h: '',
    volume24h: '',
    fundingRate: '0',
    nextFundingTime: '0',
  };
}

export function orderRow(order: OrderRecord, settle: string): object {
  const filled = new ExactDecimal(order.filledQuantity);
  const rest = isOpen(order) ? formatDecimal(new ExactDecimal(order.quantity).minus(filled)) : '0';
  return {
    orderId: order.orderId,
    orderLinkId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    orderType: order.type,
    price: order.limitPrice ?? '0',
    qty: order.quantity,
    orderStatus: order.status,
    timeInForce: order.timeInForce,
    reduceOnly: order.reduceOnly,
    closeOnTrigger: false,
    positionIdx: 0,
    avgPrice: averagePriceText(new ExactDecimal(order.filledValue), filled),
    leavesQty: rest,
    cumExecQty: order.filledQuantity,
    cumExecValue: order.filledValue,
    cumExecFee: order.fee,
    cumFeeDetail: order.fee === '0' ? {} : { [settle]: order.fee },
    cancelType: order.rejectReason === 'EC_PerCancelRequest' ? 'CancelByUser' : 'UNKNOWN',
    rejectReason: order.rejectReason ?? 'EC_NoError',
    // ccxt tells contract rows from spot rows by this field.
    tpslMode: '',
    triggerPrice: '',
    takeProfit: '',
    stopLoss: '',
    createdTime: String(order.createdAtMs),
    updatedTime: String(order.updatedAtMs),
  };
}

export function executionRow(execution: ExecutionRecord, settle: string): object {
  return {
    execId: execution.executionId,
    orderId: execution.orderId,
    orderLinkId: execution.clientOrderId,
    symbol: execution.symbol,
    side: execution.side,
    orderType: execution.type,
    orderPrice: execution.orderPrice,
    orderQty: execution.orderQuantity,
    execPrice: execution.price,
    execQty: execution.quantity,
    execValue: execution.value,
    execFee: execution.fee,
    feeCurrency: settle,
    feeRate: execution.feeRate,
    execType: 'Trade',
    createType: 'CreateByUser',
    isMaker: execution.isMaker,
    closedSize: execution.closedQuantity,
    execPnl: execution.realisedProfit,
    execTime: String(execution.atMs),
    seq: execution.sequence,
  };
}

export function positionRow(position: PositionRecord, margin: SymbolMargin, markPrice: string): object {
  const size = new ExactDecimal(position.size);
  return {
    symbol: position.symbol,
    side: size.isZero() ? '' : size.isPositive() ? 'Buy' : 'Sell',
    size: formatDecimal(size.abs()),
    avgPrice: averagePriceText(new ExactDecimal(position.entryValue), size.abs()) || '0',
    positionValue: position.entryValue,
    leverage: position.leverage,
    markPrice,
    liqPrice: '',
    positionIM: formatDecimal(margin.position),
    positionMM: '0',
    unrealisedPnl: formatDecimal(unrealisedProfit(position, markPrice)),
    curRealisedPnl: position.realisedProfit,
    cumRealisedPnl: position.realisedProfit,
    positionIdx: 0,
    positionStatus: 'Normal',
    tradeMode: 0,
    autoAddMargin: 0,
    isReduceOnly: false,
    adlRankIndicator: 0,
    riskId: 1,
    riskLimitValue: '',
    tpslMode: 'Full',
    takeProfit: '',
    stopLoss: '',
    trailingStop: '0',
    bustPrice: '',
    sessionAvgPrice: '',
    leverageSysUpdatedTime: '',
    mmrSysUpdatedTime: '',
    seq: -1,
    createdTime: String(position.createdAtMs),
    updatedTime: String(position.updatedAtMs),
  };
}

export function unrealisedProfit(position: PositionRecord, markPrice: string): Decimal {
  const size = new ExactDecimal(position.size);
  if (size.isZero()) return ZERO;
  const value = size.abs().mul(markPrice);
  return roundAmount(
    size.isPositive() ? value.minus(position.entryValue) : new ExactDecimal(position.entryValue).minus(value),
  );
}

/** ccxt computes free = walletBalance - locked - margins, because availableToWithdraw is empty. */
export function walletRow(wallet: WalletBalance, unrealised: Decimal, settle: string): object {
  const equity = formatDecimal(wallet.total.plus(unrealised));
  return {
    accountType: 'UNIFIED',
    totalEquity: equity,
    totalWalletBalance: formatDecimal(wallet.total),
    totalAvailableBalance: formatDecimal(wallet.available),
    totalPerpUPL: formatDecimal(unrealised),
    totalInitialMargin: formatDecimal(wallet.positionMargin.plus(wallet.orderMargin)),
    totalMaintenanceMargin: '0',
    coin: [
      {
        coin: settle,
        equity,
        usdValue: equity,
        walletBalance: formatDecimal(wallet.total),
        locked: '0',
        totalOrderIM: formatDecimal(wallet.orderMargin),
        totalPositionIM: formatDecimal(wallet.positionMargin),
        totalPositionMM: '0',
        unrealisedPnl: formatDecimal(unrealised),
        availableToWithdraw: '',
        borrowAmount: '0',
        spotBorrow: '0',
        bonus: '0',
        collateralSwitch: true,
        marginCollateral: true,
      },
    ],
  };
}
