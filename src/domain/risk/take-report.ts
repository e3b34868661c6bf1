import { ExactDecimal, formatDecimal, parseDecimal } from '../decimal';
import { reportOrder } from '../ledger/report-order';
import { isRecord, jsonBytes } from '../plain-values';
import type { PositionRow, PositionRowsReport } from '../position/types';
import {
  POSITIONS_DELAY_MAX_MS,
  POSITIONS_KEPT_MAX,
  FIGURE_CHARACTERS_MAX,
  MISSED_CONFIRMED_AFTER_MS,
  RISK_SYMBOL_BYTES_MAX,
  ROW_ORDER_MEMORY_MS,
  symbolBook,
  VALUE_DECIMALS,
  withinBounds,
} from './book';
import type { BookedOpener, Closing, FillSum, HeldPosition, RiskBook, SymbolBook } from './book';
import { notShown } from './contained';
import { isPast, isStillShown, OPENED_TOLERANCE_MS } from './past';

export interface ReportTimes {
  /** See VenuePromises.positionLagMs. */
  readonly lagMs: number;
  readonly nowMs: number;
}

export interface ReportStep {
  readonly book: RiskBook;
  /**
   * Symbols whose row was taken, and is to be told; of the others the former one stays in force. A row that only still shows a
   * position that is booked is none of them.
   */
  readonly taken: readonly string[];
  /** Absent: the report was taken. Otherwise it changed nothing. */
  readonly refused?: 'older' | 'unusable';
}

/** What one report says of one symbol. */
interface Said {
  readonly row?: PositionRow;
  readonly isUnread: boolean;
}

/** A report and what is to be known for judging its rows. */
interface Reading extends ReportTimes {
  readonly asOfMs: number;
  readonly wasSet: boolean;
}

/**
 * Takes over a venue's complete report of positions. One that is older than the last changes nothing, and of one that is
 * later a row that is older than the known one is dropped. A symbol that is missing is flat only where two reports, apart by
 * MISSED_CONFIRMED_AFTER_MS, lack it that are certain to contain all that we know of it; one whose row cannot be read is unknown, and what was known of it stays.
 */
export function takeReport(book: RiskBook, report: PositionRowsReport, times: ReportTimes): ReportStep {
  const { nowMs, lagMs } = times;
  if (!isRecord(report) || !Number.isSafeInteger(report.asOfMs) || report.asOfMs <= 0 || !Array.isArray(report.rows)) {
    return { book, taken: [], refused: 'unusable' };
  }
  const order = reportOrder(book, report.asOfMs, nowMs);
  if (order === 'older') return { book, taken: [], refused: 'older' };
  const reading: Reading = { asOfMs: report.asOfMs, wasSet: order === 'clockWasSet', nowMs, lagMs };
  const said = saidBySymbol(report);
  const tooMany = said.size > POSITIONS_KEPT_MAX;
  const taken: string[] = [];
  const symbols: Record<string, SymbolBook> = {};
  for (const symbol of new Set([...Object.keys(book.symbols), ...(tooMany ? [] : said.keys())])) {
    const known = atClock(symbolBook(book, symbol), reading);
    const one = said.get(symbol);
    if (one?.isUnread) {
      symbols[symbol] = { ...known, isUnread: true };
    } else if (one?.row !== undefined) {
      const isTaken = !isOlder(known, one.row, reading);
      const next = isTaken ? opened(known, one.row, reading) : known;
      symbols[symbol] = next;
      const { closing, position } = next;
      if (isTaken && position && !isStillShown(closing, position, reading.asOfMs)) taken.push(symbol);
    } else {
      symbols[symbol] = missing(known, reading);
    }
  }
  const { isFull: _former, ...rest } = book;
  const full = tooMany ? { isFull: true as const } : {};
  const next: RiskBook = { ...rest, ...full, asOfMs: report.asOfMs, reportedAtMs: nowMs, symbols };
  return { book: withinBounds(next, nowMs), taken };
}

/** Two rows of one symbol are a mode of positions that none of the rules here know. */
function saidBySymbol({ rows, unreadable }: PositionRowsReport): Map<string, Said> {
  const said = new Map<string, Said>();
  for (const row of rows) {
    if (!isRecord(row) || typeof row.symbol !== 'string' || jsonBytes(row.symbol) > RISK_SYMBOL_BYTES_MAX) continue;
    const isUnread = said.has(row.symbol) || !isReadable(row);
    said.set(row.symbol, isUnread ? { isUnread } : { row, isUnread });
  }
  for (const symbol of unreadable ?? []) said.set(symbol, { isUnread: true });
  return said;
}

function isReadable(row: PositionRow): boolean {
  const { side, size, markPrice, stopLoss, takeProfit, openedAtMs, updatedAtMs, sequence } = row;
  const isSide = side === 'LONG' || side === 'SHORT';
  const areInstants = [openedAtMs, updatedAtMs, sequence].every((value) => Number.isSafeInteger(value) && value >= 0);
  const areFigures = [size, markPrice].every((text) => isFigure(text) && parseDecimal(text)?.isZero() === false);
  return (
    isSide && areInstants && areFigures && [stopLoss, takeProfit].every((text) => text === undefined || isFigure(text))
  );
}

function isFigure(text: unknown): boolean {
  return typeof text === 'string' && text.length <= FIGURE_CHARACTERS_MAX && parseDecimal(text) !== undefined;
}

/** What was dated before a clock was set counts until the first report that is certain to contain it. */
function atClock(known: SymbolBook, { asOfMs, wasSet, lagMs }: Reading): SymbolBook {
  const latestMs = asOfMs + POSITIONS_DELAY_MAX_MS + lagMs;
  const from = (fromMs: number): number => (wasSet && fromMs <= asOfMs ? latestMs : Math.min(fromMs, latestMs));
  return {
    ...known,
    asOfMs: Math.min(known.asOfMs, asOfMs),
    ...(known.missedAtMs !== undefined && { missedAtMs: Math.min(known.missedAtMs, asOfMs) }),
    ...(known.fills && { fills: known.fills.map((sum) => ({ ...sum, settledFromMs: from(sum.settledFromMs) })) }),
    ...(known.exitSettledFromMs !== undefined && { exitSettledFromMs: from(known.exitSettledFromMs) }),
  };
}

function isOlder({ sequence, updatedAtMs = 0, asOfMs }: SymbolBook, row: PositionRow, reading: Reading): boolean {
  if (sequence === undefined || reading.asOfMs - asOfMs > ROW_ORDER_MEMORY_MS) return false;
  if (row.sequence !== sequence) return row.sequence < sequence;
  return !reading.wasSet && row.updatedAtMs < updatedAtMs;
}

/** The symbol with its position as the row tells it. */
function opened(known: SymbolBook, row: PositionRow, reading: Reading): SymbolBook {
  const { asOfMs, nowMs } = reading;
  const position = heldPosition(row);
  const isBare = position.stop === undefined && position.isTrailing === undefined;
  const isNew = known.position !== undefined && known.position.openedAtMs !== row.openedAtMs;
  const closing = isNew ? closingOf(known, reading) : known.closing;
  const openers = openersOf(row, known.openers ?? [], closing);
  const { losses, streak, pausedUntilMs } = known;
  const entries = isNew ? openers.length : (known.entries ?? 0);
  const { sequence, updatedAtMs } = row;
  const shown = { ...row, openers, entries };
  return {
    asOfMs,
    position,
    sequence,
    updatedAtMs,
    ...(isBare && { unprotectedSinceMs: (isNew ? undefined : known.unprotectedSinceMs) ?? nowMs }),
    ...unsettled({ ...known, fills: notShown(known.fills ?? [], shown) }, asOfMs),
    ...(openers.length > 0 && { openers }),
    ...(entries > 0 && { entries }),
    ...(closing && { closing }),
    ...(losses !== undefined && { losses }),
    ...(streak && { streak }),
    ...(pausedUntilMs !== undefined && { pausedUntilMs }),
  };
}

/** Who opened it: an entry's instant may be a little earlier, but those of before the last one was closed are of that one. */
function openersOf(
  { side, openedAtMs }: PositionRow,
  known: readonly BookedOpener[],
  closing: Closing | undefined,
): readonly BookedOpener[] {
  const direction = side === 'LONG' ? 'BUY' : 'SELL';
  const near = known.filter(
    (opener) => opener.direction === direction && opener.atMs >= openedAtMs - OPENED_TOLERANCE_MS,
  );
  if (closing?.isBooked !== true || isPast(closing, { openedAtMs })) return near;
  const own = near.filter(({ atMs }) => atMs >= closing.atMs);
  return own.length > 0 ? own : near;
}

function heldPosition(row: PositionRow): HeldPosition {
  const value = new ExactDecimal(row.size).times(row.markPrice).toDecimalPlaces(VALUE_DECIMALS, ExactDecimal.ROUND_UP);
  const [stop, target] = [priceOf(row.stopLoss), priceOf(row.takeProfit)];
  return {
    side: row.side,
    size: row.size,
    value: formatDecimal(value),
    ...(stop !== undefined && { stop }),
    ...(target !== undefined && { target }),
    ...(priceOf(row.trailingDistance) !== undefined && { isTrailing: true }),
    openedAtMs: row.openedAtMs,
  };
}

/** A venue may write zero where there is none. */
function priceOf(text: string | undefined): string | undefined {
  return parseDecimal(text)?.isZero() === false ? text : undefined;
}

/** The symbol where the report has no row of it. */
function missing(known: SymbolBook, reading: Reading): SymbolBook {
  const { asOfMs, lagMs } = reading;
  const { isUnread: _unread, ...rest } = known;
  const waiting = unsettled(known, asOfMs);
  // Whoever has booked it knows that it is closed.
  const isOver = !known.position || isPast(known.closing, known.position);
  const booked = isOver && known.closing?.isBooked ? known.closing : undefined;
  if (known.position !== undefined) {
    // A row of a moment ago may be younger than this answer's books.
    const changedAtMs = Math.min(known.updatedAtMs ?? 0, known.asOfMs);
    if (asOfMs < changedAtMs + lagMs || waiting.fills !== undefined) return rest;
    const { missedAtMs = asOfMs } = known;
    // Of what is booked one answer is enough.
    if (!booked && asOfMs < missedAtMs + MISSED_CONFIRMED_AFTER_MS) return { ...rest, missedAtMs };
  }
  const {
    position,
    missedAtMs: _missed,
    fills: _fills,
    exitSettledFromMs: _exit,
    unprotectedSinceMs: _since,
    ...open
  } = rest;
  const { openers: all = [], entries: _entries, ...flat } = open;
  const openers = booked ? all.filter(({ atMs }) => atMs >= booked.atMs) : all;
  const younger = openers.filter(({ atMs }) => atMs + lagMs > asOfMs);
  const hadSome = (position !== undefined && !booked) || openers.length > younger.length;
  const closing = position === undefined ? known.closing : closingOf(known, reading);
  const kept = hadSome || rest.isUntold ? openers : younger;
  return {
    ...flat,
    asOfMs,
    ...waiting,
    ...(kept.length > 0 && { openers: kept }),
    ...(younger.length > 0 && { entries: younger.length }),
    ...(closing && { closing }),
    ...(hadSome && { isUntold: true }),
  };
}

/** Whether it was booked before the venue's report showed it is told by its opening. */
function closingOf({ position, closing }: SymbolBook, { asOfMs, nowMs }: Reading): Closing | undefined {
  if (position === undefined || (closing && closing.openedAtMs >= position.openedAtMs)) return closing;
  return { openedAtMs: position.openedAtMs, atMs: Math.min(asOfMs, nowMs), isBooked: false, isStop: false };
}

/** Of the fills that are known those that a report of then may lack. */
function unsettled({ fills = [], exitSettledFromMs = 0 }: SymbolBook, asOfMs: number) {
  const left: readonly FillSum[] = fills.filter(({ settledFromMs }) => settledFromMs > asOfMs);
  return {
    ...(left.length > 0 && { fills: left }),
    ...(exitSettledFromMs > asOfMs && { exitSettledFromMs }),
  };
}

/** Whoever waits for it was told that a symbol is flat: its openers belong to the past. */
export function flatTold(book: RiskBook, symbol: string): RiskBook {
  const known = symbolBook(book, symbol);
  if (known.isUntold === undefined) return book;
  const { isUntold: _told, openers = [], ...rest } = known;
  const younger = known.position ? openers : openers.filter(({ atMs }) => atMs > known.asOfMs);
  const one: SymbolBook = { ...rest, ...(younger.length > 0 && { openers: younger }) };
  return { ...book, symbols: { ...book.symbols, [symbol]: one } };
}
