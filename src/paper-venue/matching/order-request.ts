import { parseDecimal } from '../../domain/decimal';
import type { AttachedStops, OrderRecord, Side } from '../book/records';
import type { Instrument } from '../market/instrument';
import { invalid, readAttached } from './trigger-prices';

const CLIENT_ORDER_ID = /^[A-Za-z0-9_-]{1,36}$/;

const TIMES_IN_FORCE = ['GTC', 'IOC', 'FOK', 'PostOnly'] as const;

/** An order whose form is valid for its instrument. */
export interface NewOrder {
  readonly clientOrderId: string;
  readonly instrument: Instrument;
  readonly side: Side;
  readonly type: 'Market' | 'Limit';
  readonly timeInForce: OrderRecord['timeInForce'];
  readonly quantity: string;
  readonly limitPrice?: string;
  readonly reduceOnly: boolean;
  /** Absent: it brings no stops. */
  readonly attached?: AttachedStops;
}

/**
 * Reads the body of an order request.
 *
 * @throws VenueRefusal 10001 for whatever does not depend on prices or funds
 */
export function parseNewOrder(
  body: Readonly<Record<string, unknown>>,
  instruments: ReadonlyMap<string, Instrument>,
): NewOrder {
  if (body['category'] !== 'linear') throw invalid('params error: category only supports linear');
  const instrument = instruments.get(String(body['symbol']));
  if (!instrument) throw invalid(`params error: symbol invalid ${String(body['symbol'])}`);
  const side = body['side'];
  if (side !== 'Buy' && side !== 'Sell') throw invalid('Side invalid');
  const type = body['orderType'];
  if (type !== 'Market' && type !== 'Limit') throw invalid('OrderType invalid');
  const positionIndex = body['positionIdx'];
  if (positionIndex !== undefined && Number(positionIndex) !== 0) throw invalid('position idx not match position mode');
  const reduceOnly = body['reduceOnly'] === true || body['reduceOnly'] === 'true';
  const attached = readAttached(body, instrument, reduceOnly);
  return {
    clientOrderId: clientOrderId(body['orderLinkId']),
    instrument,
    side,
    type,
    timeInForce: type === 'Market' ? 'IOC' : timeInForce(body['timeInForce']),
    quantity: readQuantity(body['qty'], instrument, type),
    ...(type === 'Limit' && { limitPrice: readLimitPrice(body['price'], instrument) }),
    reduceOnly,
    ...(attached && { attached }),
  };
}

function clientOrderId(value: unknown): string {
  if (value === undefined || value === '') return '';
  if (typeof value !== 'string' || !CLIENT_ORDER_ID.test(value)) throw invalid('params error: OrderLinkId invalid');
  return value;
}

function timeInForce(value: unknown): OrderRecord['timeInForce'] {
  if (value === undefined || value === '') return 'GTC';
  const known = TIMES_IN_FORCE.find((candidate) => candidate === value);
  if (!known) throw invalid('params error: TimeInForce invalid');
  return known;
}

/** @throws VenueRefusal 10001 */
export function readQuantity(value: unknown, instrument: Instrument, type: 'Market' | 'Limit'): string {
  const amount = parseDecimal(value);
  if (!amount || amount.isZero()) throw invalid('Qty invalid');
  if (amount.lt(instrument.quantityMin)) throw invalid('The number of contracts exceeds minimum limit allowed');
  if (amount.gt(type === 'Market' ? instrument.marketQuantityMax : instrument.quantityMax)) {
    throw invalid('The number of contracts exceeds maximum limit allowed');
  }
  if (!amount.mod(instrument.quantityStep).isZero()) throw invalid('Qty invalid');
  return amount.toFixed();
}

/** @throws VenueRefusal 10001 */
export function readLimitPrice(value: unknown, instrument: Instrument): string {
  const price = parseDecimal(value);
  if (!price || price.isZero() || !price.mod(instrument.priceStep).isZero()) throw invalid('Price invalid');
  return price.toFixed();
}
