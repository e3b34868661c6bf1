import { closedTradeOf, estimatedTradeOf, type ClosingEvidence, type LastSeen } from '../src/domain/position/booking';
import type { FormerEpisode } from '../src/domain/position/former';
import { executionsSinceMs, isShownOpen, missedTrades } from '../src/domain/position/missed';
import { unnamedOrdersOf, withSignals, type UnnamedOrders } from '../src/domain/position/signal-orders';
import type { ClosedTrade } from '../src/domain/position/types';
import type { NamedVenue } from '../src/domain/trading-venue';
import { crashPoint } from '../src/process/crash-points';
import type { PacedVenue } from '../src/trading/paced-venue';
import type { PositionClient } from '../src/trading/position-client';
import type { TakenPositions } from '../src/trading/taken-positions';
import { withHeartbeats } from './heartbeats';
import { retryable } from './retryable';

export interface BookEpisodeInput extends NamedVenue {
  readonly evidence: Omit<ClosingEvidence, 'executions' | 'moneyRows'>;
  readonly seen: LastSeen;
  /** The position that was booked before; absent: none is known. */
  readonly former?: FormerEpisode;
  /** No report ever showed it: only the executions tell of it. */
  readonly isUnseen?: boolean;
  /** Whether it is booked now, also from what is no proof; otherwise the money log may lag, and is asked again later. */
  readonly isLast: boolean;
}

/**
 * booked: proven, unless it was the last attempt. lagging: the venue does not tell all of it yet. One that no report showed, and
 * that is open by its executions, is not booked; the newest of those that were missed takes its place.
 */
export type BookingAnswer =
  | {
      readonly status: 'booked';
      readonly trade: ClosedTrade;
      /** Other positions of ours that no report showed, the oldest first; absent: none were found. */
      readonly missed?: readonly ClosedTrade[];
    }
  | { readonly status: 'lagging'; readonly reason: string };

export interface EpisodeBookerParts {
  readonly pacedVenue: Pick<PacedVenue, 'executions' | 'moneyLog'>;
  readonly positions: Pick<PositionClient, 'signalsOf'>;
  /** Hears of every position that is booked. */
  readonly taken: Pick<TakenPositions, 'booked'>;
}

/** How long before an opening its rows of the money log are asked for: the venue's instants differ by moments. */
const BEFORE_OPENING_MS = 2_000;

/** What the venue tells of a position that was closed. */
interface Read {
  readonly all: ClosingEvidence;
  /** Its own part. */
  readonly own: ClosingEvidence;
  readonly missed: readonly ClosedTrade[];
}

/** Books positions that were closed from what the venue tells of them. */
export class EpisodeBooker {
  constructor(private readonly parts: EpisodeBookerParts) {}

  /** Repeating it changes nothing. */
  async book(input: BookEpisodeInput): Promise<BookingAnswer> {
    const { evidence, seen, isLast, isUnseen } = input;
    crashPoint('book.before');
    const { all, own, missed } = await withHeartbeats(() => retryable(() => this.read(input)));
    const trade = closedTradeOf(own);
    crashPoint('book.after');
    const isOpen = trade === undefined && isUnseen === true && isShownOpen(own);
    const instead = isOpen ? missed.at(-1) : undefined;
    const found = [...missed, ...(trade ? [trade] : [])];
    const isProven = (trade ?? instead) !== undefined && found.every((one) => one.isProven);
    if (!isProven && (!isLast || (isOpen && instead === undefined))) {
      const lacks = trade === undefined ? 'execution' : 'row in the money log';
      return { status: 'lagging', reason: `The venue does not tell every ${lacks} of ${evidence.symbol} yet.` };
    }
    const others = missed.filter((one) => one !== instead);
    const unnamed = [trade ?? instead ?? estimatedTradeOf(own, seen), ...others] as const;
    const [main, ...rest] = await withHeartbeats(() => this.named(unnamed, all));
    for (const one of [main, ...rest]) this.parts.taken.booked(one);
    return { status: 'booked', trade: main, ...(rest.length > 0 && { missed: rest }) };
  }

  /** The money log has the rows of every symbol: it is read from no earlier than needed. */
  private async read({ evidence, former }: BookEpisodeInput): Promise<Read> {
    const { symbol, openedAtMs } = evidence;
    const ownFromMs = openedAtMs - BEFORE_OPENING_MS;
    const executions = await this.parts.pacedVenue.executions(symbol, executionsSinceMs(openedAtMs, former));
    const missed = missedTrades({ ...evidence, executions, moneyRows: [] }, former);
    const moneyRows = await this.parts.pacedVenue.moneyLog(
      Math.min(ownFromMs, ...missed.map((trade) => trade.openedAtMs - BEFORE_OPENING_MS)),
    );
    const all = { ...evidence, executions, moneyRows };
    // What is missing of an earlier position must not hide where this one begins.
    const own = { ...all, executions: executions.filter(({ atMs }) => atMs >= ownFromMs) };
    return { all, own, missed: missedTrades(all, former) };
  }

  /** Names are no reason to wait with a booking: where they cannot be found, it has none. One look at the signals serves all. */
  private async named<Trades extends readonly ClosedTrade[]>(
    trades: Trades,
    evidence: ClosingEvidence,
  ): Promise<{ [Index in keyof Trades]: ClosedTrade }> {
    const orders = unnamedOrders(trades, evidence);
    const ids = new Set([...orders.values()].flatMap(({ opened, closed }) => [...opened, ...(closed ? [closed] : [])]));
    const found = ids.size === 0 ? [] : await this.parts.positions.signalsOf(evidence.symbol, [...ids]);
    const nameOf = (trade: ClosedTrade): ClosedTrade => {
      const own = orders.get(trade);
      return own === undefined ? trade : withSignals(trade, own, found);
    };
    return trades.map(nameOf) as { [Index in keyof Trades]: ClosedTrade };
  }
}

/** Of each trade that has any. */
function unnamedOrders(
  trades: readonly ClosedTrade[],
  evidence: ClosingEvidence,
): ReadonlyMap<ClosedTrade, UnnamedOrders> {
  const all = trades.map((trade) => {
    const { side, openedAtMs, openedBy } = trade;
    const openers = evidence.openers.filter(({ fingerprint }) => openedBy.includes(fingerprint));
    return [trade, unnamedOrdersOf({ ...evidence, side, openedAtMs, openers }, trade)] as const;
  });
  return new Map(all.filter(([, { opened, closed }]) => opened.length > 0 || closed !== undefined));
}
