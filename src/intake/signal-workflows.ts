import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { SignalOutcome, SignalView } from '../domain/signal-view';
import { orphanWorkflowId } from '../messages/ids';
import {
  TRADE_DIRECTION,
  TRADE_OUTCOME,
  TRADE_STRATEGY,
  TRADE_SYMBOL,
  TRADE_VENUE,
} from '../messages/search-attributes';
import {
  CANCEL_MESSAGES,
  EXIT_REASON_MEMO,
  SIGNAL_WORKFLOW_TYPE,
  cancelUpdate,
  settleUpdate,
  stateQuery,
  type CancelAnswer,
  type CancelOrigin,
  type CancelReply,
  type SettleCommand,
  type SettleReply,
} from '../messages/signal';
import { someAtOnce } from '../process/some-at-once';
import { isNotReady, queryPatiently } from '../temporal/patient-query';
import { isUnanswered } from '../temporal/grpc-status';
import { clientOrderIdOf, isOurOrderId } from './fingerprint';
import { callServer } from './server-call';
import { readSignalView, type StoredSignalView } from './stored-view';
import { SIGNAL_LIST_MAX, type SignalIntake, type SignalSummary } from './types';

/** The workflow that has a signal's account. */
interface Holder {
  readonly handle: WorkflowHandle<() => Promise<StoredSignalView>>;
  readonly status: WorkflowExecutionDescription['status']['name'];
  readonly workflowId: string;
}

/** Signals whose order ids are compared. */
const ORDERS_LOOKED_AT_MAX = 20_000;
const READ_AT_ONCE_MAX = 10;

const GOES_ON: ReadonlySet<string> = new Set(['RUNNING', 'PAUSED']);
const ENDED_BY_HAND =
  'The workflow of this signal was ended before its time. What it reserved, if anything, is looked for within two minutes; ask again then.';

const NOBODY_TELLS =
  'No trading engine answers at present (oncefill status tells which processes run): this is what its history says.';

const READ_AGAIN = {
  unanswered: 'The Temporal server does not answer, or no trading engine does. Ask again in a moment.',
};
const LOOK_FIRST = {
  unanswered:
    'The Temporal server does not answer, or no trading engine does; the signal may have been settled or not. See what "oncefill signal show" says, then repeat the command: an ended signal is not settled twice.',
};

const CANCEL_AGAIN = {
  unanswered:
    'The Temporal server does not answer, or no trading engine does; the signal may have been cancelled or not. Repeat the command: cancelling twice changes nothing.',
};

/** Reads, settles and cancels signals that have a workflow. */
export class SignalWorkflows implements Pick<SignalIntake, 'show' | 'list' | 'settle' | 'cancel'> {
  constructor(private readonly client: Client) {}

  async show(fingerprint: string): Promise<SignalView | undefined> {
    return callServer(this.client, READ_AGAIN, () => this.read(fingerprint));
  }

  /** The same under the caller's deadline. */
  async read(fingerprint: string): Promise<SignalView | undefined> {
    const holder = await this.holderOf(fingerprint);
    return holder && accountOf(holder);
  }

  /**
   * The same without a wait for whoever would have to tell it: a signal that runs is asked for no longer than that.
   *
   * @param endsAtMs when the caller's own deadline is, milliseconds UTC: this one does not outlive it
   * @returns `untold`, why for people: there is such a signal, and nobody told in time how it stands
   */
  async readWithin(
    fingerprint: string,
    timeoutMs: number,
    endsAtMs: number,
  ): Promise<SignalView | { untold: string } | undefined> {
    const holder = await this.holderOf(fingerprint);
    if (!holder) return undefined;
    try {
      return await this.client.withDeadline(Math.min(Date.now() + timeoutMs, endsAtMs), () => accountOf(holder));
    } catch (error) {
      if (!isUnanswered(error) && !isNotReady(error)) throw error;
      return { untold: GOES_ON.has(holder.status) ? NOBODY_TELLS : ENDED_BY_HAND };
    }
  }

  /** The workflow that has a signal's account. @returns undefined: none has */
  async holderId(fingerprint: string): Promise<string | undefined> {
    return (await this.holderOf(fingerprint))?.workflowId;
  }

  /**
   * The signal of an order, by the server's index. Our own ids are hashes of fingerprints; a venue's are found in the accounts
   * of the newest signals alone.
   *
   * @returns undefined: none of those that were looked at
   */
  async findByOrder(orderId: string): Promise<string | undefined> {
    const query = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND ExecutionStatus != 'ContinuedAsNew'`;
    const newest: string[] = [];
    let looked = 0;
    for await (const { workflowId } of this.client.workflow.list({ query, pageSize: SIGNAL_LIST_MAX })) {
      if (clientOrderIdOf(workflowId) === orderId) return workflowId;
      if (newest.length < SIGNAL_LIST_MAX) newest.push(workflowId);
      looked += 1;
      if (looked >= ORDERS_LOOKED_AT_MAX) break;
    }
    if (isOurOrderId(orderId)) return undefined;
    const found = await someAtOnce(newest, READ_AT_ONCE_MAX, async (fingerprint) => {
      const view = await this.read(fingerprint).catch(() => undefined);
      return view?.order?.venueOrderId === orderId ? fingerprint : undefined;
    });
    return found.find((fingerprint) => fingerprint !== undefined);
  }

  /** By the server's index, which may be LISTED_LATE_MAX_MS late. @param rowsMax those that run first, then the last to end */
  async list(minutes: number, rowsMax: number = SIGNAL_LIST_MAX): Promise<readonly SignalSummary[]> {
    const since = new Date(Date.now() - minutes * 60_000).toISOString();
    // A signal that waits for long goes on in a new run; the former ones are no rows of their own.
    const query = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND StartTime >= '${since}' AND ExecutionStatus != 'ContinuedAsNew'`;
    return callServer(this.client, READ_AGAIN, async () => {
      const rows: SignalSummary[] = [];
      for await (const info of this.client.workflow.list({ query, pageSize: rowsMax })) {
        rows.push(summarise(info));
        if (rows.length >= rowsMax) break;
      }
      return rows.toSorted((left, right) => right.startedAtMs - left.startedAtMs);
    });
  }

  async settle(fingerprint: string, command: SettleCommand): Promise<SettleReply | undefined> {
    return callServer(this.client, LOOK_FIRST, async () => {
      const holder = await this.holderOf(fingerprint);
      if (!holder) return undefined;
      if (holder.status === 'COMPLETED') return hasEnded(fingerprint);
      if (!GOES_ON.has(holder.status)) return { accepted: false, message: ENDED_BY_HAND };
      try {
        return await holder.handle.executeUpdate(settleUpdate, { args: [command] });
      } catch (error) {
        // Ended between the look and the command.
        if (error instanceof WorkflowNotFoundError) return hasEnded(fingerprint);
        if (!(error instanceof WorkflowUpdateFailedError)) throw error;
        return { accepted: false, message: error.cause?.message ?? error.message };
      }
    });
  }

  async cancel(fingerprint: string, reason: string, origin: CancelOrigin): Promise<CancelAnswer | undefined> {
    return callServer(this.client, CANCEL_AGAIN, async () => {
      const holder = await this.holderOf(fingerprint);
      if (!holder) return undefined;
      if (holder.status !== 'COMPLETED' && !GOES_ON.has(holder.status))
        return { effect: 'ended', message: ENDED_BY_HAND };
      if (holder.status !== 'COMPLETED') {
        const reply = await askToCancel(holder, reason, origin);
        // Whoever looks after an orphaned order sends none, and cancels the one that there may be.
        const isOrphan = holder.workflowId !== fingerprint;
        if (reply?.accepted)
          return answerTo(fingerprint, isOrphan ? { ...reply, message: CANCEL_MESSAGES.cancelling } : reply);
      }
      return endedAs(fingerprint, readSignalView(await holder.handle.result()));
    });
  }

  /** The signal's own workflow, unless that was ended from outside and another one looks after its order. */
  private async holderOf(fingerprint: string): Promise<Holder | undefined> {
    const own = await this.find(fingerprint, SIGNAL_WORKFLOW_TYPE);
    if (own && (own.status === 'COMPLETED' || GOES_ON.has(own.status))) return own;
    return (await this.find(orphanWorkflowId(fingerprint))) ?? own;
  }

  private async find(workflowId: string, type?: string): Promise<Holder | undefined> {
    const handle = this.client.workflow.getHandle<() => Promise<StoredSignalView>>(workflowId);
    try {
      const description = await handle.describe();
      if (type !== undefined && description.type !== type) return undefined;
      return { handle, status: description.status.name, workflowId };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}

async function accountOf({ handle, status }: Holder): Promise<SignalView> {
  // A closed signal's account is its result: readable also while no worker runs.
  const isStored = status === 'COMPLETED';
  const view = readSignalView(await (isStored ? handle.result() : queryPatiently(handle, stateQuery)));
  return isStored || GOES_ON.has(status) ? view : { ...view, detail: ENDED_BY_HAND };
}

/** @returns undefined: it ended between the look and the command */
async function askToCancel({ handle }: Holder, reason: string, origin: CancelOrigin): Promise<CancelReply | undefined> {
  try {
    return await handle.executeUpdate(cancelUpdate, { args: [reason, origin] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return undefined;
    throw error;
  }
}

/** Words that are not known here count as the effect that promises less. */
function answerTo(fingerprint: string, { message }: CancelReply): CancelAnswer {
  const effect = message.endsWith(CANCEL_MESSAGES.unsent) ? 'unsent' : 'cancelling';
  const rest =
    effect === 'cancelling' ? ` Until that is done it may fill: oncefill signal show ${fingerprint} tells.` : '';
  return { effect, message: `${message}${rest}` };
}

function endedAs(fingerprint: string, { outcome, detail }: SignalView): CancelAnswer {
  const how: SignalOutcome | 'ENDED' = outcome ?? 'ENDED';
  return { effect: 'ended', outcome, message: `The signal ${fingerprint} has ended already, ${how}: ${detail}` };
}

function hasEnded(fingerprint: string): SettleReply {
  return { accepted: false, message: `The signal ${fingerprint} has ended: there is nothing to settle.` };
}

function summarise(info: WorkflowExecutionInfo): SignalSummary {
  const attributes = info.typedSearchAttributes;
  return {
    fingerprint: info.workflowId,
    symbol: attributes.get(TRADE_SYMBOL) ?? '',
    direction: attributes.get(TRADE_DIRECTION) ?? '',
    strategy: attributes.get(TRADE_STRATEGY) ?? '',
    venue: attributes.get(TRADE_VENUE) ?? '',
    ...exitReasonOf(info),
    status: info.status.name === 'RUNNING' ? 'running' : 'ended',
    outcome: outcomeOf(info),
    startedAtMs: info.startTime.getTime(),
    endedAtMs: info.closeTime?.getTime(),
  };
}

function exitReasonOf({ memo }: WorkflowExecutionInfo): Pick<SignalSummary, 'exitReason'> {
  const reason = memo?.[EXIT_REASON_MEMO];
  return typeof reason === 'string' ? { exitReason: reason } : {};
}

/** A workflow that was ended by hand keeps saying what it waited for. */
function outcomeOf({ status, typedSearchAttributes }: WorkflowExecutionInfo): string | undefined {
  const isOver = status.name === 'COMPLETED' || GOES_ON.has(status.name);
  return isOver ? typedSearchAttributes.get(TRADE_OUTCOME) : status.name;
}
