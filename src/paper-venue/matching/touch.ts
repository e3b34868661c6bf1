import type { Decimal } from 'decimal.js';
import { ExactDecimal } from '../../domain/decimal';
import type { OrderRecord } from '../book/records';
import type { Instrument } from '../market/instrument';
import type { Quote } from '../market/price-feed';
import { RET_CODES, VenueRefusal } from '../ret-codes';

/** The price at which an order of this side takes. */
export function touchFor(side: OrderRecord['side'], quote: Quote): string {
  return side === 'Buy' ? quote.ask : quote.bid;
}

/** A market order always crosses. */
export function crosses(side: OrderRecord['side'], limitPrice: string | undefined, touch: string): boolean {
  if (limitPrice === undefined) return true;
  const limit = new ExactDecimal(limitPrice);
  return side === 'Buy' ? limit.gte(touch) : limit.lte(touch);
}

/** @throws VenueRefusal 110094 for an order of too little value; what only reduces may have any */
export function assertNotional(
  { instrument, reduceOnly }: { readonly instrument: Instrument; readonly reduceOnly: boolean },
  quantity: Decimal,
  price: string,
): void {
  if (reduceOnly || quantity.mul(price).gte(instrument.notionalMin)) return;
  throw new VenueRefusal(
    RET_CODES.notionalBelowMinimum,
    `Order does not meet minimum order value ${instrument.notionalMin}${instrument.settle}`,
  );
}
