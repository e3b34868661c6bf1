import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, parseDecimal, ZERO } from '../decimal';
import { cutText } from '../plain-values';
import { isMoveWorth, isTighter } from '../protection/ratchet';
import type { PositionBook, ProtectionLegs } from './book';
import type { PositionRow } from './types';

/** So many times the price, or such a part of it, is as far as a target may be: one beyond is a slip of the pen. */
const TARGET_TIMES_MAX = 10;
/** Digits of a limit in a sentence. */
const LIMIT_DIGITS = 8;
const WRONG_BYTES_MAX = 60;
/** As it is called on the command line, and over HTTP. */
const BY_FORCE = 'To move it all the same, ask with --force, or with "force": true.';

/**
 * Why a person's change of a position's protection cannot be taken, one sentence with the value and its limit; undefined: it
 * can.
 *
 * @param isForced whether the stop may move away from the price; every other limit holds all the same
 */
export function changeFault(
  book: PositionBook,
  row: PositionRow,
  { stopLoss, takeProfit, trailingDistance }: ProtectionLegs,
  isForced: boolean,
): string | undefined {
  const wrong = [stopLoss, takeProfit, trailingDistance].find((leg) => typeof leg === 'string' && !isPrice(leg));
  if (wrong !== undefined) {
    return `"${cutText(String(wrong), WRONG_BYTES_MAX)}" is no price: give a positive decimal number.`;
  }
  return (
    (typeof stopLoss === 'string' ? stopFault(book, row, stopLoss, isForced) : undefined) ??
    (typeof takeProfit === 'string' ? targetFault(row, takeProfit) : undefined) ??
    (typeof trailingDistance === 'string'
      ? distanceFault(book, row, `A trailing stop`, decimal(trailingDistance))
      : undefined)
  );
}

function stopFault(book: PositionBook, row: PositionRow, stopLoss: string, isForced: boolean): string | undefined {
  const { side, markPrice } = row;
  if (!isTighter(side, markPrice, stopLoss)) {
    return `A stop at ${stopLoss} is beyond the price (${markPrice}) of a ${side} position: it would close it at once.`;
  }
  return (
    (isForced ? undefined : looserFault(book, row, stopLoss)) ??
    distanceFault(book, row, `A stop at ${stopLoss}`, decimal(stopLoss).minus(decimal(markPrice)).abs()) ??
    liquidationFault(row, stopLoss)
  );
}

function looserFault(book: PositionBook, row: PositionRow, stopLoss: string): string | undefined {
  const { side, markPrice: price } = row;
  const held = stopToCome(book) ?? row.stopLoss;
  if (held !== undefined && !isTighter(side, stopLoss, held)) {
    return `A stop at ${stopLoss} is not nearer to the price than the present one at ${held}. ${BY_FORCE}`;
  }
  const { moveLeast } = book.terms.protection;
  if (isMoveWorth({ side, from: held, to: stopLoss, price }, moveLeast)) return undefined;
  return `A stop at ${stopLoss} is less than ${moveLeast} of the price from the present one at ${held}. ${BY_FORCE}`;
}

/** What was asked for last counts, wherever it is on its way. */
function stopToCome({ asked, call, proof, regain }: PositionBook): string | undefined {
  return asked?.legs.stopLoss ?? call?.change.stopLoss ?? proof?.change.stopLoss ?? regain?.stopLoss ?? undefined;
}

/** The bounds that signals' stops have, too. */
function distanceFault(
  { terms }: PositionBook,
  { markPrice }: PositionRow,
  what: string,
  distance: Decimal,
): string | undefined {
  const { stopDistanceMin, stopDistanceMax } = terms.protection;
  const [least, most] = [stopDistanceMin, stopDistanceMax].map((part) => decimal(markPrice).times(decimal(part)));
  const where = `${what} is ${formatDecimal(distance)} away from the price (${markPrice})`;
  if (distance.lessThan(least!)) {
    return `${where}; at least ${words(least!)} is needed (protection.stopDistanceMin).`;
  }
  if (!distance.greaterThan(most!)) return undefined;
  return `${where}; at most ${words(most!)} is allowed (protection.stopDistanceMax).`;
}

/** Only where margin is lent: otherwise the whole value stands behind the position. */
function liquidationFault({ side, leverage, liquidationPrice }: PositionRow, stopLoss: string): string | undefined {
  const isLent = leverage === undefined || decimal(leverage).greaterThan(1);
  if (!isLent || liquidationPrice === undefined || isTighter(side, stopLoss, liquidationPrice)) return undefined;
  return `A stop at ${stopLoss} is never reached: the position is liquidated at ${liquidationPrice} before. Give one that is nearer.`;
}

function targetFault({ side, markPrice }: PositionRow, takeProfit: string): string | undefined {
  if (!isTighter(side, takeProfit, markPrice)) {
    return `A target at ${takeProfit} is behind the price (${markPrice}) of a ${side} position: it would close it at once.`;
  }
  const price = decimal(markPrice);
  const farthest = side === 'LONG' ? price.times(TARGET_TIMES_MAX) : price.dividedBy(TARGET_TIMES_MAX);
  if (!isTighter(side, takeProfit, formatDecimal(farthest))) return undefined;
  return `A target at ${takeProfit} is too far from the price (${markPrice}); the farthest is ${words(farthest)}.`;
}

function words(limit: Decimal): string {
  return formatDecimal(limit.toSignificantDigits(LIMIT_DIGITS));
}

function isPrice(text: string): boolean {
  return decimal(text).greaterThan(0);
}

function decimal(text: string): Decimal {
  return new ExactDecimal(parseDecimal(text) ?? ZERO);
}
