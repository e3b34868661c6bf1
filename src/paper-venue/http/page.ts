import { type Parameters, text, whole } from './route';

/** The largest time a page may be asked for, milliseconds: far beyond any record. */
const TIME_MAX_MS = 10_000_000_000_000;

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

/** Whether a record belongs to the query's symbol, orderId and orderLinkId; the most exact one given decides. */
export function orderFilter(
  parameters: Parameters,
): (record: { readonly symbol: string; readonly orderId: string; readonly clientOrderId: string }) => boolean {
  const symbol = text(parameters, 'symbol');
  const orderId = text(parameters, 'orderId');
  const clientOrderId = text(parameters, 'orderLinkId');
  return (record) => {
    if (symbol !== undefined && record.symbol !== symbol) return false;
    if (orderId !== undefined) return record.orderId === orderId;
    return clientOrderId === undefined || record.clientOrderId === clientOrderId;
  };
}
