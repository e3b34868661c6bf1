import { z } from 'zod';
import { parseDecimal } from '../../../domain/decimal';
import { cursor, decimal, envelope, id, optionalDecimal, timeMs, word } from '../fields';
import { EXECUTIONS_MAX } from '../payloads';

/*
 * The parts of Bybit's answers about positions that are read. What names an episode, its size, its price and its guards must be
 * readable; what only describes it may be missing.
 */

/** Bybit's largest page of its money log. */
export const MONEY_ROWS_MAX = 50;
/** Bybit's ranks of automatic deleveraging. */
const DELEVERAGING_RANK_MAX = 5;

const positive = decimal.refine((text) => parseDecimal(text)?.greaterThan(0) ?? false, 'needed is a number above zero');
/** None where it is empty, zero ("0.00") or not told. */
const price = optionalDecimal
  .refine((text) => text === undefined || parseDecimal(text) !== undefined, 'needed is a price, or nothing')
  .transform((text) => (parseDecimal(text)?.greaterThan(0) ? text : undefined));
/** What only describes a position must not hide it. */
const description = optionalDecimal.catch(undefined);
/** Grows with every change; written as a number or as text. */
const sequence = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/, 'a number that counts')
    .transform(Number),
]);
/** Bybit leaves what it has no word for empty, or says so. */
const said = word
  .nullish()
  .transform((text) => (text === 'UNKNOWN' ? '' : (text ?? '')))
  .catch('');

/** What tells an open position from the row of a symbol that has none. */
export const positionSize = z.object({
  positionIdx: z.literal(0),
  size: decimal.refine((text) => parseDecimal(text) !== undefined, 'needed is a size'),
});

export const openPosition = z.object({
  symbol: word.min(1),
  side: z.enum(['Buy', 'Sell']),
  size: positive,
  avgPrice: positive,
  markPrice: positive,
  positionValue: positive,
  stopLoss: price,
  takeProfit: price,
  trailingStop: price,
  // Zero and less are no price that is ever reached; it only describes the position, too.
  liqPrice: price.catch(undefined),
  leverage: description,
  unrealisedPnl: description,
  curRealisedPnl: description,
  openTime: timeMs,
  updatedTime: timeMs,
  seq: sequence,
  positionStatus: z.enum(['Normal', 'Liq', 'Adl']),
  adlRankIndicator: z.int().min(0).max(DELEVERAGING_RANK_MAX).optional().catch(undefined),
});
export type OpenPosition = z.infer<typeof openPosition>;

export const executionRow = z.object({
  execId: id.min(1),
  orderId: id.nullish().transform((text) => text ?? ''),
  orderLinkId: id.nullish().transform((text) => text ?? ''),
  symbol: word,
  side: z.enum(['Buy', 'Sell']),
  execType: word,
  execQty: decimal,
  execPrice: decimal,
  execFee: decimal,
  feeCurrency: word.nullish(),
  closedSize: optionalDecimal,
  stopOrderType: said,
  createType: said,
  execTime: timeMs,
  // It only tells their order: what cannot be read of it is no reason to do without the execution.
  seq: z.number().int().nonnegative().nullish().catch(undefined),
});
export type ExecutionRow = z.infer<typeof executionRow>;

export const moneyLogRow = z.object({
  id: id.nullish(),
  tradeId: id.nullish(),
  orderId: id.nullish().transform((text) => text ?? ''),
  type: word.min(1),
  category: word.nullish(),
  symbol: word.nullish().transform((text) => text ?? ''),
  currency: word,
  change: decimal,
  cashBalance: decimal,
  fee: optionalDecimal,
  funding: optionalDecimal,
  transactionTime: timeMs,
});
export type MoneyLogRow = z.infer<typeof moneyLogRow>;

/** Rows, parsed one by one. */
export const executionPage = envelope(
  z.object({ list: z.array(z.unknown()).max(EXECUTIONS_MAX), nextPageCursor: cursor }),
);
export const moneyLogPage = envelope(
  z.object({ list: z.array(z.unknown()).max(MONEY_ROWS_MAX), nextPageCursor: cursor }),
);
