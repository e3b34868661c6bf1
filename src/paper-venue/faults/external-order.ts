import { randomUUID } from 'node:crypto';
import { ExactDecimal } from '../../domain/decimal';
import type { VenueCore } from '../http/route';
import type { Instrument } from '../market/instrument';
import { RET_CODES, VenueRefusal } from '../ret-codes';

/** Client ids of orders that a fault plan places begin so. */
export const EXTERNAL_ORDER_PREFIX = 'external-';

/** What an account without funds, or a market that stands still, refuses such orders for. */
export const UNPLACEABLE: ReadonlySet<number> = new Set([
  RET_CODES.balanceInsufficient,
  RET_CODES.tradingNotAllowed,
  RET_CODES.contractNotLive,
  RET_CODES.delisting,
]);

/** Somebody trades on the same account by hand: a small market order that no client here sent. */
export function placeExternalOrder({ engine, feed, clock }: VenueCore, variant: number): void {
  const instruments = [...feed.instruments.values()];
  const instrument = instruments[variant % instruments.length]!;
  const { ask } = feed.quote(instrument.symbol, clock.steadyNowMs());
  try {
    engine.place(
      {
        clientOrderId: `${EXTERNAL_ORDER_PREFIX}${randomUUID().slice(0, 18)}`,
        instrument,
        side: variant % 2 === 0 ? 'Buy' : 'Sell',
        type: 'Market',
        timeInForce: 'IOC',
        quantity: smallestQuantity(instrument, ask),
        reduceOnly: false,
      },
      { external: true },
    );
  } catch (error) {
    // An account without funds has no external orders either, nor has a market that stands still.
    if (error instanceof VenueRefusal && UNPLACEABLE.has(error.retCode)) return;
    throw error;
  }
}

/** Of the least value that a venue takes, and a half more. */
export function smallestQuantity(instrument: Instrument, price: string): string {
  const step = instrument.quantityStep;
  const forNotional = new ExactDecimal(instrument.notionalMin).mul(1.5).div(price).div(step).ceil().mul(step);
  return ExactDecimal.max(forNotional, instrument.quantityMin).toFixed();
}
