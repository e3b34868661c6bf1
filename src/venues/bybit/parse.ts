import { Decimal } from 'decimal.js';
import { ExactDecimal } from '../../domain/decimal';
import type { PositionsReport } from '../../domain/ledger/types';
import type { Candle, Market, Ticker, VenueOrder, VenueOrderStatus } from '../../domain/market';
import { ASSET_BYTES_MAX } from '../../domain/ledger/state';
import { orderEndOf } from './order-ends';
import { feeDetail, feeFigure, positionRow } from './payloads';
import type { candlesPayload, Instrument, OrderRow, TickerRow } from './payloads';
import type { z } from 'zod';

/**
 * The taker fee assumed for linear perpetuals when none is configured. The venue's list of instruments does not name
 * fees; this is above the venue's base rate of 0.00055, so reservations are never too small.
 */
export const TAKER_FEE_DEFAULT = '0.0006';

const STATUSES: Readonly<Record<NonNullable<OrderRow['orderStatus']>, VenueOrderStatus>> = {
  Created: 'open',
  New: 'open',
  Active: 'open',
  Untriggered: 'open',
  Triggered: 'open',
  PartiallyFilled: 'open',
  PendingCancel: 'open',
  Filled: 'filled',
  Cancelled: 'cancelled',
  PartiallyFilledCanceled: 'cancelled',
  Deactivated: 'cancelled',
  Rejected: 'rejected',
};

/** A linear perpetual that trades, settled in `settleAsset`; undefined for every other instrument. */
export function parseMarket(instrument: Instrument, settleAsset: string, takerFee: string): Market | undefined {
  const { contractType, status, settleCoin, lotSizeFilter } = instrument;
  if (contractType !== 'LinearPerpetual' || status !== 'Trading' || settleCoin !== settleAsset) return undefined;
  return {
    symbol: instrument.symbol,
    base: instrument.baseCoin,
    quote: instrument.quoteCoin,
    settle: settleCoin,
    quantityStep: lotSizeFilter.qtyStep,
    quantityMin: lotSizeFilter.minOrderQty,
    quantityMax: positive(lotSizeFilter.maxMktOrderQty) ?? positive(lotSizeFilter.maxOrderQty),
    limitQuantityMax: positive(lotSizeFilter.maxOrderQty),
    notionalMin: positive(lotSizeFilter.minNotionalValue),
    priceStep: instrument.priceFilter.tickSize,
    takerFee,
    leverageMax: positive(instrument.leverageFilter?.maxLeverage ?? undefined),
  };
}

/** A symbol without a price on either side gives none, and one whose buyers pay more than its sellers ask: nothing can be sized from it. */
export function parseTicker({ symbol, bid1Price, ask1Price }: TickerRow): Ticker | undefined {
  const bid = positive(bid1Price);
  const ask = positive(ask1Price);
  if (bid === undefined || ask === undefined || new Decimal(bid).gt(ask)) return undefined;
  return { symbol, bid, ask };
}

/** The closed candles of an answer, oldest first; closed is judged by the venue's own time in the answer. */
export function parseCandles(payload: z.infer<typeof candlesPayload>, intervalMs: number): Candle[] {
  return payload.result.list
    .map(([openTimeMs, open, high, low, close, volume]) => ({ openTimeMs, open, high, low, close, volume }))
    .filter((candle) => candle.openTimeMs + intervalMs <= payload.time)
    .toSorted((a, b) => a.openTimeMs - b.openTimeMs);
}

/** Row by row; a symbol without a row that is open, in one-way mode and the account's own to close has no known position. */
export function parsePositions(rows: readonly unknown[], symbols: ReadonlySet<string>): PositionsReport['bySymbol'] {
  const positions = rows.flatMap((candidate) => {
    const row = positionRow.safeParse(candidate);
    if (!row.success || !symbols.has(row.data.symbol) || positive(row.data.size) === undefined) return [];
    const { symbol, side, size: quantity } = row.data;
    return [[symbol, { direction: side === 'Buy' ? 'BUY' : 'SELL', quantity }] as const];
  });
  return Object.fromEntries(positions);
}

/**
 * What a row says. One whose status nobody knows, that does not say what filled, or that is filled by nothing, is found and not
 * final; an instant that it does not name is taken for that of the answer.
 *
 * @param feeAsset the asset whose fees count, the settle asset
 * @param answeredAtMs the venue's own time in the answer: nothing that it tells of is younger
 */
export function parseOrder(row: OrderRow, feeAsset: string, answeredAtMs: number): VenueOrder {
  const filled = new Decimal(row.cumExecQty ?? 0);
  const { fee, otherFees } = filled.isZero() ? { fee: '0' } : parseFees(row, feeAsset);
  const rejectReason = isSaid(row.rejectReason, 'EC_NoError') ? row.rejectReason : undefined;
  const status = statusOf(row);
  const end =
    status === 'cancelled' || status === 'rejected'
      ? orderEndOf({
          rejectReason,
          cancelType: isSaid(row.cancelType) ? row.cancelType : undefined,
          timeInForce: row.timeInForce ?? undefined,
        })
      : undefined;
  return {
    clientOrderId: row.orderLinkId,
    venueOrderId: row.orderId,
    symbol: row.symbol,
    status,
    quantity: row.qty ?? '',
    filledQuantity: filled.toFixed(),
    ...(row.orderType === 'Limit' && { limitPrice: positive(row.price) }),
    averagePrice: filled.isZero() ? undefined : averagePriceOf(row),
    fee,
    ...(otherFees && { otherFees }),
    createdAtMs: Math.min(row.createdTime ?? answeredAtMs, answeredAtMs),
    updatedAtMs: Math.min(row.updatedTime ?? answeredAtMs, answeredAtMs),
    rejectReason,
    ...(end && { end }),
  };
}

function statusOf({ orderStatus, cumExecQty }: OrderRow): VenueOrderStatus {
  const status = orderStatus && cumExecQty !== undefined ? STATUSES[orderStatus] : 'open';
  return status === 'filled' && positive(cumExecQty) === undefined ? 'open' : status;
}

/** Digits after the point of an average that is computed here; prices have fewer. */
const AVERAGE_DECIMALS = 12;

/** @returns undefined where the row tells neither the price nor the value of what filled */
function averagePriceOf({ avgPrice, cumExecValue, cumExecQty }: OrderRow): string | undefined {
  const told = positive(avgPrice);
  const value = positive(cumExecValue);
  if (told !== undefined || value === undefined || cumExecQty === undefined) return told;
  return new ExactDecimal(value).dividedBy(cumExecQty).toDecimalPlaces(AVERAGE_DECIMALS).toFixed();
}

/** A wallet pays an order's fees in one asset, or in two while it changes; more are not worth a history. */
const OTHER_FEES_MAX = 8;

/**
 * What an order cost, by asset: of the settle asset nothing, where only others are named. Where the venue names no assets, the
 * sum is taken for one of the settle asset; a figure that it does not tell, or a detail that cannot be read, is not known,
 * and is no zero.
 */
function parseFees(
  { cumFeeDetail, cumExecFee }: OrderRow,
  feeAsset: string,
): { readonly fee: string; readonly otherFees?: Readonly<Record<string, string>> } {
  const told = feeDetail.safeParse(cumFeeDetail);
  if (!told.success) return { fee: '' };
  const detail = Object.entries(told.data);
  if (detail.length === 0) return { fee: cumExecFee === undefined ? '' : new Decimal(cumExecFee).toFixed() };
  const own = detail.find(([asset]) => asset === feeAsset);
  const others = detail
    .filter(([asset]) => asset !== feeAsset && Buffer.byteLength(asset) <= ASSET_BYTES_MAX)
    .map(([asset, figure]) => [asset, figureOf(figure)] as const)
    .filter(([, figure]) => figure === undefined || figure !== '0')
    .slice(0, OTHER_FEES_MAX)
    .map(([asset, figure]) => [asset, figure ?? 'an unknown amount of'] as const);
  return {
    fee: own === undefined ? '0' : (figureOf(own[1]) ?? ''),
    ...(others.length > 0 && { otherFees: Object.fromEntries(others) }),
  };
}

/** @returns undefined: not known */
function figureOf(value: unknown): string | undefined {
  const read = feeFigure.safeParse(value);
  return read.success ? new Decimal(read.data).toFixed() : undefined;
}

/** Bybit leaves what it has no word for empty, or says so. */
function isSaid(text: string | null | undefined, nothing = 'UNKNOWN'): text is string {
  return Boolean(text) && text !== nothing && text !== 'UNKNOWN';
}

function positive(value: string | null | undefined): string | undefined {
  return value && new Decimal(value).gt(0) ? value : undefined;
}
