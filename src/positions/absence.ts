import type { PositionView } from '../messages/position';
import { instantWords } from '../domain/instant-words';
import { isClosed } from './flatten';

/**
 * Why nobody could be told anything about a position: one sentence, or two.
 *
 * @param last what is known of its symbol; undefined: nothing
 */
export function describeAbsence(symbol: string, last: PositionView | undefined): string {
  if (last === undefined) return `No position of ${symbol} is open, and none is remembered that was.`;
  if (!isClosed(last)) return `A position of ${symbol} was opened just now. Ask again.`;
  const { trade } = last;
  if (trade === undefined) return `No position of ${symbol} is open.`;
  return `No position of ${symbol} is open; the last one was closed ${instantWords(trade.closedAtMs)} (${trade.reason}).`;
}
