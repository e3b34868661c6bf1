import { ExactDecimal, parseDecimal } from '../decimal';
import type { Denial } from '../denial';
import { orderSizeOf } from '../ledger/positions';
import type { Reservation, Rewrite } from '../ledger/types';
import { isOpen, symbolBook } from './book';
import type { HeldPosition, RiskBook, SymbolBook } from './book';
import type { Circumstances, Entry } from './entry';
import type { RiskTerms } from './types';
import { instantWords } from './words';

/** Between two reports while nothing is open, milliseconds. */
export const FLAT_REPORT_INTERVAL_MS = 30_000;
/** Reports that may be missed in a row before positions count as unknown. */
const REPORTS_MISSED_MAX = 3;
/** Intervals may be as short as a second; a venue that is slow is no reason to stop. */
const REPORT_AGE_MIN_MS = 15_000;

/** How old a report of positions may be for entries, milliseconds. */
export function reportAgeMaxMs(book: RiskBook, { positions }: RiskTerms): number {
  const intervalMs = positions.reportIntervalSeconds * 1_000;
  const usualMs = Object.values(book.symbols).some(isOpen) ? intervalMs : Math.max(intervalMs, FLAT_REPORT_INTERVAL_MS);
  return Math.max(REPORT_AGE_MIN_MS, REPORTS_MISSED_MAX * usualMs);
}

/** Why positions are not known well enough for an entry; undefined: they are. */
export function knowledgeDenial({ symbol }: Entry, { book, terms, nowMs }: Circumstances): Denial | undefined {
  if (!needsPositions(terms)) return undefined;
  if (book.asOfMs === 0) return unknown('The venue has not reported its positions yet.');
  const ageMs = nowMs - book.reportedAtMs;
  const ageMaxMs = reportAgeMaxMs(book, terms);
  if (Math.abs(ageMs) > ageMaxMs) {
    const age = ageMs < 0 ? 'ahead of our clock' : `${Math.round(ageMs / 1_000)} s ago`;
    return unknown(`The positions were reported ${age}; entries need a report of at most ${ageMaxMs / 1_000} s.`);
  }
  if (book.isFull) return unknown('There are more positions than can be watched.');
  const { isUnread, exitSettledFromMs = 0 } = symbolBook(book, symbol);
  if (isUnread) return unknown(`The venue's row of the position in ${symbol} cannot be read.`);
  if (exitSettledFromMs <= book.asOfMs || terms.positions.onOpposite === 'net') return undefined;
  return unknown(`An exit in ${symbol} has just filled.`);
}

function needsPositions({ positions, risk }: RiskTerms): boolean {
  const { perSymbol, total, groups, positionsMax } = risk;
  if (positions.onOpposite !== 'net' || perSymbol !== null || total !== null || positionsMax !== null) return true;
  return Object.keys(groups).length > 0;
}

function unknown(why: string): Denial {
  return { code: 'RISK_UNKNOWN', message: `${why} The signal waits for the venue's next report of positions.` };
}

/** What a position of the symbol, or a pending order in it, makes of an entry. */
export function netting(entry: Entry, at: Circumstances): Denial | Rewrite | undefined {
  const { book, terms, pending } = at;
  const known = symbolBook(book, entry.symbol);
  if (terms.positions.onOpposite === 'net') {
    return known.position && sideOf(known) === entry.direction ? guardedBy(known.position, entry) : undefined;
  }
  const orders = pending.filter(
    ({ metadata }) => metadata.symbol === entry.symbol && orderSizeOf(metadata) !== undefined,
  );
  const exits = orders.filter(({ intent }) => intent === 'exit');
  const entries = orders.filter(({ intent }) => intent === 'entry');
  const side = sideOf(known);
  if (side !== undefined && side !== entry.direction) return opposite(entry, known, at, exits);
  const waiting = entries[0];
  if (waiting) return pendingDenial(entry, waiting);
  if (exits.length > 0 && side !== undefined) {
    return exists(`The position in ${entry.symbol} is being closed. Send a new signal when it is.`);
  }
  const { position } = known;
  if (position && (known.openers ?? []).length === 0) return foreign(entry, position);
  if (side === undefined) return protectionDenial(entry, at);
  return added(entry, known, at);
}

/** Of a position, or of what filled and is not reported yet. */
function sideOf({ position, fills = [] }: SymbolBook): Entry['direction'] | undefined {
  if (position) return position.side === 'LONG' ? 'BUY' : 'SELL';
  const sum = fills.at(-1);
  if (sum === undefined) return undefined;
  return sum.bought === '0' ? 'SELL' : 'BUY';
}

function opposite(
  { symbol, direction }: Entry,
  { position, openers = [], exitSettledFromMs = 0, missedAtMs }: SymbolBook,
  { book, terms }: Circumstances,
  exits: readonly Reservation[],
): Denial | Rewrite {
  const deny = (why: string): Denial => ({ code: 'OPPOSITE_POSITION', message: why });
  if (exits.some(({ metadata }) => metadata.direction === direction)) {
    return deny(`The position in ${symbol} is being closed already. Send a new signal when it is.`);
  }
  // What filled is open for certain, and how much of it is only known from the venue's report.
  if (position === undefined) return unknown(`An entry of the other side in ${symbol} has just filled.`);
  if (openers.length === 0) return foreign({ symbol }, position);
  // Of what was reported as open nothing may be left.
  if (missedAtMs !== undefined) return unknown(`The last report lacks the position in ${symbol}.`);
  if (exitSettledFromMs > book.asOfMs) return unknown(`An exit in ${symbol} has just filled.`);
  if (terms.positions.onOpposite === 'exit') return { exit: { quantity: position.size } };
  return deny(
    `${position.side} ${position.size} is open in ${symbol}, and positions.onOpposite is deny: no entry against it is taken until it is closed. Close it first.`,
  );
}

function pendingDenial({ symbol, direction }: Entry, { purpose, metadata }: Reservation): Denial {
  const isSame = metadata.direction === direction;
  return {
    code: isSame ? 'POSITION_EXISTS' : 'OPPOSITE_POSITION',
    message: `An entry in ${symbol} is pending (${purpose}), and one at a time is taken. Send a new signal when it has ended.`,
  };
}

function foreign({ symbol }: Pick<Entry, 'symbol'>, { side, size, openedAtMs }: HeldPosition): Denial {
  return {
    code: 'POSITION_FOREIGN',
    message: `${side} ${size} is open in ${symbol} since ${instantWords(openedAtMs)}, and nothing here opened it. No entry is taken in ${symbol} until it is closed.`,
  };
}

function exists(message: string): Denial {
  return { code: 'POSITION_EXISTS', message };
}

/** One that enlarges a position carries what guards it: an attached stop replaces that of the position. */
function added(entry: Entry, known: SymbolBook, at: Circumstances): Denial | Rewrite | undefined {
  const { symbol } = entry;
  const { adds } = at.terms.positions;
  const { position } = known;
  const entries = known.entries ?? 1;
  if (entries > adds) {
    const what = position ? `${position.side} ${position.size} is open` : 'An entry has just filled';
    const rule = adds === 0 ? 'no further entry' : `at most ${adds} further entries`;
    return exists(
      `${what} in ${symbol} by ${entries} ${entries === 1 ? 'entry' : 'entries'}; positions.adds allows ${rule}. Send a new signal when it is closed.`,
    );
  }
  const bare = protectionDenial(entry, at);
  if (bare) return bare;
  if (position === undefined) return unknown(`An entry in ${symbol} has just filled.`);
  return guardedBy(position, entry);
}

/**
 * The tighter of both stops, and the position's target. Not of a limit order beyond that stop: whatever fills it has closed
 * the position before, and the venue refuses a stop that its own price has passed.
 */
function guardedBy({ stop, target }: HeldPosition, { direction, stopLoss, limitPrice }: Entry): Rewrite | undefined {
  if (stop === undefined || isPassed(direction, stop, limitPrice)) return undefined;
  const isTargetAhead = target !== undefined && (limitPrice === undefined || !isPassed(direction, limitPrice, target));
  return {
    protection: {
      stopLoss: tighter(direction, stop, stopLoss),
      ...(isTargetAhead && { takeProfit: target }),
    },
  };
}

/** Whether a price lies on the losing side of a stop, or on it. */
function isPassed(direction: Entry['direction'], stop: string, price: string | undefined): boolean {
  const at = parseDecimal(price);
  if (at === undefined) return false;
  return direction === 'BUY' ? at.lessThanOrEqualTo(stop) : at.greaterThanOrEqualTo(stop);
}

function tighter(direction: Entry['direction'], present: string, own: string | undefined): string {
  const [one, other] = [new ExactDecimal(present), parseDecimal(own)];
  if (own === undefined || other === undefined) return present;
  const isOwnTighter = direction === 'BUY' ? other.greaterThan(one) : other.lessThan(one);
  return isOwnTighter ? own : present;
}

/** Whether a position waits for its stop: in this symbol, or one of ours elsewhere for longer than is allowed. */
function protectionDenial({ symbol }: Entry, { book, terms, nowMs }: Circumstances): Denial | undefined {
  const { unprotectedMaxMs } = terms;
  if (unprotectedMaxMs === undefined) return undefined;
  for (const [name, { unprotectedSinceMs, openers = [] }] of Object.entries(book.symbols)) {
    if (unprotectedSinceMs === undefined) continue;
    const bareMs = Math.max(0, nowMs - unprotectedSinceMs);
    const isInTheWay = name === symbol || (openers.length > 0 && bareMs > unprotectedMaxMs);
    if (!isInTheWay) continue;
    return {
      code: 'PROTECTION_PENDING',
      message:
        `The position in ${name} has had no stop for ${Math.round(bareMs / 1_000)} s; at most ${unprotectedMaxMs / 1_000} s are allowed. ` +
        'No entry is taken until it has one or is closed.',
    };
  }
  return undefined;
}
