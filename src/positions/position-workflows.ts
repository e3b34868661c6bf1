import {
  type Client,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { ClosedTrade } from '../domain/position/types';
import type { TradingVenue } from '../domain/trading-venue';
import { CALL_TIMEOUT_MS, callServer } from '../intake/server-call';
import { SignalWorkflows } from '../intake/signal-workflows';
import { positionWorkflowId, venueAccountWorkflowId } from '../messages/ids';
import {
  closePositionUpdate,
  MISSED_MEMO,
  NO_TRADE,
  POSITION_WORKFLOW_TYPE,
  positionStateQuery,
  protectPositionUpdate,
  TRADE_MEMO,
  type CloseCommand,
  type PositionReply,
  type PositionView,
  type ProtectCommand,
} from '../messages/position';
import { TRADE_DIRECTION, TRADE_OUTCOME } from '../messages/search-attributes';
import { riskQuery, type RiskView } from '../messages/venue-account';
import { someAtOnce } from '../process/some-at-once';
import { queryPatiently } from '../temporal/patient-query';
import { withAwaitedWord } from './awaited-word';

/** Positions that are asked at the same time. */
const ASKED_AT_ONCE_MAX = 10;
/** A venue has at most this many configured symbols. */
const POSITIONS_MAX = 200;
/** Trades of one list; of more, the newest. */
export const TRADES_MAX = 10_000;
const PAGE_SIZE = 500;
const DAY_MS = 86_400_000;
/** A look at a position after it was told something, for the words of the answer alone. */
const LOOK_TIMEOUT_MS = 2_000;

const ASK_AGAIN = {
  unanswered: 'The Temporal server does not answer, or no trading engine does. Ask again in a moment.',
};
const ACT_AGAIN = {
  unanswered:
    'The Temporal server does not answer, or no trading engine does; the position may have been told or not. Look at it, then repeat the command: repeating it is safe.',
};

/** A position that is open, or one whose workflow does not answer. */
export type ListedPosition = { readonly symbol: string } & (
  { readonly view: PositionView } | { readonly view?: undefined; readonly problem: string }
);

export interface TradeList {
  /** Oldest first, by their end. */
  readonly trades: readonly ClosedTrade[];
  /** Symbols of positions that ended and tell no trade: their workflows were ended by hand. A symbol as often as that happened. */
  readonly untold: readonly string[];
  /** There are more, older ones. */
  readonly isCut: boolean;
}

/** Reads and tells the workflows of positions. Every call throws IntakeUnavailableError where nobody answers. */
export class PositionWorkflows {
  private readonly signals: SignalWorkflows;

  constructor(
    private readonly client: Client,
    private readonly ours: TradingVenue,
  ) {
    this.signals = new SignalWorkflows(client);
  }

  /** Every open position, by symbol. By the server's index, which may be a second or two late. */
  async list(): Promise<readonly ListedPosition[]> {
    const endsAtMs = Date.now() + CALL_TIMEOUT_MS;
    return callServer(this.client, ASK_AGAIN, async () => {
      const query = `WorkflowType = '${POSITION_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
      const ids: string[] = [];
      for await (const { workflowId } of this.client.workflow.list({ query, pageSize: POSITIONS_MAX })) {
        ids.push(workflowId);
        if (ids.length >= POSITIONS_MAX) break;
      }
      const prefix = positionWorkflowId(this.ours, '');
      const symbols = ids.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
      return someAtOnce(symbols.toSorted(), ASKED_AT_ONCE_MAX, async (symbol): Promise<ListedPosition> => {
        try {
          return { symbol, view: await this.view(this.handleOf(symbol), endsAtMs) };
        } catch (error) {
          return { symbol, problem: error instanceof Error ? error.message : String(error) };
        }
      });
    });
  }

  /**
   * The open position of a symbol, or the last one that was closed.
   *
   * @param timeoutMs absent: as every call to the server
   * @returns undefined: none is remembered
   */
  async show(symbol: string, timeoutMs = CALL_TIMEOUT_MS): Promise<PositionView | undefined> {
    const endsAtMs = Date.now() + timeoutMs;
    return callServer(this.client, { ...ASK_AGAIN, timeoutMs }, async () => {
      const handle = this.handleOf(symbol);
      try {
        const { status } = await handle.describe();
        return await (status.name === 'COMPLETED'
          ? (handle.result() as Promise<PositionView>)
          : this.view(handle, endsAtMs));
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    });
  }

  /** @returns undefined: no position of this symbol is open. Its message tells whose word an exit waits for, where one does */
  async close(symbol: string, command: CloseCommand): Promise<PositionReply | undefined> {
    const reply = await this.tell((handle) => handle.executeUpdate(closePositionUpdate, { args: [command] }), symbol);
    if (reply?.accepted !== true) return reply;
    // It is told already: whatever comes of this look.
    const words = await this.awaitedWord(symbol).catch(() => undefined);
    return words === undefined ? reply : { ...reply, message: `${reply.message} ${words}` };
  }

  /** @returns undefined: no position of this symbol is open */
  protect(symbol: string, command: ProtectCommand): Promise<PositionReply | undefined> {
    return this.tell((handle) => handle.executeUpdate(protectPositionUpdate, { args: [command] }), symbol);
  }

  /** @param days how far back, more than 0; no further than the server remembers */
  async trades(days: number): Promise<TradeList> {
    return callServer(this.client, ASK_AGAIN, async () => {
      const since = new Date(Date.now() - days * DAY_MS).toISOString();
      const query = `WorkflowType = '${POSITION_WORKFLOW_TYPE}' AND ExecutionStatus != 'Running' AND CloseTime >= '${since}'`;
      // A run that told its trade and went on has handed it to the next one, too.
      const trades = new Map<string, ClosedTrade>();
      const untold: string[] = [];
      let isCut = false;
      for await (const info of this.client.workflow.list({ query, pageSize: PAGE_SIZE })) {
        if (!info.workflowId.startsWith(positionWorkflowId(this.ours, ''))) continue;
        const told = tradesOf(info);
        for (const trade of told) trades.set(`${trade.symbol} ${trade.openedAtMs}`, trade);
        if (told.length === 0 && lacksTrade(info)) {
          untold.push(info.workflowId.slice(positionWorkflowId(this.ours, '').length));
        }
        isCut = trades.size >= TRADES_MAX;
        if (isCut) break;
      }
      return {
        trades: [...trades.values()].toSorted((one, other) => one.closedAtMs - other.closedAtMs),
        untold: untold.toSorted(),
        isCut,
      };
    });
  }

  /** @returns undefined: the account does not run, or meets no bound of risk */
  async risk(): Promise<RiskView | undefined> {
    return callServer(this.client, ASK_AGAIN, async () => {
      try {
        return await queryPatiently(this.client.workflow.getHandle(venueAccountWorkflowId(this.ours)), riskQuery);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      }
    });
  }

  /** What an exit that is under way waits for; undefined: for nobody's word. */
  private async awaitedWord(symbol: string): Promise<string | undefined> {
    const endsAtMs = Date.now() + LOOK_TIMEOUT_MS;
    return this.client.withDeadline(endsAtMs, async () => {
      const view = await this.handleOf(symbol).query(positionStateQuery);
      const { stateReason, wordAwaited } = await withAwaitedWord(this.signals, view, endsAtMs);
      return wordAwaited && stateReason;
    });
  }

  /** Of one that runs. */
  private async view(handle: WorkflowHandle, endsAtMs: number): Promise<PositionView> {
    return withAwaitedWord(this.signals, await queryPatiently(handle, positionStateQuery), endsAtMs);
  }

  private async tell(
    update: (handle: WorkflowHandle) => Promise<PositionReply>,
    symbol: string,
  ): Promise<PositionReply | undefined> {
    return callServer(this.client, ACT_AGAIN, async () => {
      try {
        return await update(this.handleOf(symbol));
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return undefined;
        if (!(error instanceof WorkflowUpdateFailedError)) throw error;
        return { accepted: false, message: error.cause?.message ?? error.message };
      }
    });
  }

  private handleOf(symbol: string): WorkflowHandle {
    return this.client.workflow.getHandle(positionWorkflowId(this.ours, symbol));
  }
}

/**
 * Whether a run saw a position and told no trade of it. One that went on with the same position has none to tell, and one to which the
 * venue never showed a position had none.
 */
function lacksTrade({ status, typedSearchAttributes }: WorkflowExecutionInfo): boolean {
  if (status.name === 'CONTINUED_AS_NEW' || typedSearchAttributes.get(TRADE_OUTCOME) === NO_TRADE) return false;
  return typedSearchAttributes.get(TRADE_DIRECTION) !== undefined;
}

/** What a closed position's memo tells, with those that were booked beside it; none: nothing that can be read. */
function tradesOf({ memo }: WorkflowExecutionInfo): readonly ClosedTrade[] {
  const missed = memo?.[MISSED_MEMO];
  const told = [...(Array.isArray(missed) ? (missed as unknown[]) : []), memo?.[TRADE_MEMO]] as (
    ClosedTrade | undefined
  )[];
  return told.filter(
    (trade): trade is ClosedTrade => typeof trade?.net === 'string' && typeof trade.closedAtMs === 'number',
  );
}
