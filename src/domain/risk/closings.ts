import { parseSignedDecimal } from '../decimal';
import { isRecord, jsonBytes } from '../plain-values';
import type { CloseReason } from '../position/types';
import { RISK_SYMBOL_BYTES_MAX, symbolBook, withinBounds, withSymbol } from './book';
import type { RiskBook } from './book';
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
  const { closing } = known;
  if (closing && (closing.openedAtMs > openedAtMs || (closing.openedAtMs === openedAtMs && closing.isBooked)))
    return book;
  const atMs = Math.min(closedAtMs, nowMs);
  const isLoss = net.isNegative() && !net.isZero();
  const one = streakAfter(
    { losses: known.losses ?? 0, pausedUntilMs: known.pausedUntilMs ?? 0 },
    { isLoss, atMs },
    pauses,
  );
  const all = streakAfter(book, { isLoss, atMs }, pauses);
  const next = withSymbol(book, symbol, {
    ...known,
    closing: { openedAtMs, atMs, isBooked: true, isStop: STOPS.includes(reason) },
    ...one,
  });
  return withinBounds({ ...next, ...all }, nowMs);
}

interface Streak {
  readonly losses: number;
  readonly pausedUntilMs: number;
}

function streakAfter(
  { losses, pausedUntilMs }: Streak,
  { isLoss, atMs }: { readonly isLoss: boolean; readonly atMs: number },
  { lossStreak, lossStreakMinutes }: Pauses,
): Streak {
  if (!isLoss) return { losses: 0, pausedUntilMs };
  if (lossStreak === null || losses + 1 < lossStreak) return { losses: losses + 1, pausedUntilMs };
  return { losses: 0, pausedUntilMs: Math.max(pausedUntilMs, atMs + lossStreakMinutes * MINUTE_MS) };
}
