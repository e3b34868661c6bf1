import { parseSignedDecimal } from '../decimal';
import { isRecord, jsonBytes } from '../plain-values';
import type { CloseReason } from '../position/types';
import { RISK_SYMBOL_BYTES_MAX, symbolBook, withinBounds, withSymbol } from './book';
import type { Closing, LossStreak, RiskBook, SymbolBook } from './book';
import { OPENED_TOLERANCE_MS } from './past';
import type { RiskSettings } from './types';

const MINUTE_MS = 60_000;

/** Ends after which a symbol rests longer. */
const STOPS: readonly CloseReason[] = ['STOP_LOSS', 'TRAILING_STOP', 'LIQUIDATION'];

/** What a closed position means to the bounds of risk. */
export interface ClosedPosition {
  readonly symbol: string;
  readonly openedAtMs: number;
  readonly closedAtMs: number;
  readonly net: string;
  readonly reason: CloseReason;
}

type Pauses = Pick<RiskSettings, 'lossStreak' | 'lossStreakMinutes'>;

/**
 * Takes over that a position was closed and booked. An episode counts once, by when it was opened. Its end counts from the
 * venue's time, or from now where the venue's clock is ahead of ours. After the last of too many losses a pause begins, and
 * they are counted anew.
 *
 * @param closed any value: a signal may come from anybody
 */
export function takeClosed(book: RiskBook, closed: ClosedPosition, pauses: Pauses, nowMs: number): RiskBook {
  if (!isRecord(closed) || typeof closed.symbol !== 'string' || jsonBytes(closed.symbol) > RISK_SYMBOL_BYTES_MAX)
    return book;
  const { symbol, openedAtMs, closedAtMs, reason } = closed;
  const net = parseSignedDecimal(closed.net);
  if (!Number.isSafeInteger(openedAtMs) || !Number.isSafeInteger(closedAtMs) || net === undefined) return book;
  const known = symbolBook(book, symbol);
  if (isKnown(known.closing, openedAtMs)) return book;
  const atMs = Math.min(closedAtMs, nowMs);
  const isLoss = net.isNegative() && !net.isZero();
  const one = streakAfter(
    { losses: known.losses ?? 0, pausedUntilMs: known.pausedUntilMs ?? 0 },
    { isLoss, atMs },
    pauses,
  );
  const all = streakAfter(book, { isLoss, atMs }, pauses);
  const closing: Closing = {
    openedAtMs: Math.max(openedAtMs, known.closing?.openedAtMs ?? openedAtMs),
    atMs,
    isBooked: true,
    isStop: STOPS.includes(reason),
  };
  const next = withSymbol(book, symbol, { ...withoutPast(known, closing), closing, ...one });
  return withinBounds({ ...next, ...all }, nowMs);
}

/** An episode that no report showed is named by its first fill, which may bear an earlier instant than its position. */
function isKnown(closing: Closing | undefined, openedAtMs: number): boolean {
  if (closing === undefined) return false;
  const { isBooked, openedAtMs: knownAtMs } = closing;
  return isBooked ? knownAtMs >= openedAtMs : knownAtMs > openedAtMs + OPENED_TOLERANCE_MS;
}

/**
 * Whoever booked it needs not be told that it is over, nor by whom it was opened. While its position is not known to be gone
 * it stays ours.
 */
function withoutPast(known: SymbolBook, closing: Closing): SymbolBook {
  const { isUntold, openers = [], entries: _entries, ...rest } = known;
  if (known.position !== undefined) return known;
  const younger = openers.filter(({ atMs }) => atMs >= closing.atMs);
  return {
    ...rest,
    ...(younger.length > 0 && { openers: younger, entries: younger.length, ...(isUntold && { isUntold }) }),
  };
}

interface Streak {
  readonly losses: number;
  readonly pausedUntilMs: number;
  readonly streak?: LossStreak;
}

function streakAfter(
  { losses, pausedUntilMs }: Streak,
  { isLoss, atMs }: { readonly isLoss: boolean; readonly atMs: number },
  { lossStreak, lossStreakMinutes }: Pauses,
): Streak {
  if (!isLoss) return { losses: 0, pausedUntilMs };
  if (lossStreak === null || losses + 1 < lossStreak) return { losses: losses + 1, pausedUntilMs };
  return {
    losses: 0,
    pausedUntilMs: Math.max(pausedUntilMs, atMs + lossStreakMinutes * MINUTE_MS),
    streak: { losses: losses + 1, atMs },
  };
}
