import { isOurs } from './attribution';
import type { ClosingEvidence } from './booking';
import { episodeAt, episodesOf } from './episode';
import { OPENERS_MAX, type ClosedTrade } from './types';

/** Orders of our signals in a booked position whose signals are not known by name; client order ids. */
export interface UnnamedOrders {
  /** That opened it, the earliest first, where no entry is known with its strategy. */
  readonly opened: readonly string[];
  /** That closed it: neither an exit of the position's own, nor the venue. */
  readonly closed?: string;
}

/** A signal of ours, found by its order. */
export interface FoundSignal {
  readonly clientOrderId: string;
  readonly fingerprint: string;
  readonly strategy?: string;
}

export function unnamedOrdersOf(evidence: ClosingEvidence, { reason }: ClosedTrade): UnnamedOrders {
  const { symbol, side, openedAtMs, executions, openers } = evidence;
  const legs = episodeAt(episodesOf(symbol, executions), side, openedAtMs)?.legs ?? [];
  const opening = legs.filter(({ role, execution }) => role === 'opens' && isOurs(execution));
  const opened = new Set(opening.map(({ execution }) => execution.clientOrderId));
  const last = legs.at(-1)?.execution;
  const isClosedBySignal = reason === 'SIGNAL' && last !== undefined && isOurs(last);
  return {
    opened: openers.some(({ strategy }) => strategy !== undefined) ? [] : [...opened].slice(0, OPENERS_MAX),
    ...(isClosedBySignal && { closed: last.clientOrderId }),
  };
}

/** The trade with the names of what opened and closed it. */
export function withSignals(
  trade: ClosedTrade,
  { opened, closed }: UnnamedOrders,
  found: readonly FoundSignal[],
): ClosedTrade {
  const signalOf = (id: string | undefined) => found.find(({ clientOrderId }) => clientOrderId === id);
  const openers = opened.flatMap((id) => signalOf(id) ?? []);
  const closer = signalOf(closed);
  const strategy = openers[0]?.strategy;
  return {
    ...trade,
    ...(openers.length > 0 && {
      openedBy: openers.map(({ fingerprint }) => fingerprint),
      marks: trade.marks.filter((mark) => mark !== 'foreign'),
      ...(strategy !== undefined && { strategy }),
    }),
    ...(closer && { closedBy: closer.fingerprint }),
    ...(closer?.strategy !== undefined && { closedByStrategy: closer.strategy }),
  };
}
