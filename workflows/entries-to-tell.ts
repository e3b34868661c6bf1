import { orderSizeOf } from '../src/domain/ledger/positions';
import { isRecord } from '../src/domain/plain-values';
import { OPENERS_MAX, type PositionOpener, type PositionRowsReport } from '../src/domain/position/types';
import { openerOf, type BookedFill } from '../src/domain/risk/take-fill';
import type { PositionClosed } from '../src/messages/venue-account';

/** Of all symbols; the one that was noted first goes first. */
const ENTRIES_MAX = 100;
/** An entry is told so often at most; then it opened nothing that anybody could book. */
const TELLS_MAX = 6;
/** Between two tells of a symbol: whoever was told has looked into the venue's executions by then. */
const TELL_PAUSE_MS = 20_000;
/** A venue's clock may be wrong about a fill; from so long after we heard of it, any report is newer. */
const NEWER_AFTER_MS = 60_000;
/** An entry opened nothing, or what it opened is closed, once reports lack it that are so far apart: one alone may lack what is there. */
const LACKED_CONFIRMED_AFTER_MS = 2_000;
/** The instants of an order's last fill and of what it closed differ by moments. */
const FILLED_APART_MAX_MS = 1_000;
/** A venue's clock may have been set back by so much between a fill and the end of its position. */
const CLOCK_APART_MAX_MS = 5_000;

export type FilledEntry = PositionOpener & { readonly filledAtMs: number };

/** An entry that filled, and whose position nobody has booked. Plain JSON: it goes on in the account's next run. */
export interface EntryToTell {
  readonly symbol: string;
  readonly opener: FilledEntry;
  /** On our clock. */
  readonly heardAtMs: number;
  readonly tells: number;
  /** When it was told last, on our clock; 0: never. */
  readonly toldAtMs: number;
  /** The venue's clock of the first report of late that had to show its position and did not; absent: none. */
  readonly lackedAtMs?: number;
}

/** What a report of positions says, and when. */
export interface Looked {
  /** The venue's clock of the last report. */
  readonly asOfMs: number;
  /** See VenuePromises.positionLagMs. */
  readonly lagMs: number;
  readonly nowMs: number;
}

/**
 * Entries of ours that filled, until their position is booked: it may be opened and closed between two reports, so that none shows
 * it, and the fill is all that is known of it. Its position's workflow is told of it until then, and looks into the venue's executions.
 */
export class EntriesToTell {
  private entries: readonly EntryToTell[];

  constructor(carried: readonly EntryToTell[] = []) {
    this.entries = carried;
  }

  /** What continue-as-new carries over. */
  state(): readonly EntryToTell[] {
    return this.entries;
  }

  /** An order of ours filled. */
  note(fill: BookedFill, nowMs: number): void {
    const order = orderSizeOf(fill.reservation.metadata);
    if (order === undefined || fill.reservation.intent !== 'entry') return;
    const opener = { ...openerOf(fill.reservation, fill), filledAtMs: fill.executedAtMs };
    const entry: EntryToTell = { symbol: order.symbol, opener, heardAtMs: nowMs, tells: 0, toldAtMs: 0 };
    const others = this.entries.filter((one) => one.opener.fingerprint !== opener.fingerprint);
    this.entries = [...others, entry].slice(-ENTRIES_MAX);
  }

  /**
   * A report as it may be taken: symbols that it lacks though an entry filled in them before are not known by it, until another one
   * lacks them, too. Of a position that a report has shown, the rules of risk see to that themselves.
   */
  doubting(report: PositionRowsReport, lagMs: number, isShown: (symbol: string) => boolean): PositionRowsReport {
    const { asOfMs, rows } = report;
    if (!Number.isSafeInteger(asOfMs) || !Array.isArray(rows)) return report;
    const shown = new Set(rows.map((row) => (isRecord(row) ? row.symbol : undefined)));
    const doubted = new Set<string>();
    this.entries = this.entries.map((entry) => {
      const { lackedAtMs, ...rest } = entry;
      const hadToShow = asOfMs >= entry.opener.filledAtMs + lagMs && !isShown(entry.symbol);
      if (shown.has(entry.symbol)) return rest;
      if (!hadToShow) return entry;
      // After the venue's clock was set back the first report is this one.
      const firstMs = lackedAtMs === undefined || lackedAtMs > asOfMs ? asOfMs : lackedAtMs;
      if (asOfMs < firstMs + LACKED_CONFIRMED_AFTER_MS) doubted.add(entry.symbol);
      return { ...rest, lackedAtMs: firstMs };
    });
    if (doubted.size === 0) return report;
    return { ...report, unreadable: [...new Set([...(report.unreadable ?? []), ...doubted])] };
  }

  /** Symbols whose entries are to be told now, unless the venue shows a position. */
  due({ asOfMs, lagMs, nowMs }: Looked): readonly string[] {
    const isNewer = ({ opener, heardAtMs }: EntryToTell): boolean =>
      asOfMs >= opener.filledAtMs + lagMs || nowMs - heardAtMs >= NEWER_AFTER_MS;
    // After a clock was set back nothing waits for as long as it was wrong.
    const isPaused = ({ toldAtMs }: EntryToTell): boolean =>
      toldAtMs !== 0 && Math.abs(nowMs - toldAtMs) < TELL_PAUSE_MS;
    const waiting = this.entries.filter((entry) => isNewer(entry) && !isPaused(entry));
    return [...new Set(waiting.map(({ symbol }) => symbol))];
  }

  has(symbol: string): boolean {
    return this.entries.some((entry) => entry.symbol === symbol);
  }

  /** When each fill of the symbol's was heard of, on our clock. */
  heardAtMs(symbol: string): readonly number[] {
    return this.entries.flatMap((entry) => (entry.symbol === symbol ? [entry.heardAtMs] : []));
  }

  /** With those that are known otherwise, the newest OPENERS_MAX, in the order in which they filled. */
  beside(symbol: string, known: readonly PositionOpener[]): readonly PositionOpener[] {
    const own = this.entries.filter((entry) => entry.symbol === symbol).map(({ opener }) => opener);
    const others = known.filter(({ fingerprint }) => own.every((opener) => opener.fingerprint !== fingerprint));
    return [...others, ...own]
      .toSorted(({ filledAtMs: one = 0 }, { filledAtMs: other = 0 }) => one - other)
      .slice(-OPENERS_MAX);
  }

  /** They are in the history of their position's workflow. */
  told(symbol: string, nowMs: number): void {
    this.entries = this.entries
      .map((entry) => (entry.symbol === symbol ? { ...entry, tells: entry.tells + 1, toldAtMs: nowMs } : entry))
      .filter(({ tells }) => tells < TELLS_MAX);
  }

  /** A position was booked, and with it everything of ours before. */
  booked({ symbol, closedAtMs, openedBy = [] }: Pick<PositionClosed, 'symbol' | 'closedAtMs' | 'openedBy'>): void {
    // What filled after it may have opened the next one.
    const isOver = ({ filledAtMs, fingerprint }: FilledEntry): boolean =>
      filledAtMs < closedAtMs - CLOCK_APART_MAX_MS ||
      (openedBy.includes(fingerprint) && filledAtMs <= closedAtMs + FILLED_APART_MAX_MS);
    this.entries = this.entries.filter((entry) => entry.symbol !== symbol || !isOver(entry.opener));
  }
}
