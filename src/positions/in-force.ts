import { ExactDecimal } from '../domain/decimal';
import type { PositionView } from '../messages/position';
import type { ProtectWish } from './parse-commands';

/** A venue takes prices in steps; a step is less than this share of a price. */
const STEP_SHARE = '0.001';

type Legs = Pick<ProtectWish, 'stopLoss' | 'takeProfit' | 'trailingDistance'>;

/**
 * Whether the venue shows what was asked for.
 *
 * @param before what it showed before it was asked
 */
export function isInForce(asked: Legs, before: PositionView | undefined, now: PositionView): boolean {
  const { row } = now;
  if (row === undefined) return false;
  return (['stopLoss', 'takeProfit', 'trailingDistance'] as const).every((leg) => {
    const wanted = asked[leg];
    const shown = row[leg];
    if (wanted === undefined) return true;
    if (wanted === null || shown === undefined) return wanted === null && shown === undefined;
    const distance = new ExactDecimal(shown).minus(wanted).abs();
    // What was rounded to the venue's steps has moved, and lies next to what was asked for.
    const isNear = distance.lte(new ExactDecimal(wanted).mul(STEP_SHARE));
    return distance.isZero() || (isNear && shown !== before?.row?.[leg]);
  });
}
