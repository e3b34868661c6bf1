import { z } from 'zod';
import { ASSET_BYTES_MAX } from '../../domain/ledger/state';
import { jsonBytes } from '../../domain/plain-values';
import {
  countedDecimal,
  cursor,
  decimal,
  envelope,
  id,
  optionalDecimal,
  positiveDecimal,
  SIGNED_FORM,
  timeMs,
  word,
} from './fields';

/*
 * The parts of Bybit V5 answers that are read. Unknown fields are allowed: the venue adds some at any time. What is read has
 * bounds, because it travels through workflow histories before anybody computes with it.
 */

/** A reason is one of some hundred words of the venue. */
const REASON_CHARACTERS_MAX = 200;
/** Bybit has a few accounts of one type at most. */
const ACCOUNTS_MAX = 10;
/** Bybit lists some hundreds of coins. */
const COINS_MAX = 2_000;
/** Bybit's largest page of instruments; linear has fewer. */
export const INSTRUMENTS_MAX = 1_000;
/** A linear list has some six hundred. */
const TICKERS_MAX = 5_000;
/** Bybit's largest page of candles. */
export const CANDLES_MAX = 1_000;
/** Bybit's largest page of orders. */
export const ORDERS_MAX = 50;
/** Bybit's largest page of fills. */
export const EXECUTIONS_MAX = 100;
/** Bybit's largest page of positions. */
export const POSITIONS_MAX = 200;

/** An order's fees by asset, whose figures are read one by one; empty: none was told. */
export const feeDetail = z
  .union([z.record(z.string(), z.unknown()), z.literal('')])
  .nullish()
  .transform((detail) => detail || {});

/** A figure in a detail of fees. */
export const feeFigure = decimal;

export const timePayload = envelope(z.object({}));

export const instrumentRow = z.object({
  symbol: word,
  contractType: word,
  status: word,
  baseCoin: word,
  quoteCoin: word,
  settleCoin: word,
  priceFilter: z.object({ tickSize: positiveDecimal }),
  lotSizeFilter: z.object({
    minOrderQty: countedDecimal,
    qtyStep: positiveDecimal,
    maxOrderQty: optionalDecimal,
    maxMktOrderQty: optionalDecimal,
    minNotionalValue: optionalDecimal,
  }),
  leverageFilter: z.object({ maxLeverage: optionalDecimal }).nullish(),
});
export type Instrument = z.infer<typeof instrumentRow>;

export const tickerRow = z.object({ symbol: word, bid1Price: optionalDecimal, ask1Price: optionalDecimal });
export type TickerRow = z.infer<typeof tickerRow>;

export const candlesPayload = envelope(
  z.object({
    symbol: word.optional(),
    // Opening time, open, high, low, close, volume; the turnover that follows is not read.
    list: z.array(z.tuple([timeMs, decimal, decimal, decimal, decimal, decimal], z.unknown())).max(CANDLES_MAX),
  }),
);

/** What the whole account has left; empty where that does not apply. Null and missing are not known. */
export const accountFigure = z.union([decimal, z.literal('')], `needed is ${SIGNED_FORM}, or an empty text`);

/** One account of a wallet. Its coins are read one by one, and its own figure when it is needed. */
export const accountRow = z.object({
  coin: z.array(z.unknown()).max(COINS_MAX),
  totalAvailableBalance: z.unknown().optional(),
});

const PORTFOLIO_MARGIN =
  'empty, as in portfolio margin, which cannot be traded on; choose cross or isolated margin at the exchange';
/** The venue tells no margins by coin in portfolio margin. */
const margin = z
  .string()
  .refine((text) => text !== '', { error: PORTFOLIO_MARGIN, abort: true })
  .pipe(countedDecimal);

/** What is locked cannot be told from a part of the figures. Unknown stays what is not needed of every coin. */
export const coinRow = z.object({
  coin: z
    .string()
    .min(1)
    .refine((name) => jsonBytes(name) <= ASSET_BYTES_MAX, 'longer than the ledger keeps'),
  totalOrderIM: margin,
  totalPositionIM: margin,
  walletBalance: decimal,
  equity: decimal,
  locked: countedDecimal,
  bonus: decimal,
  spotBorrow: optionalDecimal.catch(undefined),
  borrowAmount: optionalDecimal.catch(undefined),
  usdValue: optionalDecimal.catch(undefined),
});
export type CoinBalance = z.infer<typeof coinRow>;

export const balancesPayload = envelope(z.object({ list: z.array(z.unknown()).max(ACCOUNTS_MAX) }));

export const orderRow = z.object({
  orderId: id.min(1),
  orderLinkId: id,
  symbol: word,
  // One that nobody here knows is none that is final.
  orderStatus: z
    .enum([
      'Created',
      'New',
      'Active',
      'Untriggered',
      'Triggered',
      'PartiallyFilled',
      'PendingCancel',
      'Filled',
      'Cancelled',
      'PartiallyFilledCanceled',
      'Deactivated',
      'Rejected',
    ])
    .nullish()
    .catch(undefined),
  orderType: word.nullish().catch(undefined),
  // A null must not hide an order that exists; what filled is needed before anything is settled.
  qty: optionalDecimal.catch(undefined),
  price: optionalDecimal.catch(undefined),
  cumExecQty: z
    .union([countedDecimal, z.literal('')])
    .nullish()
    .transform((figure) => figure || undefined),
  cumExecValue: optionalDecimal.catch(undefined),
  avgPrice: optionalDecimal.catch(undefined),
  cumExecFee: optionalDecimal.catch(undefined),
  // Read as feeDetail.
  cumFeeDetail: z.unknown().optional(),
  // Cut and not refused: a long reason must not hide the order.
  rejectReason: z
    .string()
    .transform((text) => text.slice(0, REASON_CHARACTERS_MAX))
    .nullish()
    .catch(undefined),
  // What only explains an end must not hide the order, either.
  cancelType: word.nullish().catch(undefined),
  timeInForce: word.nullish().catch(undefined),
  createdTime: timeMs.nullish().catch(undefined),
  updatedTime: timeMs.nullish().catch(undefined),
});
export type OrderRow = z.infer<typeof orderRow>;

/** What a look-up reads of fills: whether there are any. */
export const executionsPayload = envelope(z.object({ list: z.array(z.unknown()).max(EXECUTIONS_MAX) }));

/** Rows, parsed one by one: one that cannot be read must not hide the others. */
export const tickersPayload = envelope(z.object({ list: z.array(z.unknown()).max(TICKERS_MAX) }));
export const instrumentsPayload = envelope(
  z.object({ list: z.array(z.unknown()).max(INSTRUMENTS_MAX), nextPageCursor: cursor }),
);
export const ordersPayload = envelope(z.object({ list: z.array(z.unknown()).max(ORDERS_MAX) }));

export const openOrdersPayload = envelope(
  z.object({ list: z.array(z.unknown()).max(ORDERS_MAX), nextPageCursor: cursor }),
);

/** What names an order; without its own id it has ours. */
export const orderNames = z
  .object({
    orderId: id.nullish().catch(undefined),
    orderLinkId: id.nullish().catch(undefined),
    stopOrderType: word.nullish().catch(undefined),
  })
  .catch({});

/** One row per symbol in one-way mode, where its index is 0; in hedge mode one per side. */
export const positionRow = z.object({
  symbol: word.min(1),
  positionIdx: z.literal(0),
  side: z.enum(['Buy', 'Sell']),
  size: countedDecimal,
  // The venue takes over a position that it liquidates or deleverages.
  positionStatus: z.literal('Normal'),
});

export const positionsPayload = envelope(
  z.object({ list: z.array(z.unknown()).max(POSITIONS_MAX), nextPageCursor: cursor }),
);
