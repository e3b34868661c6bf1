import { jsonBytes } from '../plain-values';
import type { PositionOpener, PositionSide } from '../position/types';

/*
 * What the gate knows of an account: its positions as the venue last told them, what filled since, its equity, and what was
 * lost. Plain JSON; reducers take a book and give another. It is bounded in bytes, and whatever does not fit makes the
 * gate say that it does not know, never that there is room.
 */

/** The book as JSON. It travels through continue-as-new beside the ledger and the limiter. */
export const RISK_BOOK_BYTES_MAX = 48_000;
/** Symbols that a book knows something of; those of which nothing matters any more go first. */
export const RISK_SYMBOLS_MAX = 200;
/** Positions of one report that are kept. */
export const POSITIONS_KEPT_MAX = 200;
/** Digits and point of a venue's figure; a row with a longer one cannot be read. */
export const FIGURE_CHARACTERS_MAX = 24;
/** A symbol's name as JSON. */
export const RISK_SYMBOL_BYTES_MAX = 40;
/** Fills of one symbol that no report contains yet, kept in so many sums. */
export const FILL_SUMS_MAX = 2;
/** Decimals of a value. */
export const VALUE_DECIMALS = 8;
/** How long the venue's report of positions may be on its way to us. */
export const POSITIONS_DELAY_MAX_MS = 60_000;
/** A row that is older than what is known is dropped, unless what is known is older than this: numbers may begin anew. */
export const ROW_ORDER_MEMORY_MS = 60_000;
/** A position is flat once reports lack it that are so far apart: one answer alone may lack what is there. */
export const MISSED_CONFIRMED_AFTER_MS = 2_000;
/** How long a closed position may wait for its booking; what depends on its result waits as long. */
export const BOOKING_WAIT_MAX_MS = 120_000;

export const DAY_MS = 86_400_000;

/** One position as the venue last told it. Decimal strings; absent: none. */
export interface HeldPosition {
  readonly side: PositionSide;
  readonly size: string;
  /** At the venue's mark price, in the settle asset. */
  readonly value: string;
  readonly stop?: string;
  readonly target?: string;
  /** The stop follows the price at the venue. */
  readonly isTrailing?: true;
  readonly openedAtMs: number;
}

/** Entries of ours that filled and that a report may lack; reports from `settledFromMs` on contain all of them. */
export interface FillSum {
  /** Values of what was bought and sold, in the settle asset. */
  readonly bought: string;
  readonly sold: string;
  readonly settledFromMs: number;
}

/** An opener with what tells which position it belongs to. */
export interface BookedOpener extends PositionOpener {
  readonly direction: 'BUY' | 'SELL';
  /** The venue's clock at its last fill. */
  readonly atMs: number;
}

/** The last position that was closed. */
export interface Closing {
  /** Names the episode: each counts once. */
  readonly openedAtMs: number;
  /** The venue's clock at the fill that made it flat, at most our own of when we heard of it; until it is booked, the report's. */
  readonly atMs: number;
  /** Its result is known. */
  readonly isBooked: boolean;
  /** A stop of any kind ended it, or a liquidation. */
  readonly isStop: boolean;
}

export interface SymbolBook {
  /** The venue's clock of the last report that was taken for this symbol; 0: none. */
  readonly asOfMs: number;
  /** Absent: flat, where a report was taken. */
  readonly position?: HeldPosition;
  /** Order of the symbol's rows, also after it is flat; absent: it never had one. */
  readonly sequence?: number;
  readonly updatedAtMs?: number;
  /** The venue's clock of the first report of several in a row that lack its position; absent: the last one had it. */
  readonly missedAtMs?: number;
  /** The last report held a row of it that cannot be read. */
  readonly isUnread?: true;
  /** Our clock since when its position has no stop; absent: it has one, or is flat. */
  readonly unprotectedSinceMs?: number;
  readonly fills?: readonly FillSum[];
  /** An exit of ours filled; reports from then on contain it. */
  readonly exitSettledFromMs?: number;
  /** At most OPENERS_MAX; `entries` counts them all. */
  readonly openers?: readonly BookedOpener[];
  /** Entries of ours that filled since it was flat. */
  readonly entries?: number;
  /** It became flat, and nobody was told yet. */
  readonly isUntold?: true;
  readonly closing?: Closing;
  /** Net losses in a row. */
  readonly losses?: number;
  /** After too many of them no entry is taken until then, our clock. */
  readonly pausedUntilMs?: number;
}

/** Whatever cannot be told from the venue's books alone. */
export interface MoneyBook {
  readonly equity?: EquityReport;
  readonly day?: DayStart;
  /** The highest equity of the reports until an instant; absent: none was taken while a rule asked for it. */
  readonly peak?: Peak;
  /** The equities that were reported since then: a transfer that one of them contains may be told later. Oldest first. */
  readonly equities?: readonly (readonly [asOfMs: number, amount: string])[];
  /** Venue's clock up to which the money log was read; 0: never. */
  readonly readUntilMs: number;
  /** Our clock when it was last asked for. */
  readonly readAtMs: number;
  /** Transfers of the last minutes: the log is read again from a little before its end, and reports may lack them. */
  readonly transfers: readonly Transfer[];
  /** Equity rose by so much, then on our clock, that a transfer may hide a loss; absent: it did not, or the log was read since. */
  readonly risenAtMs?: number;
  /** A limit seems to be reached, since then on our clock: it is, unless the money log tells of a transfer. */
  readonly suspectSinceMs?: number;
  /** The day's loss reached its limit on that day. */
  readonly dayLoss?: { readonly dayMs: number; readonly loss: string; readonly of: string };
  /** Equity fell too far from its highest. */
  readonly fall?: { readonly fall: string; readonly of: string };
}

export interface EquityReport {
  readonly asset: string;
  /** A decimal string, negative where more is lost than was there. */
  readonly amount: string;
  /** The venue's clock. */
  readonly asOfMs: number;
  /** Ours. */
  readonly atMs: number;
}

/** The highest equity of all reports until `asOfMs`, on the venue's clock, transfers until then applied. */
export interface Peak {
  readonly amount: string;
  readonly asOfMs: number;
}

/** A day's beginning, 00:00 UTC. */
export interface DayStart {
  readonly dayMs: number;
  /** Equity then; transfers since `baseAsOfMs` are in `transfers`. */
  readonly base: string;
  readonly baseAsOfMs: number;
  /** What was paid in since, less what was paid out. */
  readonly transfers: string;
}

export interface Transfer {
  readonly key: string;
  readonly change: string;
  readonly atMs: number;
}

/** Entries that were reserved. */
export interface EntryCounts {
  readonly dayMs: number;
  readonly ofDay: number;
  /** Of the last minute, by second of our clock. */
  readonly seconds: readonly (readonly [secondMs: number, count: number])[];
}

export interface RiskBook {
  /** The last report of positions that was taken: the venue's clock, and ours; 0: none. */
  readonly asOfMs: number;
  readonly reportedAtMs: number;
  /** There is more than a book holds. */
  readonly isFull?: true;
  readonly symbols: Readonly<Record<string, SymbolBook>>;
  readonly entries: EntryCounts;
  readonly money: MoneyBook;
  /** Net losses in a row, whatever the symbol. */
  readonly losses: number;
  /** After too many of them no entry is taken until then, our clock; 0: none. */
  readonly pausedUntilMs: number;
  /** Of flat symbols that there was no room for: the latest closing, which then counts for every symbol that has none. */
  readonly forgotten?: Closing;
}

export function emptyBook(): RiskBook {
  return {
    asOfMs: 0,
    reportedAtMs: 0,
    symbols: {},
    entries: { dayMs: 0, ofDay: 0, seconds: [] },
    money: { readUntilMs: 0, readAtMs: 0, transfers: [] },
    losses: 0,
    pausedUntilMs: 0,
  };
}

const NOTHING_KNOWN: SymbolBook = { asOfMs: 0 };

export function symbolBook({ symbols }: RiskBook, symbol: string): SymbolBook {
  return Object.hasOwn(symbols, symbol) ? (symbols[symbol] ?? NOTHING_KNOWN) : NOTHING_KNOWN;
}

export function withSymbol(book: RiskBook, symbol: string, one: SymbolBook): RiskBook {
  return { ...book, symbols: { ...book.symbols, [symbol]: one } };
}

/** 00:00 UTC of the day. */
export function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS) * DAY_MS;
}

/**
 * Within its bounds again: first go symbols of which nothing matters any more, then all openers of a symbol but the earliest,
 * then what is known of flat symbols; pauses of those that went count for all. Of what is still too large nothing is kept,
 * and the book says that it is full.
 */
export function withinBounds(book: RiskBook, nowMs: number): RiskBook {
  if (fits(book)) return book;
  const steps: readonly ((book: RiskBook) => RiskBook)[] = [
    (all) => withoutSymbols(all, (one) => matters(one, nowMs)),
    withFirstOpeners,
    (all) => withoutSymbols(all, isOpen),
  ];
  let next = book;
  for (const step of steps) {
    next = step(next);
    if (fits(next)) return next;
  }
  return { ...withoutSymbols(next, () => false), isFull: true };
}

function withoutSymbols(book: RiskBook, isKept: (one: SymbolBook) => boolean): RiskBook {
  const dropped = Object.values(book.symbols).filter((one) => !isKept(one));
  return {
    ...book,
    symbols: Object.fromEntries(Object.entries(book.symbols).filter(([, one]) => isKept(one))),
    pausedUntilMs: dropped.reduce(
      (latest, { pausedUntilMs = 0 }) => Math.max(latest, pausedUntilMs),
      book.pausedUntilMs,
    ),
    ...latestClosing(dropped, book.forgotten),
  };
}

function latestClosing(dropped: readonly SymbolBook[], before: Closing | undefined): Pick<RiskBook, 'forgotten'> {
  const closings = [before, ...dropped.map(({ closing }) => closing)].filter((closing) => closing !== undefined);
  if (closings.length === 0) return {};
  const atMs = Math.max(...closings.map((closing) => closing.atMs));
  return { forgotten: { openedAtMs: 0, atMs, isBooked: true, isStop: closings.some(({ isStop }) => isStop) } };
}

function withFirstOpeners(book: RiskBook): RiskBook {
  const symbols = Object.entries(book.symbols).map(([symbol, one]): [string, SymbolBook] => [
    symbol,
    one.openers ? { ...one, openers: one.openers.slice(0, 1) } : one,
  ]);
  return { ...book, symbols: Object.fromEntries(symbols) };
}

function fits(book: RiskBook): boolean {
  return Object.keys(book.symbols).length <= RISK_SYMBOLS_MAX && jsonBytes(book) <= RISK_BOOK_BYTES_MAX;
}

/** Whether anything may still depend on what is known of a symbol. A day is longer than every cool-down of use. */
function matters(one: SymbolBook, nowMs: number): boolean {
  if (isOpen(one) || one.isUntold || one.exitSettledFromMs !== undefined) return true;
  if ((one.losses ?? 0) > 0 || (one.pausedUntilMs ?? 0) > nowMs) return true;
  return nowMs - (one.closing?.atMs ?? one.asOfMs) < DAY_MS;
}

/** Whether it has a position, or may have one. */
export function isOpen({ position, fills, isUnread }: SymbolBook): boolean {
  return position !== undefined || fills !== undefined || isUnread === true;
}
