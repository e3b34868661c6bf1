import { orderSizeOf } from '../src/domain/ledger/positions';
import { setBounded } from '../src/domain/plain-values';
import { OPENERS_MAX, type PositionOpener, type PositionSide } from '../src/domain/position/types';
import { OPENED_TOLERANCE_MS } from '../src/domain/risk/past';
import { openerOf, type BookedFill } from '../src/domain/risk/take-fill';

/** Symbols of which anything is kept; the one that was noted first goes first. */
const SYMBOLS_MAX = 200;

type Filled = PositionOpener & { readonly filledAtMs: number };

/** What names an episode. */
interface Opened {
  readonly side: PositionSide;
  readonly openedAtMs: number;
}

/**
 * Whose a position is, where entries come faster than reports: the book of risk keeps OPENERS_MAX entries of a symbol, the
 * earliest, so that of many that filled between two reports those may be dropped that turned the position over. Of each symbol
 * and side the newest is kept here, and the one that a position is known by for as long as it is open. A new run of the account
 * begins without: what it told before stays with the position's own workflow.
 */
export class OwnEntries {
  /** By symbol and side. */
  private readonly newest = new Map<string, Filled>();
  /** By symbol. */
  private readonly named = new Map<string, Opened & { readonly opener: Filled }>();

  /** An entry or an exit of ours filled. */
  note(fill: BookedFill): void {
    const order = orderSizeOf(fill.reservation.metadata);
    if (order === undefined || fill.reservation.intent !== 'entry') return;
    const key = keyOf(order.symbol, order.direction === 'BUY' ? 'LONG' : 'SHORT');
    const opener = { ...openerOf(fill.reservation, fill), filledAtMs: fill.executedAtMs };
    this.newest.delete(key);
    setBounded(this.newest, key, opener, 2 * SYMBOLS_MAX);
  }

  /** A position was closed: what filled before its end has no part in a later one. @param closedAtMs on the venue's clock */
  forget(symbol: string, closedAtMs: number): void {
    for (const side of ['LONG', 'SHORT'] as const) {
      const key = keyOf(symbol, side);
      const newest = this.newest.get(key);
      // The fill that turned a position over ended the one and opened the other.
      if (newest !== undefined && newest.filledAtMs < closedAtMs) this.newest.delete(key);
    }
    const named = this.named.get(symbol);
    if (named !== undefined && named.opener.filledAtMs < closedAtMs) this.named.delete(symbol);
  }

  /**
   * The entries that a position is known by, at most OPENERS_MAX more than none.
   *
   * @param known as the book of risk names them
   */
  openersOf(symbol: string, position: Opened, known: readonly PositionOpener[]): readonly PositionOpener[] {
    const opener = this.nameOf(symbol, position, known.length === 0);
    if (opener === undefined || known.some(({ fingerprint }) => fingerprint === opener.fingerprint)) return known;
    return [opener, ...known].slice(0, OPENERS_MAX);
  }

  private nameOf(symbol: string, { side, openedAtMs }: Opened, isNameless: boolean): Filled | undefined {
    const named = this.named.get(symbol);
    if (named?.side === side && named.openedAtMs === openedAtMs) return named.opener;
    this.named.delete(symbol);
    const opener = isNameless ? this.newest.get(keyOf(symbol, side)) : undefined;
    if (opener === undefined || opener.filledAtMs < openedAtMs - OPENED_TOLERANCE_MS) return undefined;
    setBounded(this.named, symbol, { side, openedAtMs, opener }, SYMBOLS_MAX);
    return opener;
  }
}

function keyOf(symbol: string, side: PositionSide): string {
  return `${symbol} ${side}`;
}
