import { isOpen, type RiskBook, type SymbolBook } from '../src/domain/risk/book';
import { FLAT_REPORT_INTERVAL_MS } from '../src/domain/risk/netting';
import type { RiskTerms } from '../src/domain/risk/types';

/** Between two reports while positions are open of which nothing has changed for QUIET_AFTER_MS. */
const QUIET_REPORT_INTERVAL_MS = 10_000;
const QUIET_AFTER_MS = 60_000;

export interface PacedBy {
  readonly book: RiskBook;
  readonly terms: RiskTerms;
  readonly hasPendingEntries: boolean;
  /** Entries wait for the report that knows of an exit, also where nothing is open after it; false in runs that looked later. */
  readonly awaitsExits: boolean;
}

/** How closely the account looks at positions: requests are few, and what changes is seen soon. */
export class ReportPace {
  /** When something of a position changed last; a new run looks closely at first. */
  private changedAtMs = Date.now();

  changed(): void {
    this.changedAtMs = Date.now();
  }

  /** A report was taken. */
  looked(before: RiskBook | undefined, after: RiskBook | undefined): void {
    if (lookOf(before) !== lookOf(after)) this.changed();
  }

  /** How long until the next report of positions, milliseconds. */
  intervalMs({ book, terms, hasPendingEntries, awaitsExits }: PacedBy): number {
    const busyMs = terms.positions.reportIntervalSeconds * 1_000;
    const isAwaited = ({ exitSettledFromMs = 0 }: SymbolBook): boolean => exitSettledFromMs > book.asOfMs;
    const symbols = Object.values(book.symbols);
    const isSoon = awaitsExits && symbols.some(isAwaited);
    const isOpenNow = hasPendingEntries || isSoon || symbols.some(isOpen);
    if (!isOpenNow) return Math.max(busyMs, FLAT_REPORT_INTERVAL_MS);
    const isQuiet = !hasPendingEntries && Date.now() - this.changedAtMs >= QUIET_AFTER_MS;
    return isQuiet ? Math.max(busyMs, QUIET_REPORT_INTERVAL_MS) : busyMs;
  }
}

/** Equal for books of which every position has the same size and the same guards, and a stop where it had one. */
function lookOf(book: RiskBook | undefined): string {
  const looks = Object.entries(book?.symbols ?? {}).map(([symbol, { position, missedAtMs, isUnread }]) => {
    const { value: _value, ...look } = position ?? {};
    return [symbol, look, missedAtMs !== undefined, isUnread];
  });
  return JSON.stringify(looks);
}
