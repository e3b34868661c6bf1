import type { OrderRecord } from '../book/records';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import { type Parameters, text, type VenueCore, whole } from './route';

/** The largest time a page may be asked for, milliseconds: far beyond any record. */
export const TIME_MAX_MS = 10_000_000_000_000;

/** One of these has to name the markets of a query of orders. */
export const MARKETS = ['symbol', 'baseCoin', 'settleCoin'] as const;

interface Sequenced {
  readonly sequence: number;
}

export interface Page<Row extends Sequenced> {
  readonly rows: readonly Row[];
  /** Empty on the last page. */
  readonly nextPageCursor: string;
}

/**
 * One page of records that come newest first. The cursor is the sequence of the last row, so pages stay right while
 * records are added.
 *
 * @throws VenueRefusal 10001 for a limit or cursor out of range
 */
export function takePage<Row extends Sequenced>(
  records: Iterable<Row>,
  parameters: Parameters,
  limits: { readonly defaultLimit: number; readonly limitMax: number },
  matches: (row: Row) => boolean,
): Page<Row> {
  const limit = whole(parameters, 'limit', 1, limits.limitMax) ?? limits.defaultLimit;
  const before = whole(parameters, 'cursor', 1, Number.MAX_SAFE_INTEGER);
  const rows: Row[] = [];
  for (const record of records) {
    if ((before !== undefined && record.sequence >= before) || !matches(record)) continue;
    if (rows.length === limit) return { rows, nextPageCursor: String(rows.at(-1)!.sequence) };
    rows.push(record);
  }
  return { rows, nextPageCursor: '' };
}

/** Whether an instant lies within the query's startTime and endTime, both inclusive. */
export function timeFilter(parameters: Parameters): (atMs: number) => boolean {
  const startMs = whole(parameters, 'startTime', 0, TIME_MAX_MS) ?? 0;
  const endMs = whole(parameters, 'endTime', 0, TIME_MAX_MS) ?? Number.POSITIVE_INFINITY;
  return (atMs) => atMs >= startMs && atMs <= endMs;
}

/** What one query of the past covers at most, and where it names no times. */
export const PAST_WINDOW_MS = 7 * 86_400_000;
/** How long an order that ended without a fill is told of. */
const UNFILLED_KEPT_MS = 86_400_000;

/**
 * Whether an instant lies within what a query of the past asks for: as the venue documents it, a window of so long at most,
 * which reaches back from now where the query names neither end, and from the one that it names otherwise.
 *
 * @param unnamedMs how far it reaches back where the query names neither end
 * @throws VenueRefusal 10001 for a longer window
 */
export function pastFilter(
  { clock, keepsAll }: Pick<VenueCore, 'clock' | 'keepsAll'>,
  parameters: Parameters,
  windowMs = PAST_WINDOW_MS,
  unnamedMs = windowMs,
): (atMs: number) => boolean {
  if (keepsAll) return timeFilter(parameters);
  const startMs = whole(parameters, 'startTime', 0, TIME_MAX_MS);
  const endMs = whole(parameters, 'endTime', 0, TIME_MAX_MS);
  if (startMs !== undefined && endMs !== undefined && endMs - startMs > windowMs) {
    throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: the time range is too large');
  }
  const lastMs = endMs ?? (startMs === undefined ? clock.nowMs() : startMs + windowMs);
  const firstMs = startMs ?? lastMs - (endMs === undefined ? unnamedMs : windowMs);
  return (atMs) => atMs >= firstMs && atMs <= lastMs;
}

/** Whether the venue still tells of an order that has ended. */
export function isKept({ clock, keepsAll }: Pick<VenueCore, 'clock' | 'keepsAll'>, order: OrderRecord): boolean {
  return keepsAll || order.filledQuantity !== '0' || clock.nowMs() - order.updatedAtMs <= UNFILLED_KEPT_MS;
}

/** The kinds that the paper venue has: plain orders, and the stops of positions. */
const PLAIN_ORDERS = 'Order';
const STOP_ORDERS = 'StopOrder';
/** Kinds of orders that the venue knows besides, and the paper venue has none of. */
const OTHER_ORDER_KINDS: ReadonlySet<string> = new Set(['tpslOrder', 'OcoOrder', 'BidirectionalTpslOrder']);

interface OfOrder {
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  /** Of orders. */
  readonly stop?: object;
  /** Of fills. */
  readonly stopOrderType?: string;
}

/**
 * Whether an order or fill is of the kind that a query names; of all kinds where it names none, as on the venue.
 *
 * @throws VenueRefusal 10001 for a kind that the venue does not know
 */
export function kindFilter(
  parameters: Parameters,
): (record: { readonly stop?: object; readonly stopOrderType?: string }) => boolean {
  const kind = text(parameters, 'orderFilter');
  if (kind !== undefined && kind !== PLAIN_ORDERS && kind !== STOP_ORDERS && !OTHER_ORDER_KINDS.has(kind)) {
    throw new VenueRefusal(RET_CODES.parametersInvalid, 'params error: orderFilter invalid');
  }
  return ({ stop, stopOrderType }) => {
    const isStop = stop !== undefined || stopOrderType !== undefined;
    return kind === undefined || kind === (isStop ? STOP_ORDERS : PLAIN_ORDERS);
  };
}

/**
 * Whether a record belongs to the query's markets, kind, orderId and orderLinkId; of the ids the most exact one given
 * decides.
 *
 * @throws VenueRefusal 10001 for a kind that the venue does not know
 */
export function orderFilter(core: VenueCore, parameters: Parameters): (record: OfOrder) => boolean {
  const orderId = text(parameters, 'orderId');
  const clientOrderId = text(parameters, 'orderLinkId');
  const matchesKind = kindFilter(parameters);
  const matchesMarket = marketFilter(core, parameters);
  return (record) => {
    if (!matchesKind(record) || !matchesMarket(record)) return false;
    if (orderId !== undefined) return record.orderId === orderId;
    return clientOrderId === undefined || record.clientOrderId === clientOrderId;
  };
}

/** Whether a record belongs to the query's symbol, baseCoin and settleCoin. */
export function marketFilter(
  { settle }: Pick<VenueCore, 'settle'>,
  parameters: Parameters,
): (record: { readonly symbol: string }) => boolean {
  const wantedSymbol = text(parameters, 'symbol');
  const baseCoin = text(parameters, 'baseCoin');
  const settleCoin = text(parameters, 'settleCoin');
  if (settleCoin !== undefined && settleCoin !== settle) return () => false;
  return ({ symbol }) =>
    (wantedSymbol === undefined || symbol === wantedSymbol) &&
    (baseCoin === undefined || symbol === `${baseCoin}${settle}`);
}

/** One page of a list that has no order of its own: the cursor counts from its end. */
export function takeListPage<Item>(
  items: readonly Item[],
  parameters: Parameters,
  limits: { readonly defaultLimit: number; readonly limitMax: number },
): { readonly items: readonly Item[]; readonly nextPageCursor: string } {
  const numbered = items.map((item, index) => ({ item, sequence: items.length - index }));
  const { rows, nextPageCursor } = takePage(numbered, parameters, limits, () => true);
  return { items: rows.map(({ item }) => item), nextPageCursor };
}
