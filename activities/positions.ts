import type {
  Execution,
  MoneyRow,
  PositionSide,
  PositionRowsReport,
  ProtectionAnswer,
  ProtectionChange,
} from '../src/domain/position/types';
import type { CancelledEntries } from '../src/domain/position/resting-entries';
import { jsonBytes } from '../src/domain/plain-values';
import { onSteps } from '../src/domain/position/on-steps';
import type { NamedVenue, TradingVenue } from '../src/domain/trading-venue';
import type { EntryCanceller } from '../src/intake/entry-canceller';
import type { PositionReport } from '../src/messages/position';
import type { PositionClosed } from '../src/messages/venue-account';
import { crashPoint } from '../src/process/crash-points';
import type { PacedVenue } from '../src/trading/paced-venue';
import type { ExitOutcome, PositionClient } from '../src/trading/position-client';
import type { ExitMaker, ExitOrder, MadeExit } from '../src/trading/position-exits';
import type { TakenPositions } from '../src/trading/taken-positions';
import { VenueError } from '../src/venues/venue';
import { EpisodeBooker, type BookEpisodeInput, type BookingAnswer } from './episode-booker';
import { withHeartbeats } from './heartbeats';
import { retryable } from './retryable';

export type { BookEpisodeInput, BookingAnswer } from './episode-booker';
export type { ExitOutcome } from '../src/trading/position-client';
export type { ExitOrder, MadeExit } from '../src/trading/position-exits';

/**
 * A call sets protection within this of its beginning, or not at all. Give it a longer timeout: from then on nothing of it can
 * leave any more, and come behind a newer one.
 */
export const SET_PROTECTION_WITHIN_MS = 5_000;
/** What one answer holds at most, the oldest first: ask on from the instant of the last one. It has to fit into one message, */
export const ROWS_MAX = 4_000;
/** however long ids and figures are; as JSON. */
export const ANSWER_BYTES_MAX = 1_900_000;
const COMMA_BYTES = 1;

/** The position's report, for its workflow, which is started where there is none. */
export interface TellPositionInput extends TradingVenue {
  readonly symbol: string;
  readonly report: PositionReport;
}

export interface SetProtectionInput extends TradingVenue {
  /** Its prices need not be on the symbol's steps. */
  readonly change: ProtectionChange;
  /** Of the position. */
  readonly side: PositionSide;
}

export interface ExecutionsInput extends NamedVenue {
  readonly symbol: string;
  readonly sinceMs: number;
}

export interface MoneyLogInput extends NamedVenue {
  readonly sinceMs: number;
  /** Only the rows of this symbol; absent: all, transfers included. */
  readonly symbol?: string;
}

export interface CancelEntriesInput extends NamedVenue {
  /** Absent: those of every symbol. */
  readonly symbol?: string;
  /** Only those that were reserved before, milliseconds UTC; absent: all. */
  readonly beforeMs?: number;
  /** Why, for people. */
  readonly words: string;
}

export interface ExitOutcomeInput extends NamedVenue {
  readonly exitFingerprint: string;
}

export interface TellClosedInput extends NamedVenue {
  readonly closed: PositionClosed;
}

export interface PositionDependencies {
  readonly pacedVenue: PacedVenue;
  readonly positions: PositionClient;
  readonly exits: ExitMaker;
  readonly entries: Pick<EntryCanceller, 'cancel'>;
  /** Hears of every position that is booked. */
  readonly taken: Pick<TakenPositions, 'booked'>;
}

/** What workflows do about positions, on the venue's task queue. */
export function createPositionActivities({ pacedVenue, positions, exits, entries, taken }: PositionDependencies) {
  const booker = new EpisodeBooker({ pacedVenue, positions, taken });

  /** Where the venue does not tell its steps now, the change goes as it is: better refused than not sent. */
  async function placedOnSteps(change: ProtectionChange, side: PositionSide): Promise<ProtectionChange> {
    try {
      return onSteps(change, side, (await pacedVenue.market(change.symbol, 'exit'))?.priceStep ?? '');
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      return change;
    }
  }

  return {
    /** Every open position; fails as a whole where anything of it is missing. */
    fetchPositions: (_of: NamedVenue): Promise<PositionRowsReport> => retryable(() => pacedVenue.positionRows()),

    /** Signals the position's workflow, or starts it with the report (signal with start). Repeating it tells it twice. */
    async tellPosition({ symbol, report }: TellPositionInput): Promise<void> {
      crashPoint('report.before-tell');
      await positions.tell(symbol, report);
      crashPoint('report.after-tell');
    },

    /** Sets what guards a position, under an order permit of an exit: one request, which may be repeated. */
    async setProtection({ change, side }: SetProtectionInput): Promise<ProtectionAnswer> {
      const endsAtMs = performance.now() + SET_PROTECTION_WITHIN_MS;
      const onStep = await placedOnSteps(change, side);
      const answer = await pacedVenue.setProtection(onStep, endsAtMs, () => crashPoint('protect.before'));
      crashPoint('protect.after');
      return answer;
    },

    /** At most ROWS_MAX, the oldest first. */
    fetchExecutions: ({ symbol, sinceMs }: ExecutionsInput): Promise<readonly Execution[]> =>
      withHeartbeats(() => retryable(async () => fittingRows(await pacedVenue.executions(symbol, sinceMs)))),

    /** At most ROWS_MAX, the oldest first. */
    fetchMoneyLog: ({ sinceMs, symbol }: MoneyLogInput): Promise<readonly MoneyRow[]> =>
      retryable(async () => {
        const rows = await pacedVenue.moneyLog(sinceMs);
        return fittingRows(rows.filter((row) => symbol === undefined || row.symbol === symbol));
      }),

    /**
     * Books a position that was closed, and what no report showed of ours beside it, from the venue's executions and money log, which
     * stay out of the history.
     */
    bookEpisode: (input: BookEpisodeInput): Promise<BookingAnswer> => booker.book(input),

    /** Cancels entries that may still fill, by their signals' own workflows. Repeating it changes nothing. */
    cancelEntries: ({ symbol, beforeMs, words }: CancelEntriesInput): Promise<CancelledEntries | undefined> =>
      entries.cancel({ symbol, beforeMs }, words),

    /**
     * The signal that closes a position, or a part of it: its fingerprint is the id of the workflow to start. Made here because
     * a workflow can make no hash.
     */
    makeExit: (order: ExitOrder): Promise<MadeExit> => exits.make(order),

    /** What became of an exit that was started before. */
    exitOutcome: ({ exitFingerprint }: ExitOutcomeInput): Promise<ExitOutcome> =>
      positions.exitOutcome(exitFingerprint),

    /** Tells the account of a booked episode. Repeating it changes nothing. */
    positionClosed: ({ closed }: TellClosedInput): Promise<void> => positions.tellClosed(closed),
  };
}

/** The first ones that one answer holds. */
function fittingRows<Row>(rows: readonly Row[]): readonly Row[] {
  let room = ANSWER_BYTES_MAX;
  const fitting = rows.slice(0, ROWS_MAX);
  const firstLeft = fitting.findIndex((row) => (room -= jsonBytes(row) + COMMA_BYTES) < 0);
  return firstLeft === -1 ? fitting : fitting.slice(0, firstLeft);
}

export type PositionActivities = ReturnType<typeof createPositionActivities>;
