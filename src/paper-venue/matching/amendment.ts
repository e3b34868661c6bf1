import { ExactDecimal } from '../../domain/decimal';
import type { OrderRecord } from '../book/records';
import type { Instrument } from '../market/instrument';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { readLimitPrice, readQuantity } from './order-request';
import { assertNotional } from './touch';

/** What a client wants an open order to be; absent: as it is. */
export interface OrderChange {
  readonly quantity?: unknown;
  readonly limitPrice?: unknown;
}

/**
 * An open limit order as a client wants it.
 *
 * @param standingPrice the price at which the venue lets a limit stand
 * @throws VenueRefusal 10001 for a change that is none or not possible, 110094, or what standingPrice throws
 */
export function amendedOrder(
  order: OrderRecord,
  { quantity, limitPrice }: OrderChange,
  instrument: Instrument,
  standingPrice: (price: string) => string,
): OrderRecord {
  if (order.limitPrice === undefined) throw invalid('a market order cannot be amended');
  const changed = {
    ...order,
    quantity: quantity === undefined ? order.quantity : readQuantity(quantity, instrument, 'Limit'),
    limitPrice: limitPrice === undefined ? order.limitPrice : standingPrice(readLimitPrice(limitPrice, instrument)),
  };
  if (new ExactDecimal(changed.quantity).lte(order.filledQuantity)) {
    throw invalid('the quantity has to be larger than what filled');
  }
  if (changed.quantity === order.quantity && changed.limitPrice === order.limitPrice) {
    throw invalid('order not modified');
  }
  assertNotional({ instrument, reduceOnly: order.reduceOnly }, new ExactDecimal(changed.quantity), changed.limitPrice);
  return changed;
}

function invalid(message: string): VenueRefusal {
  return new VenueRefusal(RET_CODES.parametersInvalid, message);
}
