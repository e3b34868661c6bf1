import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, parseDecimal } from '../decimal';
import { roundDistance, roundStop, roundTarget } from '../protection/price-steps';
import type { PositionSide, ProtectionChange } from './types';

/**
 * The same change with prices that the venue takes: each on the symbol's step, rounded the way in which nobody loses more than
 * was meant.
 *
 * @param priceStep a decimal string above zero; otherwise the change stays as it is
 */
export function onSteps(change: ProtectionChange, side: PositionSide, priceStep: string): ProtectionChange {
  const step = parseDecimal(priceStep);
  if (step === undefined || step.isZero()) return change;
  const { stopLoss, takeProfit, trailingDistance } = change;
  const rounded = {
    stopLoss: leg(stopLoss, (price) => roundStop(side, price, step)),
    takeProfit: leg(takeProfit, (price) => roundTarget(side, price, step)),
    // None at all would be another wish.
    trailingDistance: leg(trailingDistance, (distance) => ExactDecimal.max(step, roundDistance(distance, step))),
  };
  const named = Object.entries(rounded).filter(([, value]) => value !== undefined);
  return { ...change, ...Object.fromEntries(named) };
}

function leg(text: string | null | undefined, round: (value: Decimal) => Decimal): string | null | undefined {
  const value = parseDecimal(text);
  return value === undefined ? text : formatDecimal(round(value));
}
