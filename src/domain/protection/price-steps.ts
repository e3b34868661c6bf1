import type { Decimal } from 'decimal.js';
import { ExactDecimal } from '../decimal';
import type { PositionSide } from '../position/types';

/*
 * Venues take prices on steps only. Each rounding goes the way in which nobody loses more than was meant.
 */

/** A stop is rounded towards the entry: it never lets a position lose more than was asked for. */
export function roundStop(side: PositionSide, price: Decimal, step: Decimal): Decimal {
  return price.toNearest(step, side === 'LONG' ? ExactDecimal.ROUND_UP : ExactDecimal.ROUND_DOWN);
}

/**
 * A target is rounded towards the entry, too: it is reached at the latest where it was asked for. One that is farther by a
 * part of a step may never be reached, and the position turns round with its gain.
 */
export function roundTarget(side: PositionSide, price: Decimal, step: Decimal): Decimal {
  return price.toNearest(step, side === 'LONG' ? ExactDecimal.ROUND_DOWN : ExactDecimal.ROUND_UP);
}

/** A distance that a stop follows at becomes smaller, for the reason of stops. */
export function roundDistance(distance: Decimal, step: Decimal): Decimal {
  return distance.toNearest(step, ExactDecimal.ROUND_DOWN);
}
