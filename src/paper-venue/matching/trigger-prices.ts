import { Decimal } from 'decimal.js';
import { ExactDecimal, parseDecimal } from '../../domain/decimal';
import type { AttachedStops, Side, TriggerBy } from '../book/records';
import type { Instrument } from '../market/instrument';
import type { Quote } from '../market/price-feed';
import { RET_CODES, VenueRefusal } from '../ret-codes';

const TRIGGERS = ['LastPrice', 'MarkPrice', 'IndexPrice'] as const;
const DEFAULT_TRIGGER: TriggerBy = 'LastPrice';

/** Digits after the point of the numbers in a refusal, which are whole; more for prices that have more. */
const REFUSAL_DECIMALS = 4;
const REFUSAL_DECIMALS_FINE = 8;

type Fields = Readonly<Record<string, unknown>>;

/** @throws VenueRefusal 10001 for what is no price of the instrument */
export function readTriggerPrice(value: unknown, name: string, { priceStep }: Instrument): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const price = parseDecimal(value);
  if (!price || price.isNegative() || !price.mod(priceStep).isZero()) throw invalid(`params error: ${name} invalid`);
  return price.toFixed();
}

/** @returns undefined where nothing is asked. @throws VenueRefusal 10001 */
export function readTriggerBy(value: unknown, name: string): TriggerBy | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const known = TRIGGERS.find((trigger) => trigger === value);
  if (!known) throw invalid(`params error: ${name} invalid`);
  return known;
}

/** Stops guard the whole position and close it by market. @throws VenueRefusal 10001 for any other form of them */
export function assertFullMode(fields: Fields): void {
  const mode = fields['tpslMode'];
  const isUnnamed = mode === undefined || mode === null || mode === '';
  for (const name of ['tpOrderType', 'slOrderType']) {
    const type = fields[name];
    if (type === undefined || type === null || type === '') continue;
    if (isUnnamed) throw invalid(`${name} can not have a value when tpSlMode is empty`);
    if (type === 'Limit') throw invalid(`params error: the paper venue does not support ${name} Limit`);
    if (type !== 'Market') throw invalid(`params error: ${name} invalid`);
  }
  if (mode === 'Partial') throw invalid('params error: the paper venue does not support tpslMode Partial');
  if (!isUnnamed && mode !== 'Full') throw invalid('params error: tpslMode invalid');
}

/**
 * The stops that come with a new order.
 *
 * @returns undefined where it brings none
 * @throws VenueRefusal 10001 for another form of them, or with an order that only reduces
 */
export function readAttached(body: Fields, instrument: Instrument, reduceOnly: boolean): AttachedStops | undefined {
  assertFullMode(body);
  const stopLoss = nonZero(readTriggerPrice(body['stopLoss'], 'StopLoss', instrument));
  const takeProfit = nonZero(readTriggerPrice(body['takeProfit'], 'TakeProfit', instrument));
  const stopTriggerBy = readTriggerBy(body['slTriggerBy'], 'SlTriggerBy') ?? DEFAULT_TRIGGER;
  const targetTriggerBy = readTriggerBy(body['tpTriggerBy'], 'TpTriggerBy') ?? DEFAULT_TRIGGER;
  if (stopLoss === undefined && takeProfit === undefined) return undefined;
  if (reduceOnly) throw invalid('params error: take profit and stop loss cannot be set with reduceOnly');
  return { stopLoss, takeProfit, stopTriggerBy, targetTriggerBy };
}

function nonZero(price: string | undefined): string | undefined {
  return price === '0' ? undefined : price;
}

/** The index price is the last price: there is no other market here. */
export function triggerPriceNow(quote: Quote, by: TriggerBy): string {
  return by === 'MarkPrice' ? quote.mark : quote.last;
}

/**
 * @param side of the position
 * @param base what the stop is compared with, by its trigger
 * @throws VenueRefusal 10001 for a stop that would be set off at once
 */
export function assertStopLoss(side: Side, price: string, base: string, by: TriggerBy): void {
  const isFine = side === 'Buy' ? new ExactDecimal(price).lt(base) : new ExactDecimal(price).gt(base);
  if (!isFine) throw passed('StopLoss', price, side, side === 'Buy' ? 'lower than' : 'greater', base, by);
}

/** The same for a target. @throws VenueRefusal 10001 */
export function assertTakeProfit(side: Side, price: string, base: string, by: TriggerBy): void {
  const isFine = side === 'Buy' ? new ExactDecimal(price).gt(base) : new ExactDecimal(price).lt(base);
  if (!isFine) throw passed('TakeProfit', price, side, side === 'Buy' ? 'be higher than' : 'lower than', base, by);
}

/** The venue's own words, its scaled numbers included. */
function passed(what: string, price: string, side: Side, should: string, base: string, by: TriggerBy): VenueRefusal {
  const decimals = Math.max(...[price, base].map((text) => new Decimal(text).decimalPlaces()));
  const digits = decimals <= REFUSAL_DECIMALS ? REFUSAL_DECIMALS : REFUSAL_DECIMALS_FINE;
  const [scaled, scaledBase] = [price, base].map((text) => new ExactDecimal(text).mul(10 ** digits).toFixed(0));
  return invalid(`${what}:${scaled} set for ${side} position should ${should} base_price:${scaledBase}??${by}`);
}

export function invalid(message: string): VenueRefusal {
  return new VenueRefusal(RET_CODES.parametersInvalid, message);
}
