import Decimal from 'decimal.js';
import type { AuditedFill, AuditedOrder } from './venue-auditor';

/** A position from its first fill until it was flat, or until now, by the venue's own executions. */
export interface VenueEpisode {
  readonly symbol: string;
  readonly side: 'LONG' | 'SHORT';
  /** Milliseconds UTC on the venue's clock. */
  readonly openedAtMs: number;
  /** Absent: it is open. */
  readonly closedAtMs?: number;
  /** By an order that closed the position before it, too: fees of the order belong to both. */
  readonly isOpenedByFlip: boolean;
  /** In the order in which they happened. */
  readonly fills: readonly EpisodeFill[];
}

export interface EpisodeFill {
  readonly order: AuditedOrder;
  readonly fill: AuditedFill;
  /** It took the position across zero: this episode ends with it, and it opens the next one, too. */
  readonly isFlip: boolean;
  readonly reduces: boolean;
}

interface OpenEpisode {
  readonly symbol: string;
  readonly side: 'LONG' | 'SHORT';
  readonly openedAtMs: number;
  closedAtMs?: number;
  readonly isOpenedByFlip: boolean;
  readonly fills: EpisodeFill[];
}

/** @param orders everybody's, in any order */
export function venueEpisodes(orders: readonly AuditedOrder[]): readonly VenueEpisode[] {
  const steps = orders
    .flatMap((order) => order.fills.map((fill) => ({ order, fill })))
    .toSorted((one, other) => one.fill.seq - other.fill.seq);
  const sizes = new Map<string, Decimal>();
  const open = new Map<string, OpenEpisode>();
  const all: OpenEpisode[] = [];
  for (const { order, fill } of steps) {
    const { symbol } = order;
    const before = sizes.get(symbol) ?? new Decimal(0);
    const after = before.plus(fill.side === 'Buy' ? fill.execQty : `-${fill.execQty}`);
    sizes.set(symbol, after);
    const reduces = !before.isZero() && before.isNegative() !== (fill.side === 'Sell');
    const isFlip = reduces && !after.isZero() && after.isNegative() !== before.isNegative();
    const entry = { order, fill, isFlip, reduces };
    const present = open.get(symbol);
    present?.fills.push(entry);
    if (present && (after.isZero() || isFlip)) {
      present.closedAtMs = Number(fill.execTime);
      open.delete(symbol);
    }
    if (after.isZero() || (present && !isFlip)) continue;
    const next: OpenEpisode = {
      symbol,
      side: after.isNegative() ? 'SHORT' : 'LONG',
      openedAtMs: Number(fill.execTime),
      isOpenedByFlip: isFlip,
      // Of the position before it also says that it went beyond zero.
      fills: [{ order, fill, isFlip: false, reduces: false }],
    };
    open.set(symbol, next);
    all.push(next);
  }
  return all;
}
