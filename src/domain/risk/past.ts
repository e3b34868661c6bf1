import type { Closing, HeldPosition, SymbolBook } from './book';
import { POSITIONS_DELAY_MAX_MS } from './book';

/*
 * What belongs to an episode that is booked. Whoever booked it knows that it is over: nothing of it is told again, whatever
 * reports still show of it.
 */

/** An instant of an opening, and of a fill, may differ by this from what the same has elsewhere: there are several of them. */
export const OPENED_TOLERANCE_MS = 1_000;

/** Whether a position is of an episode that is booked: that one, or an earlier one. */
export function isPast(closing: Closing | undefined, { openedAtMs }: Pick<HeldPosition, 'openedAtMs'>): boolean {
  if (closing?.isBooked !== true) return false;
  if (openedAtMs <= closing.openedAtMs) return true;
  return openedAtMs < closing.atMs && openedAtMs <= closing.openedAtMs + OPENED_TOLERANCE_MS;
}

/**
 * Whether a report may still show a position that is past: one of so much later does not, and what it shows is open, whatever
 * was booked.
 */
export function isStillShown(
  closing: Closing | undefined,
  position: Pick<HeldPosition, 'openedAtMs'>,
  asOfMs: number,
): boolean {
  return closing !== undefined && isPast(closing, position) && asOfMs < closing.atMs + POSITIONS_DELAY_MAX_MS;
}

/** Whether what filled then is of an episode that is booked. What closed it and opened the next one in one fill is of both. */
export function isPastFill({ closing, position }: SymbolBook, executedAtMs: number): boolean {
  if (closing?.isBooked !== true || executedAtMs >= closing.atMs) return false;
  return position === undefined || isPast(closing, position);
}
