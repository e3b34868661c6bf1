import { parseDecimal, parseSignedDecimal, formatDecimal } from './decimal';
import type { OrderPlan, VenueOrder } from './market';
import { isRecord, cutText, showValue } from './plain-values';

/** As JSON; longer reasons are cut. */
const REASON_BYTES_MAX = 200;

/** A person's word about an order, read and checked. */
export interface SettleWord {
  /** Zero: nothing filled. */
  readonly filledQuantity: string;
  readonly averagePrice?: string;
  /** Absent: not known. */
  readonly fee?: string;
  readonly reason: string;
}

/**
 * Reads what a person says became of an order. Takes any value: anyone with the command line can send one.
 *
 * @returns what is wrong with it as a sentence, or the word
 */
export function readSettleWord(command: unknown, plan: OrderPlan): SettleWord | string {
  if (!isRecord(command)) return 'This is no settlement: it has a filled quantity, an average price and a reason.';
  const { reason } = command;
  if (typeof reason !== 'string' || reason.trim() === '') {
    return 'The reason is missing: say who looked, where, and what was found.';
  }
  const filled = parseDecimal(command.filledQuantity);
  if (filled === undefined) {
    return `The filled quantity is ${showValue(command.filledQuantity)}; needed is a decimal number in quotes, "0" for nothing.`;
  }
  if (isKnown(plan.quantity) && filled.greaterThan(plan.quantity)) {
    return `The filled quantity ${formatDecimal(filled)} is more than the ${plan.quantity} ${plan.symbol} that were ordered.`;
  }
  const words = { filledQuantity: formatDecimal(filled), reason: cutText(reason, REASON_BYTES_MAX) };
  if (filled.isZero()) return words;
  const price = parseDecimal(command.averagePrice);
  if (price === undefined || price.isZero()) {
    return `The average price is ${showValue(command.averagePrice)}; of what filled it must be a positive decimal number in quotes.`;
  }
  const fee = command.fee === undefined || command.fee === null ? undefined : parseSignedDecimal(command.fee);
  if (fee === undefined && command.fee !== undefined && command.fee !== null) {
    return `The fee is ${showValue(command.fee)}; needed is a decimal number in quotes.`;
  }
  // The ledger has to book it.
  if (parseDecimal(formatDecimal(filled.times(price).plus(fee?.abs() ?? 0))) === undefined) {
    return `${formatDecimal(filled)} at ${formatDecimal(price)} is more than any balance holds.`;
  }
  return {
    ...words,
    averagePrice: formatDecimal(price),
    ...(fee === undefined ? {} : { fee: formatDecimal(fee) }),
  };
}

/**
 * The order as the person described it.
 *
 * @param venueTimeMs an instant on the venue's clock at which it had surely ended: reports of balances from later contain
 *   what it took
 */
export function orderOfWord(word: SettleWord, plan: OrderPlan, venueTimeMs: number): VenueOrder {
  const isFull = !isKnown(plan.quantity) || parseDecimal(word.filledQuantity)?.equals(plan.quantity) === true;
  return {
    clientOrderId: plan.clientOrderId,
    venueOrderId: '',
    symbol: plan.symbol,
    status: isFull ? 'filled' : 'cancelled',
    quantity: plan.quantity,
    filledQuantity: word.filledQuantity,
    averagePrice: word.averagePrice,
    // Unknown, not zero: the whole reservation then counts as taken until the venue's report says better.
    fee: word.fee ?? '',
    createdAtMs: venueTimeMs,
    updatedAtMs: venueTimeMs,
    ...(isFull ? {} : { end: { cause: 'word', words: `settled by hand (${word.reason})` } }),
  };
}

/** A plan that was made up for look-ups of an order whose size is forgotten has none. */
function isKnown(quantity: string): boolean {
  return parseDecimal(quantity)?.isZero() === false;
}
