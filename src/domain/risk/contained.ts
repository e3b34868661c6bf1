import type { Decimal } from 'decimal.js';
import { ExactDecimal, parseDecimal, ZERO } from '../decimal';
import type { PositionSide } from '../position/types';
import type { BookedOpener, FillSum, SymbolBook } from './book';
import { OPENED_TOLERANCE_MS } from './past';

/** What a row of the venue's says of a position's size, and who opened it as far as is known. */
interface Shown {
  readonly side: PositionSide;
  readonly size: string;
  readonly updatedAtMs: number;
  readonly openers: readonly BookedOpener[];
  /** All entries that filled; more than there are openers: not all are known by name. */
  readonly entries: number;
}

/**
 * What of a position none of its known entries explains: an entry that is still pending, or somebody else. Zero where it is not
 * known, and where an entry was closed in part.
 */
export function unexplained({ side, size, openers, entries }: Omit<Shown, 'updatedAtMs'>): Decimal {
  if (entries > openers.length) return ZERO;
  const direction = directionOf(side);
  const ours = openers
    .filter((opener) => opener.direction === direction)
    .reduce((sum, { quantity }) => sum.plus(parseDecimal(quantity) ?? ZERO), ZERO);
  return ExactDecimal.max(new ExactDecimal(size).minus(ours), 0);
}

/** Whether a row contains all of its entries that filled: it is as large as they are, and changed after the last of them. */
export function showsAll(row: Shown): boolean {
  const { side, size, updatedAtMs, openers, entries } = row;
  const own = openers.filter(({ direction }) => direction === directionOf(side));
  if (own.length === 0 || entries > openers.length) return false;
  if (own.some(({ atMs }) => atMs > updatedAtMs + OPENED_TOLERANCE_MS)) return false;
  const sum = own.reduce((total, { quantity }) => total.plus(parseDecimal(quantity) ?? size), ZERO);
  return sum.lessThanOrEqualTo(size);
}

/** The fills that a row does not contain, whatever the promised delay says; the other side's stay. */
export function notShown(fills: readonly FillSum[], row: Shown): readonly FillSum[] {
  if (fills.length === 0 || !showsAll(row)) return fills;
  const own = row.side === 'LONG' ? 'bought' : 'sold';
  return fills.map((sum) => ({ ...sum, [own]: '0' })).filter(({ bought, sold }) => bought !== '0' || sold !== '0');
}

/**
 * What of a symbol's position may be a pending order, by side: it changed after the order was reserved, and no entry that is
 * booked explains it.
 */
export class ComingShares {
  private readonly left = new Map<string, Decimal>();

  constructor(private readonly symbols: Readonly<Record<string, SymbolBook>>) {}

  /** @returns what of the quantity the position does not show yet */
  notShown(
    order: { readonly symbol: string; readonly direction: 'BUY' | 'SELL'; readonly createdAtMs: number },
    quantity: Decimal,
  ): Decimal {
    const { symbol, direction, createdAtMs } = order;
    const known = Object.hasOwn(this.symbols, symbol) ? this.symbols[symbol] : undefined;
    const { position, updatedAtMs = 0, openers = [], entries = openers.length } = known ?? {};
    if (position === undefined || directionOf(position.side) !== direction || updatedAtMs < createdAtMs)
      return quantity;
    // What was open before, and is nobody's here, is not this order.
    if (openers.length === 0 && position.openedAtMs < createdAtMs - OPENED_TOLERANCE_MS) return quantity;
    const left = this.left.get(symbol) ?? unexplained({ ...position, openers, entries });
    const shown = ExactDecimal.min(left, quantity);
    this.left.set(symbol, left.minus(shown));
    return quantity.minus(shown);
  }
}

function directionOf(side: PositionSide): 'BUY' | 'SELL' {
  return side === 'LONG' ? 'BUY' : 'SELL';
}
