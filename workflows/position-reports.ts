import type { Reservation } from '../src/domain/ledger/types';
import { isRecord } from '../src/domain/plain-values';
import { toldOpeners } from '../src/domain/position/told-openers';
import type { PositionRow, PositionRowsReport } from '../src/domain/position/types';
import { symbolBook, type RiskBook } from '../src/domain/risk/book';
import { isStillShown } from '../src/domain/risk/past';
import { openerOf, type BookedFill } from '../src/domain/risk/take-fill';
import type { RiskTerms } from '../src/domain/risk/types';
import type { PositionReport } from '../src/messages/position';
import type { PositionClosed } from '../src/messages/venue-account';
import { EntriesToTell, type EntryToTell } from './entries-to-tell';
import { OwnEntries } from './own-entries';

/** An order that is pending, as the ledger knows it. */
export interface PendingOrder {
  readonly reservation: Reservation;
  readonly strategy?: string;
}

/** What the workflows of positions are told, and what is kept for it beside the book of risk. */
export class PositionReports {
  /** As the venue wrote them: for who wants to see more than the book keeps. */
  readonly rows = new Map<string, PositionRow>();
  /** Absent: in a run that began before they were kept. */
  private ownEntries: OwnEntries | undefined;
  /** Absent: in a run that began before they were told. */
  private entriesToTell: EntriesToTell | undefined;
  /** False in a run that began before they were bounded. */
  private areOpenersBounded = false;

  keepOwnEntries(): void {
    this.ownEntries ??= new OwnEntries();
  }

  get keepsOwnEntries(): boolean {
    return this.ownEntries !== undefined;
  }

  /** @param carried by the former run */
  tellEntries(carried: readonly EntryToTell[] | undefined): void {
    this.entriesToTell ??= new EntriesToTell(carried);
  }

  get tellsEntries(): boolean {
    return this.entriesToTell !== undefined;
  }

  /** Few enough for whoever is told, and as many as are needed to explain a position's size. */
  boundOpeners(): void {
    this.areOpenersBounded = true;
    this.ownEntries?.nameMore();
  }

  /** What continue-as-new carries over of them. */
  entriesState(): readonly EntryToTell[] | undefined {
    return this.entriesToTell?.state();
  }

  /** When each fill of the symbol's was heard of whose position is not booked, on our clock. */
  heardAtMs(symbol: string): readonly number[] {
    return this.entriesToTell?.heardAtMs(symbol) ?? [];
  }

  fillTaken(fill: BookedFill): void {
    this.ownEntries?.note(fill);
    this.entriesToTell?.note(fill, Date.now());
  }

  /** A report as it may be taken: see EntriesToTell. */
  doubting(report: PositionRowsReport, book: RiskBook, { positionLagMs = 0 }: RiskTerms): PositionRowsReport {
    const isShown = (symbol: string): boolean => symbolBook(book, symbol).position !== undefined;
    return this.entriesToTell?.doubting(report, positionLagMs, isShown) ?? report;
  }

  /** A report was taken. @param taken symbols whose row was; @param book as it is since */
  reportTaken({ rows }: PositionRowsReport, taken: readonly string[], book: RiskBook | undefined): void {
    for (const row of rows) if (taken.includes(row.symbol)) this.rows.set(row.symbol, row);
    for (const symbol of this.rows.keys()) {
      if (!book || !symbolBook(book, symbol).position) this.rows.delete(symbol);
    }
  }

  /** @param closed any value: whoever reaches the account can send it */
  closed(closed: PositionClosed): void {
    const { symbol, closedAtMs, openedBy }: Readonly<Record<string, unknown>> = isRecord(closed) ? closed : {};
    if (typeof symbol !== 'string' || typeof closedAtMs !== 'number') return;
    this.ownEntries?.forget(symbol, closedAtMs);
    this.entriesToTell?.booked({ symbol, closedAtMs, openedBy: Array.isArray(openedBy) ? openedBy : [] });
  }

  flatTold(symbol: string): void {
    this.entriesToTell?.told(symbol, Date.now());
  }

  /** Symbols that are flat, which nobody was told yet, or not yet of an entry that may have opened a position meanwhile. */
  untold(book: RiskBook | undefined, terms: RiskTerms | undefined): readonly string[] {
    const flat = Object.entries(book?.symbols ?? {}).flatMap(([symbol, { isUntold }]) => (isUntold ? [symbol] : []));
    return [...new Set([...flat, ...(book && terms ? this.entriesDue(book, terms) : [])])];
  }

  private entriesDue(book: RiskBook, { positionLagMs: lagMs = 0 }: RiskTerms): readonly string[] {
    const due = this.entriesToTell?.due({ asOfMs: book.asOfMs, lagMs, nowMs: Date.now() }) ?? [];
    return due.filter((symbol) => {
      const { position, isUnread } = symbolBook(book, symbol);
      return position === undefined && isUnread !== true;
    });
  }

  /** Whether a report is still worth telling: of what is booked, or was told by another way, it is not. */
  isToTell(book: RiskBook, symbol: string, { row }: Pick<PositionReport, 'row'>): boolean {
    const { closing, isUntold } = symbolBook(book, symbol);
    if (row !== null) return !isStillShown(closing, row, book.asOfMs);
    return isUntold === true || this.entriesToTell?.has(symbol) === true;
  }

  /** What a position's workflow is told of it. @param pending orders of the symbol that may have filled already */
  reportOf(
    book: RiskBook,
    symbol: string,
    pending: readonly PendingOrder[],
  ): Pick<PositionReport, 'asOfMs' | 'row' | 'openers'> | undefined {
    const { openers: filled = [], position } = symbolBook(book, symbol);
    const row = position ? (this.rows.get(symbol) ?? null) : null;
    if (position && row === null) return undefined;
    const booked = filled.map(({ direction: _direction, atMs: filledAtMs, ...opener }) => ({ ...opener, filledAtMs }));
    const known = position
      ? (this.ownEntries?.openersOf(symbol, position, booked) ?? booked)
      : (this.entriesToTell?.beside(symbol, booked) ?? booked);
    const direction = position?.side === 'SHORT' ? 'SELL' : 'BUY';
    const coming = pending
      .filter(
        ({ reservation: { intent, metadata } }) => position && intent === 'entry' && metadata.direction === direction,
      )
      .map(({ reservation, strategy }) => openerOf(reservation, { strategy }));
    const openers = [...known, ...coming];
    return { asOfMs: book.asOfMs, row, openers: this.areOpenersBounded ? toldOpeners(openers) : openers };
  }
}
