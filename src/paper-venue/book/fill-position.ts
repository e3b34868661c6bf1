import { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../../domain/decimal';
import { roundAmount } from '../money';
import type { PositionRecord, Side } from './records';

export interface PositionFill {
  readonly position: PositionRecord;
  /** The part of the fill that closed an existing position. */
  readonly closedQuantity: Decimal;
  /** Booked to the wallet, before fees. */
  readonly realisedProfit: Decimal;
  /** Whether the position left zero, or went to the other side. */
  readonly isOpened: boolean;
}

/**
 * What a fill does to a position: opens or enlarges it, closes some of it, or turns it to the other side. Entry value
 * is released in proportion and rounded, and the last unit releases all that is left: nothing is lost to rounding.
 */
export function fillPosition(
  position: PositionRecord,
  side: Side,
  quantity: Decimal,
  price: Decimal,
  atMs: number,
): PositionFill {
  const size = new ExactDecimal(position.size);
  const entryValue = new ExactDecimal(position.entryValue);
  const change = side === 'Buy' ? quantity : quantity.neg();
  const closes = size.isNegative() !== change.isNegative() && !size.isZero();
  const closedQuantity = closes ? Decimal.min(quantity, size.abs()) : ZERO;
  const released = closedQuantity.eq(size.abs())
    ? entryValue
    : roundAmount(entryValue.mul(closedQuantity).div(size.abs()));
  const closedValue = price.mul(closedQuantity);
  const profit = size.isNegative() ? released.minus(closedValue) : closedValue.minus(released);
  const realisedProfit = closes ? roundAmount(profit) : ZERO;
  const openedValue = price.mul(quantity.minus(closedQuantity));
  const nextSize = size.plus(change);
  const isOpened = !nextSize.isZero() && (size.isZero() || size.isNegative() !== nextSize.isNegative());
  return {
    closedQuantity,
    realisedProfit,
    isOpened,
    position: {
      ...position,
      size: formatDecimal(nextSize),
      entryValue: formatDecimal((closes ? entryValue.minus(released) : entryValue).plus(openedValue)),
      realisedProfit: formatDecimal(realisedProfit.plus(position.realisedProfit)),
      createdAtMs: position.createdAtMs || atMs,
      updatedAtMs: atMs,
      ...(isOpened && { openedAtMs: atMs, episodeProfit: '0', openedWithStop: false, stopLostByFault: false }),
      sequence: (position.sequence ?? 0) + 1,
    },
  };
}

/** The quantity that an order of this side would close. */
export function reducibleQuantity(position: PositionRecord, side: Side): Decimal {
  const size = new ExactDecimal(position.size);
  const opposes = side === 'Buy' ? size.isNegative() : size.isPositive();
  return opposes ? size.abs() : ZERO;
}
