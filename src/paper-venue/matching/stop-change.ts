import { ExactDecimal } from '../../domain/decimal';
import type { OrderRecord, PositionRecord, Side, StopKind, TriggerBy } from '../book/records';
import type { Instrument } from '../market/instrument';
import type { Quote } from '../market/price-feed';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import {
  CANCELLED_BY_USER,
  placedStops,
  removedStop,
  sideOf,
  type StopMoment,
  unbound,
  type WantedStop,
} from './stop-orders';
import {
  assertFullMode,
  assertStopLoss,
  assertTakeProfit,
  invalid,
  readTriggerBy,
  readTriggerPrice,
  triggerPriceNow,
} from './trigger-prices';

const DEFAULT_TRIGGER: TriggerBy = 'LastPrice';

/** What a client wants of a position's stops. Zero removes one; absent: it stays as it is. */
export interface StopChange {
  readonly stopLoss?: string;
  readonly takeProfit?: string;
  readonly trailingStop?: string;
  readonly activePrice?: string;
  readonly stopTriggerBy?: TriggerBy;
  readonly targetTriggerBy?: TriggerBy;
}

/** @throws VenueRefusal 10001 */
export function readStopChange(body: Readonly<Record<string, unknown>>, instrument: Instrument): StopChange {
  assertFullMode(body);
  const price = (field: string, name: string): string | undefined => readTriggerPrice(body[field], name, instrument);
  const activePrice = price('activePrice', 'ActivePrice');
  return {
    stopLoss: price('stopLoss', 'StopLoss'),
    takeProfit: price('takeProfit', 'TakeProfit'),
    trailingStop: price('trailingStop', 'TrailingStop'),
    ...(activePrice !== '0' && { activePrice }),
    stopTriggerBy: readTriggerBy(body['slTriggerBy'], 'SlTriggerBy'),
    targetTriggerBy: readTriggerBy(body['tpTriggerBy'], 'TpTriggerBy'),
  };
}

/**
 * The stops that a change makes, rewrites and removes.
 *
 * @param stops all that wait in the symbol
 * @throws VenueRefusal 10001 for a position that is none or a price that has passed, 34040 where nothing changes
 */
export function changedStops(
  position: PositionRecord,
  stops: readonly OrderRecord[],
  change: StopChange,
  quote: Quote,
  moment: StopMoment,
): OrderRecord[] {
  const side = sideOf(position);
  if (side === undefined) throw invalid('can not set tp/sl/ts for zero position');
  const present = (kind: StopKind): OrderRecord | undefined => stops.find(({ stop }) => stop?.kind === kind);
  const legs = [
    { kind: 'StopLoss' as const, price: change.stopLoss, by: change.stopTriggerBy, judge: assertStopLoss },
    { kind: 'TakeProfit' as const, price: change.takeProfit, by: change.targetTriggerBy, judge: assertTakeProfit },
  ];
  const wanted: WantedStop[] = [];
  const removed: OrderRecord[] = [];
  for (const { kind, price, by, judge } of legs) {
    const former = present(kind);
    if (price === '0' && former) removed.push(former);
    if (price === undefined || price === '0') continue;
    const triggerBy = by ?? former?.stop?.triggerBy ?? DEFAULT_TRIGGER;
    if (isSame(former, { triggerPrice: price, triggerBy })) continue;
    judge(side, price, triggerPriceNow(quote, triggerBy), triggerBy);
    wanted.push({ kind, triggerPrice: price, triggerBy });
  }
  const trailing = present('TrailingStop');
  if (change.trailingStop === '0' && trailing) removed.push(trailing);
  const wantedTrailing = trailingWanted(side, trailing, change, quote);
  if (wantedTrailing) wanted.push(wantedTrailing);
  if (wanted.length === 0 && removed.length === 0) throw new VenueRefusal(RET_CODES.notModified, 'not modified');
  return applied(position, stops, { wanted, removed }, moment);
}

/** Both legs in one change stay what they were to each other; one alone leaves its partner. */
function applied(
  position: PositionRecord,
  stops: readonly OrderRecord[],
  { wanted, removed }: { readonly wanted: readonly WantedStop[]; readonly removed: readonly OrderRecord[] },
  moment: StopMoment,
): OrderRecord[] {
  const kept = stops.filter((stop) => !removed.includes(stop));
  const pairs = wanted.filter(({ kind }) => kind !== 'TrailingStop');
  const pair = pairs.length === 2 ? kept.find(({ stop }) => stop?.pair !== undefined)?.stop?.pair : undefined;
  const bound = wanted.map((want) => (want.kind === 'TrailingStop' ? want : { ...want, pair }));
  const placed = placedStops(position, kept, bound, moment).map((order, _, all) => unbound(order, all));
  const ended = removed.map((order) => removedStop(order, CANCELLED_BY_USER, moment));
  return [...ended, ...placed.filter((order) => !stops.includes(order))];
}

/** @throws VenueRefusal 10001 */
function trailingWanted(
  side: Side,
  former: OrderRecord | undefined,
  { trailingStop: distance, activePrice }: StopChange,
  quote: Quote,
): WantedStop | undefined {
  if (distance === '0') return undefined;
  if (distance === undefined && activePrice === undefined) return undefined;
  const wanted = distance ?? former?.stop?.distance;
  if (wanted === undefined) throw invalid('params error: TrailingStop is required with ActivePrice');
  if (new ExactDecimal(wanted).gte(quote.last)) throw invalid('params error: TrailingStop invalid');
  const triggerPrice = activePrice ?? former?.stop?.triggerPrice;
  if (former?.stop?.distance === wanted && former.stop.triggerPrice === triggerPrice) return undefined;
  if (activePrice !== undefined) assertActive(side, activePrice, quote.last);
  // What follows already goes on to follow, from here.
  const begins = former?.stop?.isFollowing && activePrice === undefined ? undefined : triggerPrice;
  return { kind: 'TrailingStop', triggerBy: 'LastPrice', distance: wanted, triggerPrice: begins };
}

function assertActive(side: Side, activePrice: string, last: string): void {
  const price = new ExactDecimal(activePrice);
  if (side === 'Buy' ? price.gt(last) : price.lt(last)) return;
  throw invalid(
    `TrailingProfit:${activePrice} set for ${side} position should ${side === 'Buy' ? 'greater' : 'lower'} than base_price:${last}`,
  );
}

function isSame(
  order: OrderRecord | undefined,
  terms: { readonly triggerPrice: string; readonly triggerBy: TriggerBy },
): boolean {
  return order?.stop?.triggerPrice === terms.triggerPrice && order.stop.triggerBy === terms.triggerBy;
}
