import { ExactDecimal, formatDecimal, parseDecimal } from '../decimal';
import { orderSizeOf } from '../ledger/positions';
import type { Reservation, ReservationMetadata } from '../ledger/types';
import { OPENERS_MAX, type PositionOpener } from '../position/types';
import { dayOf, FILL_SUMS_MAX, symbolBook, VALUE_DECIMALS, withinBounds, withSymbol } from './book';
import type { BookedOpener, EntryCounts, FillSum, RiskBook } from './book';
import { showsAll } from './contained';
import { isPastFill } from './past';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** What an order of ours took, as the ledger has just booked it. */
export interface BookedFill {
  readonly reservation: Reservation;
  readonly strategy?: string;
  /** What filled, in base units; absent: not known, and all of it counts. */
  readonly quantity?: string;
  /** The venue's clock when it filled last. */
  readonly executedAtMs: number;
}

export interface FillTimes {
  /** See VenuePromises.positionLagMs. */
  readonly lagMs: number;
  readonly nowMs: number;
}

/**
 * Notes what filled until a report of positions is certain to contain it, and who opened the position. Fills join one of
 * FILL_SUMS_MAX sums; a full list takes them into its youngest, so that the older ones settle however many follow.
 */
export function takeFill(book: RiskBook, fill: BookedFill, { lagMs, nowMs }: FillTimes): RiskBook {
  const { reservation, executedAtMs } = fill;
  const order = orderSizeOf(reservation.metadata);
  if (order === undefined) return book;
  const known = symbolBook(book, order.symbol);
  // A reservation of after the last report filled after it, whatever a clock that was set says.
  const isLater = reservation.createdAtMs > book.reportedAtMs;
  const settledFromMs = Math.max(executedAtMs + lagMs, isLater ? book.asOfMs + 1 : 0);
  const isSettled = settledFromMs <= book.asOfMs;
  if (reservation.intent === 'exit') {
    if (isSettled) return book;
    const exitSettledFromMs = Math.max(settledFromMs, known.exitSettledFromMs ?? 0);
    return withinBounds(withSymbol(book, order.symbol, { ...known, exitSettledFromMs }), nowMs);
  }
  // What opened and closed between two reports was told of by none.
  if (isPastFill(known, executedAtMs) || (isSettled && known.position === undefined)) return book;
  const opener: BookedOpener = {
    ...openerOf(reservation, fill),
    direction: order.direction,
    atMs: executedAtMs,
  };
  const openers = [...(known.openers ?? []).filter(({ fingerprint }) => fingerprint !== opener.fingerprint), opener];
  const entries = (known.entries ?? 0) + 1;
  const { position, updatedAtMs = 0 } = known;
  const isShown = position !== undefined && !isLater && showsAll({ ...position, updatedAtMs, openers, entries });
  const next = {
    ...known,
    openers: openers.slice(0, OPENERS_MAX),
    entries,
    ...(!isSettled && !isShown && { fills: withFill(known.fills ?? [], fill, order.direction, settledFromMs) }),
  };
  return withinBounds(withSymbol(book, order.symbol, next), nowMs);
}

/** An order's value in the settle asset; undefined: its plan does not tell. */
export function valueOf(metadata: ReservationMetadata, quantity: unknown = metadata.quantity): string | undefined {
  const [size, price] = [parseDecimal(quantity), parseDecimal(metadata.referencePrice)];
  if (size === undefined || price === undefined) return undefined;
  return formatDecimal(size.times(price).toDecimalPlaces(VALUE_DECIMALS, ExactDecimal.ROUND_UP));
}

/** Counts an entry that was reserved. */
export function countEntry(book: RiskBook, nowMs: number): RiskBook {
  const { seconds, ofDay, dayMs } = entriesAt(book, nowMs);
  const secondMs = Math.floor(nowMs / SECOND_MS) * SECOND_MS;
  const last = seconds.at(-1);
  const counted =
    last?.[0] === secondMs ? seconds.with(-1, [secondMs, last[1] + 1] as const) : [...seconds, [secondMs, 1] as const];
  return { ...book, entries: { dayMs, ofDay: ofDay + 1, seconds: counted } };
}

/** The counts as they are now: of this day, and of the last minute. Instants from ahead of our clock count as of now. */
export function entriesAt({ entries }: RiskBook, nowMs: number): EntryCounts {
  const dayMs = dayOf(nowMs);
  const nowSecondMs = Math.floor(nowMs / SECOND_MS) * SECOND_MS;
  const isAhead = entries.seconds.some(([secondMs]) => secondMs > nowSecondMs);
  const sum = entries.seconds.reduce((total, [, count]) => total + count, 0);
  const seconds = isAhead
    ? [[nowSecondMs, sum] as const]
    : entries.seconds.filter(([secondMs]) => secondMs > nowMs - MINUTE_MS);
  return { dayMs, ofDay: entries.dayMs === dayMs ? entries.ofDay : 0, seconds };
}

/** What an order of ours says about the position that it opens. */
export function openerOf(
  { id, metadata }: Pick<Reservation, 'id' | 'metadata'>,
  { strategy, quantity }: Pick<BookedFill, 'strategy' | 'quantity'>,
): PositionOpener {
  const { clientOrderId, maxHoldingSeconds, trailingDistance, quantity: planned } = metadata;
  return {
    fingerprint: id,
    clientOrderId: typeof clientOrderId === 'string' ? clientOrderId : '',
    quantity: parseDecimal(quantity) === undefined ? String(planned) : String(quantity),
    ...(strategy !== undefined && { strategy }),
    ...(typeof maxHoldingSeconds === 'number' && { maxHoldingSeconds }),
    ...(typeof trailingDistance === 'string' && { trailingDistance }),
  };
}

function withFill(
  fills: readonly FillSum[],
  { reservation: { metadata }, quantity }: BookedFill,
  direction: 'BUY' | 'SELL',
  settledFromMs: number,
): readonly FillSum[] {
  const value = valueOf(metadata, parseDecimal(quantity) === undefined ? metadata.quantity : quantity) ?? '0';
  const youngest = fills.length < FILL_SUMS_MAX ? undefined : fills.at(-1);
  const before = youngest ?? { bought: '0', sold: '0', settledFromMs: 0 };
  const key = direction === 'BUY' ? 'bought' : 'sold';
  const sum: FillSum = {
    ...before,
    [key]: formatDecimal(new ExactDecimal(before[key]).plus(value)),
    settledFromMs: Math.max(settledFromMs, before.settledFromMs),
  };
  return youngest === undefined ? [...fills, sum] : fills.with(-1, sum);
}
