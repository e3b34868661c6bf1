import { condition } from '@temporalio/workflow';
import type { PositionBook } from '../src/domain/position/book';
import { episodeOfOrders, unshownEntries } from '../src/domain/position/episode-of-orders';
import { executionsSinceMs } from '../src/domain/position/missed';
import { estimatedTradeOf, type ClosingEvidence, type LastSeen } from '../src/domain/position/booking';
import type { ClosedTrade, PositionOpener, PositionRow } from '../src/domain/position/types';
import type { PositionWorkflowInput } from '../src/messages/position';
import type { PositionCalls } from './position-activities';
import { RecurringAlert } from './recurring-alert';
import { isFailedCall, rootMessage } from './until-answered';

/**
 * How long the venue's money log may lag, and a booking fail, from when the position was found flat; then it is booked by what
 * there is, and a person hears of it where nothing can be read.
 */
const LAG_MAX_MS = 60_000;
/** Pauses between two attempts; the last one stays. */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** Entries of ours are looked for in executions from so long before the workflow began, or before they filled. */
const ENTRY_BEFORE_MS = 60_000;

export interface BookingParts {
  readonly input: PositionWorkflowInput;
  readonly activities: PositionCalls;
  /** Which one this is: another may take its place. */
  readonly booking: number;
  /** As it is now. */
  readonly book: () => PositionBook;
}

type Named = Pick<ClosingEvidence, 'side' | 'openedAtMs'>;

/** The venue does not tell of all entries yet. */
interface NotYet {
  /** Those of them that filled. */
  readonly unshown: readonly PositionOpener[];
}

/** What is booked of a position that is flat. */
export interface Booked {
  readonly trade: ClosedTrade;
  /** Others of ours that no report showed, the oldest first. */
  readonly missed: readonly ClosedTrade[];
}

/**
 * Books a position that is flat: again and again until the venue tells all of it, at most LAG_MAX_MS; a newer position that
 * has no stop is not kept waiting.
 *
 * @returns undefined: there is nothing to book, or the position turned out not to be flat
 */
export async function bookTrade(parts: BookingParts): Promise<Booked | undefined> {
  const { input, activities, booking, book } = parts;
  const { environment, venue, symbol } = input;
  const alert = new RecurringAlert();
  const isLast = (): boolean => hasWaited(book()) || isWaitedFor(book());
  for (let attempts = 0; book().booking === booking; attempts += 1) {
    try {
      const named = book().episode ?? (await findEpisode(parts));
      if (named === 'none') return undefined;
      if ('unshown' in named) {
        if (hasWaited(book())) return tellUnbooked(alert, symbol, named.unshown);
      } else {
        const evidence = evidenceOf(book(), named);
        const { former, episode } = book();
        const about = { evidence, seen: seenOf(book()), former, isUnseen: episode === undefined };
        const answer = await activities.bookEpisode({ environment, venue, ...about, isLast: isLast() });
        if (answer.status === 'booked') return { trade: answer.trade, missed: answer.missed ?? [] };
      }
    } catch (error) {
      if (!isFailedCall(error)) throw error;
      const { episode } = book();
      if (isWaitedFor(book()) && episode !== undefined) {
        const evidence = { ...evidenceOf(book(), episode), executions: [], moneyRows: [] };
        return { trade: estimatedTradeOf(evidence, seenOf(book())), missed: [] };
      }
      // Its reads may wait for permits behind those of open positions: that is no fault yet.
      if (hasWaited(book())) alert.raise(`${symbol}: the closed position cannot be booked yet. ${rootMessage(error)}`);
    }
    const pauseMs = PAUSES_MS[Math.min(attempts, PAUSES_MS.length - 1)]!;
    await condition(() => book().booking !== booking || isWaitedFor(book()), pauseMs);
  }
  return undefined;
}

function hasWaited({ flat }: PositionBook): boolean {
  return flat === undefined || Date.now() - flat.sinceMs >= LAG_MAX_MS;
}

/** A newer position must be looked after: at once where it has no stop. */
function isWaitedFor(book: PositionBook): boolean {
  const row: PositionRow | null | undefined = book.next?.row;
  return row !== undefined && row !== null && (row.stopLoss === undefined || hasWaited(book));
}

/**
 * The episode of entries of ours that was over before the venue showed it.
 *
 * @returns none: there was none, and no waiting brings one
 */
async function findEpisode({ input, activities, book }: BookingParts): Promise<Named | 'none' | NotYet> {
  const { environment, venue, symbol } = input;
  const { openers, beganAtMs, former } = book();
  if (openers.length === 0) return 'none';
  const filledAtMs = Math.min(beganAtMs, ...openers.map(({ filledAtMs: atMs = beganAtMs }) => atMs));
  const sinceMs = executionsSinceMs(filledAtMs - ENTRY_BEFORE_MS, former);
  const executions = await activities.fetchExecutions({ environment, venue, symbol, sinceMs });
  const orderIds = openers.map(({ clientOrderId }) => clientOrderId);
  const found = episodeOfOrders(symbol, executions, orderIds, former);
  return found ?? { unshown: unshownEntries(executions, openers) };
}

/** What filled and is in no list of the venue's is a trade that no figure here holds. */
function tellUnbooked(alert: RecurringAlert, symbol: string, unshown: readonly PositionOpener[]): undefined {
  if (unshown.length === 0) return;
  const names = unshown.map(({ fingerprint }) => fingerprint).join(', ');
  alert.raise(
    `${symbol}: what filled of ${names} is in none of the executions that are read, and no trade is booked of it. Look at the venue's own history.`,
  );
}

function evidenceOf(
  book: PositionBook,
  { side, openedAtMs }: Named,
): Omit<ClosingEvidence, 'executions' | 'moneyRows'> {
  const { terms, exits, round, openers, rounds, unprotectedMs, marks } = book;
  const running =
    round?.clientOrderId === undefined ? [] : [{ clientOrderId: round.clientOrderId, reason: round.reason }];
  return {
    symbol: terms.symbol,
    side,
    openedAtMs,
    exits: [...exits, ...running],
    openers,
    exitRounds: rounds,
    unprotectedMs,
    marks,
  };
}

function seenOf({ episode, row, flat }: PositionBook): LastSeen {
  return {
    entryPrice: episode?.entryPrice ?? '0',
    markPrice: row?.markPrice ?? episode?.markPrice ?? '0',
    quantity: episode?.sizeMax ?? '0',
    flatAtMs: flat?.asOfMs ?? Date.now(),
  };
}
