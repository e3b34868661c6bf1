import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import type { SymbolMargin } from '../book/margin';
import {
  isOpen,
  type ExecutionRecord,
  type OrderRecord,
  type PositionRecord,
  type StopKind,
  type StopTerms,
} from '../book/records';
import { FUNDING_RATE_MAX, type FundingTerms } from '../funding/funding-rates';
import type { Instrument } from '../market/instrument';
import type { Quote } from '../market/price-feed';
import type { PriceBand } from '../matching/trading-rules';
import { averagePriceText, roundAmount } from '../money';

/*
 * The venue's wire format: its field names, every number a string. Fields that the paper venue has nothing to say
 * about are empty, as the venue leaves them.
 */

/** The highest price of a limit order. */
export const PRICE_MAX = '1999999.80';

/** The size at the touch: depth is unlimited. */
export const DEPTH = '1000000';

/** The asset in which fees may be paid besides the settle asset. */
export const MNT = 'MNT';

/** When every contract is said to have been launched. */
export const LAUNCHED_AT_MS = 1_585_526_400_000;

const MINUTES_PER_HOUR = 60;

const CREATED_BY_USER = 'CreateByUser';

/** What the venue is like besides an instrument. */
export interface InstrumentTerms {
  /** A number that no other symbol of this venue has. */
  readonly symbolId: number;
  readonly funding: FundingTerms;
  readonly band?: PriceBand;
}

export function instrumentRow(instrument: Instrument, { symbolId, funding, band }: InstrumentTerms): object {
  const fundingCap = funding.isOn ? String(FUNDING_RATE_MAX) : '0';
  return {
    symbol: instrument.symbol,
    symbolId,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: instrument.base,
    quoteCoin: instrument.settle,
    settleCoin: instrument.settle,
    symbolType: '',
    launchTime: String(LAUNCHED_AT_MS),
    deliveryTime: '0',
    deliveryFeeRate: '',
    priceScale: String(instrument.priceStep.split('.')[1]?.length ?? 0),
    leverageFilter: { minLeverage: '1', maxLeverage: instrument.leverageMax, leverageStep: '0.01' },
    priceFilter: { minPrice: instrument.priceStep, maxPrice: PRICE_MAX, tickSize: instrument.priceStep },
    lotSizeFilter: {
      maxOrderQty: instrument.quantityMax,
      maxMktOrderQty: instrument.marketQuantityMax,
      postOnlyMaxOrderQty: instrument.quantityMax,
      minOrderQty: instrument.quantityMin,
      qtyStep: instrument.quantityStep,
      minNotionalValue: instrument.notionalMin,
    },
    unifiedMarginTrade: true,
    fundingInterval: funding.intervalMinutes,
    copyTrading: 'none',
    upperFundingRate: fundingCap,
    lowerFundingRate: funding.isOn ? `-${fundingCap}` : '0',
    displayName: '',
    forbidUplWithdrawal: false,
    isPreListing: false,
    preListingInfo: null,
    riskParameters: { priceLimitRatioX: band?.x ?? '', priceLimitRatioY: band?.y ?? '' },
    settlement: '',
  };
}

/** What is due next. */
export interface NextFunding {
  readonly terms: FundingTerms;
  readonly rate: string;
  /** Milliseconds UTC. */
  readonly dueAtMs: number;
}

export function tickerRow(symbol: string, { bid, ask, last, mark }: Quote, funding: NextFunding): object {
  const { isOn, intervalMinutes } = funding.terms;
  return {
    symbol,
    lastPrice: last,
    indexPrice: last,
    markPrice: mark,
    bid1Price: bid,
    bid1Size: DEPTH,
    ask1Price: ask,
    ask1Size: DEPTH,
    // ccxt takes a row without this field for a spot symbol.
    openInterestValue: '0',
    openInterest: '0',
    singleOpenInterest: '0',
    singleOpenInterestValue: '0',
    prevPrice24h: '',
    price24hPcnt: '',
    highPrice24h: '',
    lowPrice24h: '',
    prevPrice1h: '',
    turnover24h: '',
    volume24h: '',
    fundingRate: funding.rate,
    nextFundingTime: isOn ? String(funding.dueAtMs) : '0',
    fundingIntervalHour: String(intervalMinutes / MINUTES_PER_HOUR),
    fundingCap: isOn ? String(FUNDING_RATE_MAX) : '0',
    predictedDeliveryPrice: '',
    basisRate: '',
    basis: '',
    basisRateYear: '',
    deliveryFeeRate: '',
    deliveryTime: '0',
    preOpenPrice: '',
    preQty: '',
    curPreListingPhase: '',
  };
}

/**
 * An order as the venue shows it. One literal with a value for every field, and no spread of others into it: an object of so
 * many fields that is put together of parts costs some fifty times as much, and lists of orders are what is asked for most.
 */
export function orderRow(order: OrderRecord, settle: string): object {
  const { attached, stop } = order;
  const filled = new ExactDecimal(order.filledQuantity);
  const rest = isOpen(order) ? new ExactDecimal(order.quantity).minus(filled) : ZERO;
  return {
    // Of what the venue has and the paper venue has not: loans, options, groups, limits of stops.
    blockTradeId: '',
    isLeverage: '',
    orderIv: '',
    marketUnit: '',
    ocoTriggerBy: '',
    tpLimitPrice: '',
    slLimitPrice: '',
    basePrice: '',
    placeType: '',
    smpType: 'None',
    smpGroup: 0,
    smpOrderId: '',
    slippageToleranceType: 'UNKNOWN',
    slippageTolerance: '',
    bboSideType: '',
    bboLevel: '',
    rpiMatchedQty: '0',
    rpiTakerAccess: false,
    extraFees: '',
    // Of a stop.
    parentOrderLinkId: stop?.parentClientOrderId ?? '',
    stopOrderType: stop?.kind ?? '',
    triggerPrice: stop?.triggerPrice ?? '',
    triggerDirection: triggerDirection(order),
    triggerBy: stop?.triggerBy ?? '',
    lastPriceOnCreated: stop?.lastPriceOnCreated ?? '',
    // Of an order that brings stops. ccxt tells contract rows from spot rows by the first field.
    tpslMode: attached ? 'Full' : '',
    stopLoss: attached?.stopLoss ?? '',
    takeProfit: attached?.takeProfit ?? '',
    slTriggerBy: attached?.stopLoss === undefined ? '' : attached.stopTriggerBy,
    tpTriggerBy: attached?.takeProfit === undefined ? '' : attached.targetTriggerBy,
    orderId: order.orderId,
    orderLinkId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    orderType: order.type,
    price: order.limitPrice ?? stop?.orderPrice ?? '0',
    qty: order.quantity,
    orderStatus: order.status,
    createType: order.createType ?? CREATED_BY_USER,
    timeInForce: order.timeInForce,
    reduceOnly: order.reduceOnly,
    closeOnTrigger: stop !== undefined,
    positionIdx: 0,
    avgPrice: averagePriceText(new ExactDecimal(order.filledValue), filled),
    leavesQty: formatDecimal(rest),
    leavesValue: formatDecimal(rest.mul(order.limitPrice ?? '0')),
    cumExecQty: order.filledQuantity,
    cumExecValue: order.filledValue,
    // One figure cannot say in which asset.
    cumExecFee: order.mntFee === undefined ? order.fee : '',
    cumFeeDetail: feeDetail(order, settle),
    cancelType: order.cancelType ?? (order.rejectReason === 'EC_PerCancelRequest' ? 'CancelByUser' : 'UNKNOWN'),
    rejectReason: order.rejectReason ?? 'EC_NoError',
    createdTime: String(order.createdAtMs),
    updatedTime: String(order.updatedAtMs),
  };
}

const RISES_TO = 1;
const FALLS_TO = 2;

/** Zero of an order that is no stop. */
function triggerDirection({ side, stop }: OrderRecord): number {
  if (!stop) return 0;
  return (side === 'Sell') === (stop.kind !== 'TakeProfit') ? FALLS_TO : RISES_TO;
}

function feeDetail({ fee, mntFee }: OrderRecord, settle: string): object {
  return { ...(fee !== '0' && { [settle]: fee }), ...(mntFee !== undefined && { [MNT]: mntFee }) };
}

export function executionRow(execution: ExecutionRecord, settle: string): object {
  return {
    execId: execution.executionId,
    orderId: execution.orderId,
    orderLinkId: execution.clientOrderId,
    symbol: execution.symbol,
    side: execution.side,
    orderType: execution.kind === 'Funding' ? 'UNKNOWN' : execution.type,
    orderPrice: execution.orderPrice,
    orderQty: execution.orderQuantity,
    // Fills of former versions do not say it.
    leavesQty: execution.leavesQuantity ?? '',
    execPrice: execution.price,
    execQty: execution.quantity,
    execValue: execution.value,
    execFee: execution.mntFee ?? execution.fee,
    execFeeV2: '',
    feeCurrency: execution.mntFee === undefined ? settle : MNT,
    feeRate: execution.feeRate,
    execType: execution.kind ?? 'Trade',
    createType: execution.kind === 'Funding' ? '' : (execution.createType ?? CREATED_BY_USER),
    stopOrderType: execution.stopOrderType ?? 'UNKNOWN',
    isMaker: execution.isMaker,
    closedSize: execution.closedQuantity,
    execPnl: execution.realisedProfit,
    execTime: String(execution.atMs),
    markPrice: execution.markPrice ?? '',
    indexPrice: '',
    underlyingPrice: '',
    tradeIv: '',
    markIv: '',
    blockTradeId: '',
    extraFees: '',
    seq: execution.sequence,
  };
}

/** What a row of a position says of its risk. */
export interface PositionRisk {
  readonly liqPrice: string;
  readonly positionMM: string;
  readonly adlRankIndicator: number;
  readonly riskId: number;
  readonly riskLimitValue: string;
}

/** What a position's row is made of beside the position. */
export interface PositionSight {
  readonly margin: SymbolMargin;
  readonly markPrice: string;
  /** The stops that wait in its symbol. */
  readonly stops: readonly OrderRecord[];
  readonly risk: PositionRisk;
  /** Whether the account is in portfolio margin, where leverage and margins of one position mean nothing. */
  readonly isPortfolio: boolean;
}

/** A position as the venue shows it; one literal, as of an order. */
export function positionRow(
  position: PositionRecord,
  { margin, markPrice, stops, risk, isPortfolio }: PositionSight,
): object {
  const size = new ExactDecimal(position.size);
  const initialMargin = isPortfolio ? '' : formatDecimal(margin.position);
  return {
    symbol: position.symbol,
    side: size.isZero() ? '' : size.isPositive() ? 'Buy' : 'Sell',
    size: formatDecimal(size.abs()),
    avgPrice: averagePriceText(new ExactDecimal(position.entryValue), size.abs()) || '0',
    positionValue: position.entryValue,
    leverage: isPortfolio ? '' : position.leverage,
    markPrice,
    liqPrice: risk.liqPrice,
    breakEvenPrice: '',
    positionIM: initialMargin,
    positionIMByMp: initialMargin,
    positionMM: risk.positionMM,
    positionMMByMp: risk.positionMM,
    positionBalance: initialMargin,
    unrealisedPnl: formatDecimal(unrealisedProfit(position, markPrice)),
    curRealisedPnl: size.isZero() ? '0' : (position.episodeProfit ?? position.realisedProfit),
    cumRealisedPnl: position.realisedProfit,
    positionIdx: 0,
    positionStatus: 'Normal',
    tradeMode: 0,
    autoAddMargin: 0,
    isReduceOnly: false,
    adlRankIndicator: risk.adlRankIndicator,
    riskId: risk.riskId,
    riskLimitValue: risk.riskLimitValue,
    tpslMode: 'Full',
    takeProfit: stopOf(stops, 'TakeProfit')?.triggerPrice ?? '',
    stopLoss: stopOf(stops, 'StopLoss')?.triggerPrice ?? '',
    trailingStop: stopOf(stops, 'TrailingStop')?.distance ?? '0',
    bustPrice: '',
    sessionAvgPrice: '',
    delta: '',
    gamma: '',
    vega: '',
    theta: '',
    leverageSysUpdatedTime: '',
    mmrSysUpdatedTime: '',
    // One that a journal of before opened has not been counted yet; -1 is what no trade ever touched.
    seq: position.sequence ?? (size.isZero() ? -1 : 0),
    openTime: size.isZero() ? 0 : (position.openedAtMs ?? position.createdAtMs),
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

function stopOf(stops: readonly OrderRecord[], kind: StopKind): StopTerms | undefined {
  return stops.find(({ stop }) => stop?.kind === kind)?.stop;
}
