import type { Decimal } from 'decimal.js';
import { ExactDecimal, parseDecimal } from '../decimal';
import type { Market } from '../market';
import type { PositionSide } from '../position/types';

/**
 * The maintenance margin that is counted with where the venue tells nothing of it, a fraction of a position's value. The
 * largest symbols need less (0.5 %) in their lowest tier, most others as much.
 */
const MAINTENANCE_MARGIN_ASSUMED = new ExactDecimal('0.01');

/** What of a market the estimate needs; decimal strings. */
export type MarginTerms = Pick<Market, 'takerFee' | 'maintenanceMargin' | 'leverageMax'>;

/**
 * About how far from its entry a position is liquidated, as a fraction of the entry's price: the margin, without what the
 * venue wants to be left of it and the fee to close. It is the figure of a position whose margin is its own; where the account
 * lends more, liquidation comes later.
 *
 * @param leverage 1 or more
 * @returns zero where nothing of the margin may be lost
 */
export function liquidationDistance(leverage: number, terms: MarginTerms): Decimal {
  const fee = parseDecimal(terms.takerFee) ?? new ExactDecimal(0);
  const room = new ExactDecimal(1).dividedBy(leverage).minus(maintenanceMarginOf(terms)).minus(fee);
  return ExactDecimal.max(room, 0);
}

/** About where a position is liquidated. See liquidationDistance. */
export function liquidationPrice(side: PositionSide, entry: Decimal, leverage: number, terms: MarginTerms): Decimal {
  const distance = liquidationDistance(leverage, terms);
  return entry.times(side === 'LONG' ? new ExactDecimal(1).minus(distance) : distance.plus(1));
}

/** As the venue tells it; otherwise half of the margin at its highest leverage, as is usual; otherwise as assumed. */
function maintenanceMarginOf({ maintenanceMargin, leverageMax }: MarginTerms): Decimal {
  const told = parseDecimal(maintenanceMargin);
  if (told !== undefined) return told;
  const highest = parseDecimal(leverageMax);
  if (highest === undefined || highest.isZero()) return MAINTENANCE_MARGIN_ASSUMED;
  return new ExactDecimal(1).dividedBy(highest.times(2));
}
