import { randomUUID } from 'node:crypto';
import { ExactDecimal } from '../../domain/decimal';
import type { OrderRecord, PositionRecord, Side, StopKind, StopTerms, StopTrouble, TriggerBy } from '../book/records';

/*
 * A position's stops as pure functions: which of them an event makes, changes and removes. The venue keeps at most one stop, one
 * target and one trailing stop for a position, each for all of it.
 */

export const CREATE_TYPES: Readonly<Record<StopKind, string>> = {
  StopLoss: 'CreateByStopLoss',
  TakeProfit: 'CreateByTakeProfit',
  TrailingStop: 'CreateByTrailingStop',
};
/** Of a trailing stop that begins at a price of its own. */
const CREATED_BY_ACTIVATION = 'CreateByTrailingProfit';

export const POSITION_GONE = 'CancelByTpSlTsClear';
export const CANCELLED_BY_USER = 'CancelByUser';

/** When something happens to stops, and where the market stands then. */
export interface StopMoment {
  /** On the venue's clock. */
  readonly atMs: number;
  /** On the machine's clock. */
  readonly steadyMs: number;
  readonly last: string;
  /** The sequence of the next order that is made. */
  readonly nextSequence: number;
}

/** One stop as it is wanted. */
export interface WantedStop {
  readonly kind: StopKind;
  readonly triggerPrice?: string;
  readonly triggerBy: TriggerBy;
  readonly distance?: string;
  readonly parentClientOrderId?: string;
  readonly pair?: string;
  readonly trouble?: StopTrouble;
}

/** What an order's fills did to a position. */
export interface FilledChange {
  /** As it is after them. */
  readonly order: OrderRecord;
  /** Whether nothing of it had filled before. */
  readonly isFirstFill: boolean;
  readonly before: PositionRecord;
  readonly after: PositionRecord;
  /** The stops that wait, without the order itself. */
  readonly stops: readonly OrderRecord[];
}

/**
 * The stops that change with a fill: gone with the position, of another size with it, or as the order brought them.
 * An order brings its stops with its first fill, and again where it opens the position anew; they take the place of those that
 * are there. An order that only makes a position of the other side smaller brings none.
 */
export function stopsAfterFill(change: FilledChange, moment: StopMoment): OrderRecord[] {
  const { order, before, after, stops } = change;
  const isNew = sideOf(before) !== sideOf(after);
  const changed: OrderRecord[] = [];
  const kept: OrderRecord[] = [];
  for (const stop of stops) {
    if (isSetOffBy(order, stop)) changed.push(removedStop(stop, ocoCancelType(stop), moment));
    else if (isNew) changed.push(removedStop(stop, POSITION_GONE, moment));
    else kept.push(resized(stop, after, moment));
  }
  const brings = order.attached !== undefined && order.side === sideOf(after) && (change.isFirstFill || isNew);
  const placed = brings ? placedStops(after, kept, wantedBy(order), moment) : kept;
  const former = new Map(stops.map((stop) => [stop.orderId, stop]));
  return [...changed, ...placed.filter((stop) => stop !== former.get(stop.orderId))];
}

/** The present stops with others put beside them or in their place. One without its former partner is bound to none. */
export function placedStops(
  position: PositionRecord,
  stops: readonly OrderRecord[],
  wanted: readonly WantedStop[],
  moment: StopMoment,
): OrderRecord[] {
  const placed = [...stops];
  let { nextSequence } = moment;
  for (const want of wanted) {
    const index = placed.findIndex(({ stop }) => stop?.kind === want.kind);
    if (index >= 0) placed[index] = rewritten(placed[index]!, want, moment);
    else placed.push(newStop(position, want, { ...moment, nextSequence: nextSequence++ }));
  }
  return placed.map((order) => unbound(order, placed));
}

/** A stop that is no longer there. The venue calls some of them cancelled and some deactivated. */
export function removedStop(order: OrderRecord, cancelType: string, { atMs }: { readonly atMs: number }): OrderRecord {
  const status = order.sequence % 2 === 0 ? 'Cancelled' : 'Deactivated';
  return { ...order, status, cancelType, updatedAtMs: atMs };
}

/** The stops without one that was removed alone. */
export function unbound(order: OrderRecord, all: readonly OrderRecord[]): OrderRecord {
  const { stop } = order;
  if (stop?.pair === undefined) return order;
  const isPaired = all.some((other) => other.orderId !== order.orderId && other.stop?.pair === stop.pair);
  return isPaired ? order : { ...order, stop: { ...stop, pair: undefined } };
}

/** A position after something happened to its stops. */
export function touchedPosition(position: PositionRecord, atMs: number): PositionRecord {
  return { ...position, sequence: (position.sequence ?? 0) + 1, updatedAtMs: atMs };
}

/** undefined: there is none. */
export function sideOf({ size }: PositionRecord): Side | undefined {
  const amount = new ExactDecimal(size);
  if (amount.isZero()) return undefined;
  return amount.isPositive() ? 'Buy' : 'Sell';
}

function wantedBy({ orderId, clientOrderId, attached }: OrderRecord): WantedStop[] {
  if (!attached) return [];
  const { stopLoss, takeProfit, stopTriggerBy, targetTriggerBy, lost = [], trouble } = attached;
  const pair = stopLoss !== undefined && takeProfit !== undefined ? orderId : undefined;
  const common = { parentClientOrderId: clientOrderId, pair, trouble };
  const all: WantedStop[] = [];
  if (stopLoss !== undefined) {
    all.push({ ...common, kind: 'StopLoss', triggerPrice: stopLoss, triggerBy: stopTriggerBy });
  }
  if (takeProfit !== undefined) {
    all.push({ ...common, kind: 'TakeProfit', triggerPrice: takeProfit, triggerBy: targetTriggerBy });
  }
  return all.filter(({ kind }) => !lost.includes(kind));
}

function newStop(position: PositionRecord, want: WantedStop, moment: StopMoment): OrderRecord {
  const { atMs, nextSequence } = moment;
  const isOfActivation = want.kind === 'TrailingStop' && want.triggerPrice !== undefined;
  return {
    sequence: nextSequence,
    orderId: randomUUID(),
    clientOrderId: '',
    symbol: position.symbol,
    side: sideOf(position) === 'Buy' ? 'Sell' : 'Buy',
    type: 'Market',
    timeInForce: 'IOC',
    quantity: sizeOf(position),
    reduceOnly: true,
    status: 'Untriggered',
    filledQuantity: '0',
    filledValue: '0',
    fee: '0',
    createdAtMs: atMs,
    updatedAtMs: atMs,
    createType: isOfActivation ? CREATED_BY_ACTIVATION : CREATE_TYPES[want.kind],
    stop: termsOf(want, moment),
  };
}

function rewritten(order: OrderRecord, want: WantedStop, moment: StopMoment): OrderRecord {
  const parentClientOrderId = want.parentClientOrderId ?? order.stop?.parentClientOrderId;
  return { ...order, stop: termsOf({ ...want, parentClientOrderId }, moment), updatedAtMs: moment.atMs };
}

function termsOf(want: WantedStop, { steadyMs, last }: StopMoment): StopTerms {
  return {
    ...want,
    ...(want.kind === 'TrailingStop' && { isFollowing: want.triggerPrice === undefined }),
    sinceMs: steadyMs,
    lastPriceOnCreated: last,
    parentClientOrderId: want.parentClientOrderId ?? '',
  };
}

function resized(order: OrderRecord, position: PositionRecord, { atMs }: StopMoment): OrderRecord {
  const quantity = sizeOf(position);
  return quantity === order.quantity ? order : { ...order, quantity, updatedAtMs: atMs };
}

function sizeOf({ size }: PositionRecord): string {
  return size.startsWith('-') ? size.slice(1) : size;
}

/** Whether an order is the partner whose being set off removes this one. */
function isSetOffBy({ stop: setOff }: OrderRecord, { stop }: OrderRecord): boolean {
  return setOff?.pair !== undefined && setOff.pair === stop?.pair;
}

function ocoCancelType({ stop }: OrderRecord): string {
  return stop?.kind === 'TakeProfit' ? 'CancelByOCOTpCanceledBySlTriggered' : 'CancelByOCOSlCanceledByTpTriggered';
}
