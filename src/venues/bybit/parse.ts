import { Decimal } from 'decimal.js';
import type { PositionsReport, SnapshotCommand } from '../../domain/ledger/types';
import type { Candle, Market, Ticker, VenueOrder, VenueOrderStatus } from '../../domain/market';
import { orderEndOf } from './order-ends';
import { positionRow } from './payloads';
import type { balancesPayload, candlesPayload, CoinBalance, Instrument, OrderRow, tickersPayload } from './payloads';
import type { z } from 'zod';

/**
 * The taker fee assumed for linear perpetuals when none is configured. The venue's list of instruments does not name
 * fees; this is above the venue's base rate of 0.00055, so reservations are never too small.
 */
export const TAKER_FEE_DEFAULT = '0.0006';

const STATUSES: Readonly<Record<OrderRow['orderStatus'], VenueOrderStatus>> = {
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
    notionalMin: positive(lotSizeFilter.minNotionalValue),
    priceStep: instrument.priceFilter.tickSize,
    takerFee,
  };
}

/** Symbols without a price on either side are left out: nothing can be sized from them. */
export function parseTickers(payload: z.infer<typeof tickersPayload>, symbols: ReadonlySet<string>): Ticker[] {
  return payload.result.list.flatMap((row) => {
    const bid = positive(row.bid1Price);
    const ask = positive(row.ask1Price);
    if (!symbols.has(row.symbol) || bid === undefined || ask === undefined) return [];
    return [{ symbol: row.symbol, bid, ask }];
  });
}

/** The closed candles of an answer, oldest first; closed is judged by the venue's own time in the answer. */
export function parseCandles(payload: z.infer<typeof candlesPayload>, intervalMs: number): Candle[] {
  return payload.result.list
    .map(([openTimeMs, open, high, low, close, volume]) => ({ openTimeMs, open, high, low, close, volume }))
    .filter((candle) => candle.openTimeMs + intervalMs <= payload.time)
    .toSorted((a, b) => a.openTimeMs - b.openTimeMs);
}

export function parseBalances(payload: z.infer<typeof balancesPayload>): SnapshotCommand {
  const coins = payload.result.list.flatMap((account) => account.coin);
  return { asOfMs: payload.time, assets: Object.fromEntries(coins.map((coin) => [coin.coin, parseBalance(coin)])) };
}

/**
 * One asset. What is locked are margins of positions and orders; open losses are not spendable either, so the smaller
 * of wallet balance and equity counts as available. The account's own figure is not used: it is a sum over all assets,
 * in dollars.
 */
function parseBalance(coin: CoinBalance): SnapshotCommand['assets'][string] {
  const total = Decimal.max(0, coin.walletBalance);
  const locked = Decimal.max(0, sum(coin.locked, coin.totalOrderIM, coin.totalPositionIM));
  const spendable = Decimal.min(total, coin.equity === undefined || coin.equity === '' ? total : coin.equity);
  const available = Decimal.max(0, spendable.minus(locked));
  return { total: total.toFixed(), available: available.toFixed(), locked: locked.toFixed() };
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
 * @param feeAsset the asset whose fees count, the settle asset
 * @param answeredAtMs the venue's own time in the answer: nothing that it tells of is younger
 */
export function parseOrder(row: OrderRow, feeAsset: string, answeredAtMs: number): VenueOrder {
  const filled = new Decimal(row.cumExecQty);
  const fee = row.cumFeeDetail?.[feeAsset] ?? (row.cumExecFee || '0');
  const rejectReason = isSaid(row.rejectReason, 'EC_NoError') ? row.rejectReason : undefined;
  const status = STATUSES[row.orderStatus];
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
    quantity: row.qty,
    filledQuantity: filled.toFixed(),
    averagePrice: filled.isZero() ? undefined : positive(row.avgPrice),
    fee: new Decimal(fee).toFixed(),
    createdAtMs: Math.min(row.createdTime, answeredAtMs),
    updatedAtMs: Math.min(row.updatedTime, answeredAtMs),
    rejectReason,
    ...(end && { end }),
  };
}

/** Bybit leaves what it has no word for empty, or says so. */
function isSaid(text: string | null | undefined, nothing = 'UNKNOWN'): text is string {
  return Boolean(text) && text !== nothing && text !== 'UNKNOWN';
}

function positive(value: string | null | undefined): string | undefined {
  return value && new Decimal(value).gt(0) ? value : undefined;
}

function sum(...values: readonly (string | undefined)[]): Decimal {
  return values.reduce((total, value) => total.plus(value || '0'), new Decimal(0));
}
