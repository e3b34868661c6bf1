import type { PositionBook } from './book';
import { formerOf, type FormerEpisode } from './former';

/** What was booked last of a symbol: by this run, or before it. */
export function lastBooked({ last, trade, former }: PositionBook): FormerEpisode | undefined {
  return last ?? (trade === undefined ? former : formerOf(trade));
}
