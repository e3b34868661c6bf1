import type { Decimal } from 'decimal.js';
import { ExactDecimal } from '../../domain/decimal';
import type { Book } from '../book/book';
import { isOpen, type PositionRecord, type Side } from '../book/records';
import { riskTiers, tierOf, valueMaxAt } from '../liquidation/risk-tiers';
import type { Instrument } from '../market/instrument';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import type { Draft } from './draft';

/** @throws VenueRefusal 110013 for a leverage that the tier of what is open does not allow */
export function assertLeverageFits(
  instrument: Instrument,
  { size }: PositionRecord,
  leverage: Decimal,
  mark: string,
): void {
  const value = new ExactDecimal(size).abs().mul(mark);
  const { leverageMax } = tierOf(riskTiers(instrument), value);
  if (leverage.lte(leverageMax)) return;
  throw new VenueRefusal(RET_CODES.leverageBeyondRiskLimit, 'cannot set leverage due to risk limit level');
}

/**
 * What is open and what rests on the side of an order may be worth as much as the leverage allows.
 *
 * @throws VenueRefusal 110090
 */
export function assertWithinRiskLimit(instrument: Instrument, draft: Draft, book: Book): void {
  const { order, position } = draft;
  const others = [...book.orders.openOrders(order.symbol)].filter(({ orderId }) => orderId !== order.orderId);
  const resting = [...others, ...(isOpen(order) ? [order] : [])].filter(
    ({ side, reduceOnly }) => side === order.side && !reduceOnly,
  );
  const restingValue = resting.reduce((sum, { quantity, filledQuantity, limitPrice }) => {
    return sum.plus(new ExactDecimal(quantity).minus(filledQuantity).mul(limitPrice ?? '0'));
  }, new ExactDecimal(0));
  const value = isOnSide(position, order.side) ? restingValue.plus(position.entryValue) : restingValue;
  const valueMax = valueMaxAt(riskTiers(instrument), position.leverage);
  if (value.lte(valueMax)) return;
  throw new VenueRefusal(
    RET_CODES.positionBeyondRiskLimit,
    'Order placement failed as your position may exceed the max limit. Please adjust your leverage to increase the max. position limit.',
  );
}

function isOnSide({ size }: PositionRecord, side: Side): boolean {
  return size !== '0' && size.startsWith('-') === (side === 'Sell');
}
