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
 * and side the newest are kept here, and the one that a position is known by for as long as it is open. A new run of the account
 * begins without: what it told before stays with the position's own workflow.
 */
export class OwnEntries {
  /** By symbol and side, the newest last; at most `namesMax` of each. */
  private readonly newest = new Map<string, readonly Filled[]>();
  /** One in a run that began before more were told. */
  private namesMax = 1;
  /** By symbol. */
  private readonly named = new Map<string, Opened & { readonly opener: Filled }>();

  /**
   * From now on a position is told with as many entries as are told at most: with fewer than opened it, it would look as if somebody
   * else had made it larger.
   */
  nameMore(): void {
    this.namesMax = OPENERS_MAX;
  }

  /** An entry or an exit of ours filled. */
  note(fill: BookedFill): void {
    const order = orderSizeOf(fill.reservation.metadata);
    if (order === undefined || fill.reservation.intent !== 'entry') return;
    const key = keyOf(order.symbol, order.direction === 'BUY' ? 'LONG' : 'SHORT');
    const opener = { ...openerOf(fill.reservation, fill), filledAtMs: fill.executedAtMs };
    const others = (this.newest.get(key) ?? []).filter(({ fingerprint }) => fingerprint !== opener.fingerprint);
    this.newest.delete(key);
    setBounded(this.newest, key, [...others, opener].slice(-this.namesMax), 2 * SYMBOLS_MAX);
  }

  /** A position was closed: what filled before its end has no part in a later one. @param closedAtMs on the venue's clock */
  forget(symbol: string, closedAtMs: number): void {
    for (const side of ['LONG', 'SHORT'] as const) {
      const key = keyOf(symbol, side);
      // The fill that turned a position over ended the one and opened the other.
      const left = this.newest.get(key)?.filter(({ filledAtMs }) => filledAtMs >= closedAtMs) ?? [];
      if (left.length === 0) this.newest.delete(key);
      else this.newest.set(key, left);
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
    const isKnown = known.some(({ fingerprint }) => fingerprint === opener?.fingerprint);
    const named = opener === undefined || isKnown ? known : [opener, ...known].slice(0, OPENERS_MAX);
    return this.namesMax === 1 ? named : [...named, ...this.others(symbol, position, named)].slice(0, OPENERS_MAX);
  }

  /** That filled since it was opened, and are not among those. */
  private others(symbol: string, { side, openedAtMs }: Opened, named: readonly PositionOpener[]): readonly Filled[] {
    const known = new Set(named.map(({ fingerprint }) => fingerprint));
    return (this.newest.get(keyOf(symbol, side)) ?? []).filter(
      ({ fingerprint, filledAtMs }) => !known.has(fingerprint) && filledAtMs >= openedAtMs - OPENED_TOLERANCE_MS,
    );
  }

  private nameOf(symbol: string, { side, openedAtMs }: Opened, isNameless: boolean): Filled | undefined {
    const named = this.named.get(symbol);
    if (named?.side === side && named.openedAtMs === openedAtMs) return named.opener;
    this.named.delete(symbol);
    const opener = isNameless ? this.newest.get(keyOf(symbol, side))?.at(-1) : undefined;
    if (opener === undefined || opener.filledAtMs < openedAtMs - OPENED_TOLERANCE_MS) return undefined;
    setBounded(this.named, symbol, { side, openedAtMs, opener }, SYMBOLS_MAX);
    return opener;
  }
}

function keyOf(symbol: string, side: PositionSide): string {
  return `${symbol} ${side}`;
}
