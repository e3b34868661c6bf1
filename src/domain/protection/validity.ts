import type { Decimal } from 'decimal.js';
import { formatDecimal } from '../decimal';
import type { Denial } from '../denial';
import type { EntryPoint } from './entry-point';
import { liquidationPrice } from './liquidation';

/** Decimals of a percentage in a sentence. */
const PERCENT_DECIMALS = 4;

/** Why a stop cannot guard the position, whatever made it; undefined: it can. @param stop on the price step */
export function checkStop(stop: Decimal, point: EntryPoint): Denial | undefined {
  const { side, stopBound } = point;
  const isBeyond = side === 'LONG' ? stop.lessThan(stopBound) : stop.greaterThan(stopBound);
  if (!isBeyond || !stop.isPositive() || stop.isZero()) return wrongStop(stop, point);
  return checkDistance('stop', stop.minus(point.price).abs(), point) ?? checkLiquidation(stop, point);
}

/** The same for a target. It has no nearest and no farthest: it guards nothing. */
export function checkTarget(target: Decimal, { side, targetBase, market }: EntryPoint): Denial | undefined {
  const isBeyond = side === 'LONG' ? target.greaterThan(targetBase) : target.lessThan(targetBase);
  if (isBeyond && target.isPositive() && !target.isZero()) return undefined;
  const [action, where] = side === 'LONG' ? ['BUY', 'above'] : ['SELL', 'below'];
  return invalid(
    `The target of a ${action} must be a price ${where} ${formatDecimal(targetBase)}, at which it may open, and this one is ${formatDecimal(target)} on steps of ${market.priceStep}. Send another target, or none.`,
  );
}

/** The distance of a stop, or one that it follows at. */
export function checkDistance(
  what: 'stop' | 'trailing stop',
  distance: Decimal,
  point: EntryPoint,
): Denial | undefined {
  const { price, distanceMin, distanceMax, market } = point;
  const percent = `${percentOf(distance.dividedBy(price))} of the price ${formatDecimal(price)}`;
  if (distance.isZero() || distance.lessThan(price.times(distanceMin))) {
    return invalid(
      `The ${what} is ${formatDecimal(distance)} away on steps of ${market.priceStep}, ${percent}; at least ${percentOf(distanceMin)} is needed (protection.stopDistanceMin), or it is reached at once. Send one that is farther.`,
    );
  }
  if (distance.greaterThan(price.times(distanceMax))) {
    return invalid(
      `The ${what} is ${formatDecimal(distance)} away, ${percent}; at most ${percentOf(distanceMax)} is allowed (protection.stopDistanceMax), because one so far guards nothing. Send one that is nearer.`,
    );
  }
  return undefined;
}

function wrongStop(stop: Decimal, { side, stopBound, market }: EntryPoint): Denial {
  const [action, where] = side === 'LONG' ? ['BUY', 'below'] : ['SELL', 'above'];
  return invalid(
    `The stop of a ${action} must be a price ${where} ${formatDecimal(stopBound)}, or it is passed at once, and this one is ${formatDecimal(stop)} on steps of ${market.priceStep}. Send another stop.`,
  );
}

/** Only where margin is lent: otherwise the whole value stands behind the position. */
function checkLiquidation(stop: Decimal, { side, price, leverage, market }: EntryPoint): Denial | undefined {
  if (leverage <= 1) return undefined;
  const end = liquidationPrice(side, price, leverage, market);
  const isBefore = side === 'LONG' ? stop.greaterThan(end) : stop.lessThan(end);
  if (isBefore) return undefined;
  return {
    code: 'STOP_BEYOND_LIQUIDATION',
    message: `At leverage ${leverage} the position is liquidated at about ${formatDecimal(end.toSignificantDigits(8))}, before its stop at ${formatDecimal(stop)} is reached. Send a stop that is nearer, or lower the leverage.`,
  };
}

function percentOf(fraction: Decimal): string {
  return `${formatDecimal(fraction.times(100).toDecimalPlaces(PERCENT_DECIMALS))} %`;
}

function invalid(message: string): Denial {
  return { code: 'STOP_INVALID', message };
}
