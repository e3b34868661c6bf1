import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { TradingSignal } from '../domain/signal';
import type { SignalSource } from '../domain/signal-source';
import type { TradingVenue } from '../domain/trading-venue';
import { SIGNALS_TASK_QUEUE } from '../messages/ids';
import { TRADE_DIRECTION, TRADE_STRATEGY, TRADE_SYMBOL, TRADE_VENUE } from '../messages/search-attributes';
import { CONTENT_HASH_MEMO, SIGNAL_WORKFLOW_TYPE, type SignalWorkflowInput } from '../messages/signal';
import { crashPoint } from '../process/crash-points';
import type { StoreGate } from '../temporal/store-gate';
import { confirmStore } from './confirm-store';
import { clientOrderIdOf } from './fingerprint';
import { callServer, SEND_AGAIN } from './server-call';
import type { HeadStart } from './types';

/** A signal that was admitted, with what is known of it. */
export interface AdmittedSignal {
  readonly signal: TradingSignal;
  readonly fingerprint: string;
  readonly contentHash: string;
  readonly source?: SignalSource;
}

/** What starts the workflows of admitted signals. */
export interface SignalStarter {
  /**
   * @returns the run that was started now; undefined: the server has a workflow under this fingerprint already
   * @throws IntakeUnavailableError when the server does not answer: the signal may have been started or not
   * @throws OtherStoreError when it turns out that the server holds another store than ours
   */
  start(admitted: AdmittedSignal): Promise<string | undefined>;
}

export interface WorkflowStarterOptions {
  readonly client: Client;
  readonly ours: TradingVenue;
  readonly store: StoreGate;
  /** See SignalIntakeOptions. */
  readonly headStart?: HeadStart;
}

/** Starts them over a client of its own. */
export class WorkflowStarter implements SignalStarter {
  constructor(private readonly options: WorkflowStarterOptions) {}

  async start(admitted: AdmittedSignal): Promise<string | undefined> {
    const { client, ours, store, headStart } = this.options;
    const { signal, fingerprint, contentHash, source } = admitted;
    const goAhead = headStart?.ready();
    const input = {
      fingerprint,
      clientOrderId: clientOrderIdOf(fingerprint),
      ...ours,
      signal,
      stopsByAnswer: true as const,
      ...(source && { source }),
    };
    const announced = goAhead ? { ...input, headStart: true } : input;
    const runId = await callServer(client, SEND_AGAIN, () => this.startOnce(announced, contentHash));
    if (runId === undefined) return undefined;
    // The client may have connected to another server meanwhile, and have had its answer: that one is good for nothing.
    await confirmStore(store);
    // Outside of the call, whose deadline is not the trade's.
    goAhead?.(input, runId);
    return runId;
  }

  private async startOnce(input: SignalWorkflowInput, contentHash: string): Promise<string | undefined> {
    try {
      crashPoint('intake.before-start');
      const runId = await this.startWorkflow(input, contentHash);
      crashPoint('intake.after-start');
      return runId;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    }
  }

  private async startWorkflow(input: SignalWorkflowInput, contentHash: string): Promise<string> {
    const { client, headStart } = this.options;
    const { signal } = input;
    const { firstExecutionRunId } = await client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
      workflowId: input.fingerprint,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      taskQueue: SIGNALS_TASK_QUEUE,
      args: [input],
      memo: { [CONTENT_HASH_MEMO]: contentHash },
      staticSummary: `${signal.direction} ${signal.symbol} · ${signal.strategy}`,
      typedSearchAttributes: [
        { key: TRADE_SYMBOL, value: signal.symbol },
        { key: TRADE_DIRECTION, value: signal.direction },
        { key: TRADE_STRATEGY, value: signal.strategy },
        { key: TRADE_VENUE, value: input.venue },
      ],
      requestEagerStart: headStart !== undefined,
    });
    return firstExecutionRunId;
  }
}
