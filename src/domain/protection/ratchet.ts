import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, parseDecimal } from '../decimal';
import type { PositionSide } from '../position/types';
import { roundStop } from './price-steps';

/*
 * A stop moves one way only: towards the price, so that what is lost at most becomes less. Prices are decimal strings; zero,
 * which is how venues write none, and what cannot be read, is no stop.
 */

type Price = string | undefined;

/** Whether a stop at `candidate` guards a position better than one at `present`; any stop is better than none. */
export function isTighter(side: PositionSide, candidate: Price, present: Price): boolean {
  const [wanted, held] = [readPrice(candidate), readPrice(present)];
  if (wanted === undefined) return false;
  if (held === undefined) return true;
  return side === 'LONG' ? wanted.greaterThan(held) : wanted.lessThan(held);
}

/** The one of two stops that guards better, as it was written; undefined: neither is one. */
export function tighterStop(side: PositionSide, one: Price, other: Price): string | undefined {
  if (isTighter(side, one, other)) return one;
  return readPrice(other) === undefined ? undefined : other;
}

/** A position and the price that its gain is measured at. */
export interface Standing {
  readonly side: PositionSide;
  readonly entryPrice: string;
  readonly price: string;
}

/** Whether a position has gained at least this fraction of its entry's price. What cannot be read has gained nothing. */
export function hasGained({ side, ...prices }: Standing, fraction: string): boolean {
  const [entry, price, least] = [readPrice(prices.entryPrice), readPrice(prices.price), parseDecimal(fraction)];
  if (entry === undefined || price === undefined || least === undefined) return false;
  const gain = side === 'LONG' ? price.minus(entry) : entry.minus(price);
  return gain.greaterThanOrEqualTo(entry.times(least));
}

/**
 * Where the stop goes once a position has gained enough: to its entry's price, rounded towards the present price, so that
 * the position cannot lose any more but for fees.
 *
 * @param stop the present one; absent: there is none
 * @param priceStep of the symbol; absent: the entry's price is taken as it is
 * @returns undefined: it has not gained as much, its stop is as tight already, or no step lies between entry and price
 */
export function breakEvenStop(
  standing: Standing & { readonly stop?: string; readonly priceStep?: string },
  fraction: string,
): string | undefined {
  const { side, stop, priceStep } = standing;
  const [entry, price] = [readPrice(standing.entryPrice), readPrice(standing.price)];
  if (entry === undefined || price === undefined || !hasGained(standing, fraction)) return undefined;
  const step = readPrice(priceStep);
  if (priceStep !== undefined && step === undefined) return undefined;
  const level = step === undefined ? entry : roundStop(side, entry, step);
  const isBeforePrice = side === 'LONG' ? level.lessThan(price) : level.greaterThan(price);
  const moved = formatDecimal(level);
  return isBeforePrice && isTighter(side, moved, stop) ? moved : undefined;
}

/**
 * Whether a move of a stop is worth a request: it is tighter, and by at least a fraction of the price. A first stop always is.
 *
 * @param moveLeast a fraction of `price`
 */
export function isMoveWorth(
  move: { readonly side: PositionSide; readonly from?: string; readonly to: string; readonly price: string },
  moveLeast: string,
): boolean {
  const { side, from, to } = move;
  if (!isTighter(side, to, from)) return false;
  const [held, wanted, price, least] = [readPrice(from), readPrice(to), readPrice(move.price), parseDecimal(moveLeast)];
  if (held === undefined || wanted === undefined) return true;
  if (price === undefined || least === undefined) return false;
  return wanted.minus(held).abs().greaterThanOrEqualTo(price.times(least));
}

function readPrice(text: Price): Decimal | undefined {
  const value = parseDecimal(text);
  return value === undefined || value.isZero() ? undefined : new ExactDecimal(value);
}
