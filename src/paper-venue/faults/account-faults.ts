import { Decimal } from 'decimal.js';
import { ExactDecimal } from '../../domain/decimal';
import type { PositionRecord } from '../book/records';
import { addByHand, closeByHand } from '../http/position-controls';
import type { VenueCore } from '../http/route';
import type { Instrument } from '../market/instrument';
import { VenueRefusal } from '../ret-codes';
import { smallestQuantity, UNPLACEABLE } from './external-order';
import type { FaultDetails } from './fault-classes';

/** What a fault plan lets happen to the account's positions. */
export type AccountFault = 'liquidation' | 'adl' | 'manual_close' | 'manual_add';

/** Of so many of these one is of a part of the position: the variant decides. */
const PART_OF_SO_MANY = 2;

/**
 * Lets it happen to the position of a symbol, or to one of those that are open. Where nothing is open, nothing happens.
 *
 * @param symbol the one that the request is about; absent: the variant chooses
 */
export function befallAccount(
  core: VenueCore,
  fault: AccountFault,
  symbol: string | undefined,
  { share, variant }: FaultDetails,
): void {
  const position = chosen(core, symbol, variant);
  const instrument = position && core.feed.instruments.get(position.symbol);
  if (!position || !instrument) return;
  const part = variant % PART_OF_SO_MANY === 0 ? undefined : partOf(position, instrument, share);
  try {
    befall(core, fault, instrument, part);
  } catch (error) {
    if (error instanceof VenueRefusal && UNPLACEABLE.has(error.retCode)) return;
    throw error;
  }
}

function befall(core: VenueCore, fault: AccountFault, instrument: Instrument, part: Decimal | undefined): void {
  const { symbol } = instrument;
  const { liquidator } = core.keeper;
  switch (fault) {
    case 'liquidation':
      liquidator.liquidate(symbol);
      return;
    case 'adl':
      liquidator.deleverage(symbol, part);
      return;
    case 'manual_close':
      closeByHand(core, symbol, part?.toFixed());
      return;
    case 'manual_add':
      addByHand(core, symbol, smallestQuantity(instrument, core.feed.quote(symbol, core.clock.steadyNowMs()).ask));
  }
}

function chosen({ book, feed }: VenueCore, symbol: string | undefined, variant: number): PositionRecord | undefined {
  const open = [...book.positions].filter(
    (position) =>
      position.size !== '0' &&
      feed.instruments.has(position.symbol) &&
      (symbol === undefined || position.symbol === symbol),
  );
  return open[variant % open.length];
}

/** At least one step of quantity. */
function partOf({ size }: PositionRecord, { quantityStep }: Instrument, share: number): Decimal {
  const steps = new ExactDecimal(size).abs().mul(share).div(quantityStep).floor();
  return Decimal.max(steps, 1).mul(quantityStep);
}
