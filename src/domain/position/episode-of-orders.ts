import { episodesOf, type Episode } from './episode';
import { isRowOf, type FormerEpisode } from './former';
import type { Execution, PositionOpener } from './types';

/**
 * The newest episode that orders of ours opened, other than the one that was booked before.
 *
 * @param orderIds client order ids
 * @returns none: every one of them is in the executions, and opened nothing else. undefined: some are not there yet
 */
export function episodeOfOrders(
  symbol: string,
  executions: readonly Execution[],
  orderIds: readonly string[],
  former: FormerEpisode | undefined,
): Pick<Episode, 'side' | 'openedAtMs'> | 'none' | undefined {
  const found = episodesOf(symbol, executions)
    .filter(({ legs }) => legs.some(({ role, execution }) => role === 'opens' && isOneOf(execution, orderIds)))
    .findLast((episode) => !isRowOf(former, episode, episode.openedAtMs));
  if (found !== undefined) return { side: found.side, openedAtMs: found.openedAtMs };
  return orderIds.every((orderId) => isShown(orderId, executions)) ? 'none' : undefined;
}

/** Those entries that filled, for all that was told, and of which the executions show nothing. */
export function unshownEntries(
  executions: readonly Execution[],
  openers: readonly PositionOpener[],
): readonly PositionOpener[] {
  return openers.filter(
    ({ clientOrderId, filledAtMs }) => filledAtMs !== undefined && !isShown(clientOrderId, executions),
  );
}

function isShown(orderId: string, executions: readonly Execution[]): boolean {
  return executions.some((execution) => isOneOf(execution, [orderId]));
}

function isOneOf({ clientOrderId, kind }: Execution, orderIds: readonly string[]): boolean {
  return kind === 'trade' && orderIds.includes(clientOrderId);
}
