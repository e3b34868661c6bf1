import { ExactDecimal, formatDecimal, parseDecimal } from '../decimal';
import { isTighter, tighterStop } from '../protection/ratchet';
import type { PositionBook } from './book';
import { stepLike } from './standing';
import type { PositionRow } from './types';

/** The best price since the stop follows, with the one of this row. @returns undefined: it does not follow */
export function bestPrice({ wanted, bestPrice: best }: PositionBook, row: PositionRow): string | undefined {
  if (wanted.trailingDistance === undefined) return undefined;
  // A stop that is lost follows no more: what it had reached stays.
  if (row.trailingDistance === undefined) return best;
  return tighterStop(row.side, row.markPrice, best);
}

/**
 * Where the following stop has come to, by the prices that reports showed: the venue tells its distance only, and saw more of
 * them. An estimate, on the far side of the true one unless the mark price strays.
 *
 * @returns undefined: it does not follow
 */
export function trailedStop({ row, wanted, bestPrice: best }: PositionBook): string | undefined {
  const [reached, distance] = [parseDecimal(best), parseDecimal(wanted.trailingDistance)];
  if (row === undefined || reached === undefined || distance === undefined) return undefined;
  const stop = row.side === 'LONG' ? reached.minus(distance) : reached.plus(distance);
  return stop.greaterThan(0) ? formatDecimal(stop) : undefined;
}

/** The same as a fixed stop that may be set now: never at a price that is reached already, for it is an estimate. */
export function trailedStopToSet(book: PositionBook): string | undefined {
  const { row, terms } = book;
  const [trailed, mark] = [trailedStop(book), parseDecimal(row?.markPrice)];
  if (row === undefined || trailed === undefined || mark === undefined) return undefined;
  const away = mark.times(terms.protection.stopDistanceMin);
  const isLong = row.side === 'LONG';
  const farSide = isLong ? ExactDecimal.ROUND_DOWN : ExactDecimal.ROUND_UP;
  const nearest = formatDecimal((isLong ? mark.minus(away) : mark.plus(away)).toNearest(stepLike(row), farSide));
  return isTighter(row.side, trailed, nearest) ? nearest : trailed;
}

/** The tightest stop that is in force; undefined: there is none. */
export function stopInForce(book: PositionBook): { readonly price: string; readonly isEstimated: boolean } | undefined {
  const { row } = book;
  if (row === undefined) return undefined;
  const trailed = row.trailingDistance === undefined ? undefined : trailedStop(book);
  const price = tighterStop(row.side, trailed, row.stopLoss);
  return price === undefined ? undefined : { price, isEstimated: price !== row.stopLoss };
}
