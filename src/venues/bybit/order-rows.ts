import type { Decimal } from 'decimal.js';
import { formatDecimal, parseDecimal, parseSignedDecimal, ZERO } from '../../domain/decimal';
import type { VenueOrder } from '../../domain/market';
import { parseOrder } from './parse';
import { orderRow } from './payloads';
import type { OrderRow } from './payloads';
import { faultOf, nameOf, RowFault } from './rows';

/** A second order of an id is refused after it was acknowledged, and leaves a row of its own beside the first one's. */
const DUPLICATE_REASON = 'EC_DuplicatedClOrdID';
/** An order that another one took the place of: what it did not fill is in that one. */
const REPLACED_REASON = 'EC_CancelReplaceOrder';
/** Digits after the point of an average over several rows; prices have fewer. */
const AVERAGE_DECIMALS = 12;

/** Whose rows are looked for. */
export interface RowsOf {
  readonly clientOrderId: string;
  readonly symbol: string;
  /** See parseOrder. */
  readonly feeAsset: string;
  readonly answeredAtMs: number;
}

/**
 * What rows say of one client id.
 *
 * - none: there are none
 * - taken: only refusals of second orders, so that there is a first one, which is not among them
 * - order: what the rows come to together. `parts`: the orders at the venue that share the id; more than one where the venue
 *   split a reducing order, or replaced it
 */
export type RowsReading =
  | { readonly status: 'none' | 'taken' }
  | { readonly status: 'order'; readonly order: VenueOrder; readonly parts: number };

/**
 * Reads the answer to a query by client id.
 *
 * @throws RowFault when it holds anything but readable rows of this order: a venue that ignores the filter answers with the
 *   account's other orders, and proves nothing about ours
 */
export function readRowsOf(candidates: readonly unknown[], about: RowsOf): RowsReading {
  const rows = candidates.map((candidate) => {
    const isAsked =
      nameOf(candidate, 'orderLinkId') === about.clientOrderId && nameOf(candidate, 'symbol') === about.symbol;
    if (!isAsked)
      throw new RowFault('The venue answered the look-up with something else than the one order asked for.');
    const row = orderRow.safeParse(candidate);
    if (row.success) return row.data;
    throw new RowFault(`The venue answered the look-up with a row that cannot be read (${faultOf(row.error)}).`);
  });
  return joinRows(rows, about.feeAsset, about.answeredAtMs);
}

/**
 * The final orders of a list that each have one row there, or several of the same order. The others are left out: nothing
 * says that a list shows all parts of an order, or its first one.
 *
 * @param symbols only of these
 */
export function plainOrders(
  candidates: readonly unknown[],
  { symbols, feeAsset, answeredAtMs }: Pick<RowsOf, 'feeAsset' | 'answeredAtMs'> & { symbols: ReadonlySet<string> },
): readonly VenueOrder[] {
  const byClientId = new Map<string, OrderRow[]>();
  for (const candidate of candidates) {
    const row = orderRow.safeParse(candidate);
    if (!row.success || row.data.orderLinkId === '' || !symbols.has(row.data.symbol)) continue;
    byClientId.set(row.data.orderLinkId, [...(byClientId.get(row.data.orderLinkId) ?? []), row.data]);
  }
  return [...byClientId.values()].flatMap((rows) => {
    if (rows.some(isDuplicate)) return [];
    const reading = joinRows(rows, feeAsset, answeredAtMs);
    return reading.status === 'order' && reading.parts === 1 ? [reading.order] : [];
  });
}

function joinRows(rows: readonly OrderRow[], feeAsset: string, answeredAtMs: number): RowsReading {
  if (rows.length === 0) return { status: 'none' };
  const newest = new Map<string, OrderRow>();
  for (const row of rows.filter((one) => !isDuplicate(one))) {
    const before = newest.get(row.orderId);
    newest.set(row.orderId, before === undefined ? row : laterOf(before, row, answeredAtMs));
  }
  const [first, ...others] = partsOf([...newest.values()], feeAsset, answeredAtMs);
  if (first === undefined) return { status: 'taken' };
  return { status: 'order', order: others.reduce(join, first), parts: newest.size };
}

/** The orders that make up one of ours, the oldest first: of one that was replaced only what it filled, the rest is its successor's. */
function partsOf(rows: readonly OrderRow[], feeAsset: string, answeredAtMs: number): readonly VenueOrder[] {
  const orders = rows.map((row) => ({ order: parseOrder(row, feeAsset, answeredAtMs), row }));
  const hasSuccessor = rows.some(({ rejectReason }) => rejectReason !== REPLACED_REASON);
  const parts = orders.flatMap(({ order, row }) => {
    if (!hasSuccessor || row.rejectReason !== REPLACED_REASON) return [order];
    const { filledQuantity: quantity } = order;
    return quantity === '0' ? [] : [{ ...order, quantity, status: 'filled' as const }];
  });
  return parts.toSorted((one, other) => one.createdAtMs - other.createdAtMs);
}

function isDuplicate({ rejectReason, cumExecQty }: OrderRow): boolean {
  return rejectReason === DUPLICATE_REASON && !(parseDecimal(cumExecQty)?.greaterThan(0) ?? false);
}

/** Of two rows of one order the one that tells more: fills are never taken back. */
function laterOf(one: OrderRow, other: OrderRow, answeredAtMs: number): OrderRow {
  const filled = (row: OrderRow) => parseDecimal(row.cumExecQty) ?? ZERO;
  const byFills = filled(other).comparedTo(filled(one));
  if (byFills !== 0) return byFills > 0 ? other : one;
  const atMs = (row: OrderRow) => row.updatedTime ?? answeredAtMs;
  return atMs(other) > atMs(one) ? other : one;
}

/** Two orders of one id as one: open as long as one of them is, filled when both are. */
function join(one: VenueOrder, other: VenueOrder): VenueOrder {
  const notFilled = [one, other].find(({ status }) => status !== 'filled');
  const filled = exact(one.filledQuantity).plus(exact(other.filledQuantity));
  return {
    ...one,
    status: joinedStatus(one, other),
    quantity: one.quantity === '' || other.quantity === '' ? '' : sum(one.quantity, other.quantity),
    filledQuantity: formatDecimal(filled),
    averagePrice: joinedPrice(one, other),
    fee: one.fee === '' || other.fee === '' ? '' : sum(one.fee, other.fee),
    otherFees: joinedFees(one, other),
    createdAtMs: Math.min(one.createdAtMs, other.createdAtMs),
    updatedAtMs: Math.max(one.updatedAtMs, other.updatedAtMs),
    rejectReason: notFilled?.rejectReason,
    end: notFilled?.end,
  };
}

function joinedStatus(one: VenueOrder, other: VenueOrder): VenueOrder['status'] {
  if (one.status === 'open' || other.status === 'open') return 'open';
  return one.status === other.status ? one.status : 'cancelled';
}

function joinedPrice(one: VenueOrder, other: VenueOrder): string | undefined {
  const filling = [one, other].filter(({ filledQuantity }) => !exact(filledQuantity).isZero());
  if (filling.length === 0 || filling.some(({ averagePrice }) => averagePrice === undefined)) return undefined;
  const [first, second] = filling;
  if (second === undefined) return first?.averagePrice;
  const quantity = exact(one.filledQuantity).plus(exact(other.filledQuantity));
  const value = filling.reduce(
    (total, { filledQuantity, averagePrice }) => total.plus(exact(filledQuantity).times(exact(averagePrice))),
    ZERO,
  );
  return formatDecimal(value.dividedBy(quantity).toDecimalPlaces(AVERAGE_DECIMALS));
}

function joinedFees({ otherFees: ones }: VenueOrder, { otherFees: others }: VenueOrder): VenueOrder['otherFees'] {
  if (ones === undefined || others === undefined) return ones ?? others;
  const fees = Object.entries(others).map(([asset, amount]) => [asset, sumKnown(ones[asset], amount)] as const);
  return { ...ones, ...Object.fromEntries(fees) };
}

/** An amount that is not known stays so. */
function sumKnown(one: string | undefined, other: string): string {
  if (one === undefined || parseSignedDecimal(other) === undefined) return other;
  return parseSignedDecimal(one) === undefined ? one : sum(one, other);
}

function sum(one: string, other: string): string {
  return formatDecimal(exact(one).plus(exact(other)));
}

function exact(text: string | undefined): Decimal {
  return parseSignedDecimal(text) ?? ZERO;
}
