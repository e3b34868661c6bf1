import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  type WorkflowExecutionInfo,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Config, VenueConfig } from '../config/schema';
import { checkSignalTime, type TradingSignal } from '../domain/signal';
import type { SignalView } from '../domain/signal-view';
import { SIGNALS_TASK_QUEUE } from '../messages/ids';
import {
  TRADE_DIRECTION,
  TRADE_OUTCOME,
  TRADE_STRATEGY,
  TRADE_SYMBOL,
  TRADE_VENUE,
} from '../messages/search-attributes';
import { SIGNAL_WORKFLOW_TYPE, stateQuery, type SignalWorkflowInput } from '../messages/signal';
import { crashPoint } from '../process/crash-points';
import { GrpcStatus, isCausedByStatus } from '../temporal/grpc-status';
import { isNotReady, queryPatiently } from '../temporal/patient-query';
import { clientOrderIdOf, contentHashOf, fingerprintOf } from './fingerprint';
import { readSignalView, type StoredSignalView } from './stored-view';
import { TakenSignals } from './taken-signals';
import {
  IntakeUnavailableError,
  SIGNAL_LIST_MAX,
  type HeadStart,
  type IntakeResult,
  type SignalIntake,
  type SignalSummary,
} from './types';

/** How long one call to the server may take before the caller hears that it cannot be reached. */
const CALL_TIMEOUT_MS = 10_000;
/** The memo field that holds the content's hash. */
const CONTENT_HASH_MEMO = 'contentHash';

export interface SignalIntakeOptions {
  readonly client: Client;
  readonly config: Config;
  /**
   * For a process that also runs the signal workflows, on this client's connection: their first task needs no second trip
   * to the server, and the trade does not wait for it.
   */
  readonly headStart?: HeadStart;
}

/**
 * The only way in for signals. A signal's workflow id is its fingerprint; the server refuses a second start while the
 * first runs and after it closed. It forgets closed workflows after the namespace's retention, which is why older
 * signals are refused here before the server is asked.
 */
export function createSignalIntake(options: SignalIntakeOptions): SignalIntake {
  return new TemporalSignalIntake(options);
}

class TemporalSignalIntake implements SignalIntake {
  private readonly client: Client;
  private readonly config: Config;
  private readonly venue: VenueConfig;
  private readonly headStart: HeadStart | undefined;
  private readonly taken = new TakenSignals();

  constructor({ client, config, headStart }: SignalIntakeOptions) {
    const venue = config.venues[config.venue];
    if (!venue) throw new Error(`The venue "${config.venue}" is not configured.`);
    this.client = client;
    this.config = config;
    this.venue = venue;
    this.headStart = headStart;
  }

  async submit(signal: TradingSignal): Promise<IntakeResult> {
    const fault = this.fault(signal);
    if (fault) return fault;
    const fingerprint = fingerprintOf(signal);
    const contentHash = contentHashOf(signal);
    const known = this.taken.contentHashOf(fingerprint);
    if (known !== undefined) return { status: 'duplicate', fingerprint, conflicting: known !== contentHash };
    const goAhead = this.headStart?.ready();
    const input = workflowInput(signal, fingerprint, this.config.venue);
    const result = await this.call(() => this.take(goAhead ? { ...input, headStart: true } : input, contentHash));
    // Outside of the call, whose deadline is not the trade's.
    if (result.status === 'accepted') goAhead?.(input);
    return result;
  }

  async show(fingerprint: string): Promise<SignalView | undefined> {
    return this.call(async () => {
      const handle = this.client.workflow.getHandle<() => Promise<StoredSignalView>>(fingerprint);
      const description = await describeOrNothing(() => handle.describe());
      if (description?.type !== SIGNAL_WORKFLOW_TYPE) return undefined;
      // A closed signal's account is its result: readable also while no worker runs.
      const isStored = description.status.name === 'COMPLETED';
      return readSignalView(await (isStored ? handle.result() : queryPatiently(handle, stateQuery)));
    });
  }

  async list(minutes: number): Promise<readonly SignalSummary[]> {
    const since = new Date(Date.now() - minutes * 60_000).toISOString();
    const query = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND StartTime >= '${since}'`;
    return this.call(async () => {
      const rows: SignalSummary[] = [];
      for await (const info of this.client.workflow.list({ query, pageSize: SIGNAL_LIST_MAX })) {
        rows.push(summarise(info));
        if (rows.length >= SIGNAL_LIST_MAX) break;
      }
      return rows.toSorted((left, right) => right.startedAtMs - left.startedAtMs);
    });
  }

  private async take(input: SignalWorkflowInput, contentHash: string): Promise<IntakeResult> {
    const { fingerprint } = input;
    try {
      crashPoint('intake.before-start');
      await this.start(input, contentHash);
      crashPoint('intake.after-start');
      this.taken.add(fingerprint, contentHash);
      return { status: 'accepted', fingerprint };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const first = await this.client.workflow.getHandle(fingerprint).describe();
      const firstHash = String(first.memo?.[CONTENT_HASH_MEMO]);
      this.taken.add(fingerprint, firstHash);
      return { status: 'duplicate', fingerprint, conflicting: firstHash !== contentHash };
    }
  }

  /** What can be refused without asking the server. */
  private fault(signal: TradingSignal): IntakeResult | undefined {
    const timeFault = checkSignalTime(signal.timestampMs, Date.now(), this.config.signals.dedupWindowSeconds * 1000);
    if (timeFault) return { status: 'refused', ...timeFault };
    const { symbols } = this.venue;
    if (symbols.includes(signal.symbol)) return undefined;
    return {
      status: 'refused',
      code: 'UNKNOWN_SYMBOL',
      message: `${signal.symbol} is not traded here. Configured symbols: ${symbols.join(', ')}.`,
    };
  }

  private async call<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await this.client.withDeadline(Date.now() + CALL_TIMEOUT_MS, work);
    } catch (error) {
      if (isNotReady(error)) {
        const message = 'The signal has a step to take before it can be asked. Ask again in a moment.';
        throw new IntakeUnavailableError(message, { cause: error });
      }
      if (!isUnreachable(error)) throw error;
      const message =
        'The Temporal server does not answer; a signal may or may not have been accepted. Sending it again with the same timestamp is safe: it becomes at most one order.';
      throw new IntakeUnavailableError(message, { cause: error });
    }
  }

  private async start(input: SignalWorkflowInput, contentHash: string): Promise<void> {
    const { signal } = input;
    await this.client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
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
      requestEagerStart: this.headStart !== undefined,
    });
  }
}

function workflowInput(signal: TradingSignal, fingerprint: string, venue: string): SignalWorkflowInput {
  return { fingerprint, clientOrderId: clientOrderIdOf(fingerprint), venue, signal };
}

/** A server that did not answer in time. */
function isUnreachable(error: unknown): boolean {
  return isCausedByStatus(error, GrpcStatus.CANCELLED, GrpcStatus.DEADLINE_EXCEEDED, GrpcStatus.UNAVAILABLE);
}

async function describeOrNothing(
  describe: () => Promise<WorkflowExecutionDescription>,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function summarise(info: WorkflowExecutionInfo): SignalSummary {
  const attributes = info.typedSearchAttributes;
  return {
    fingerprint: info.workflowId,
    symbol: attributes.get(TRADE_SYMBOL) ?? '',
    direction: attributes.get(TRADE_DIRECTION) ?? '',
    strategy: attributes.get(TRADE_STRATEGY) ?? '',
    venue: attributes.get(TRADE_VENUE) ?? '',
    status: info.status.name === 'RUNNING' ? 'running' : 'ended',
    outcome: attributes.get(TRADE_OUTCOME),
    startedAtMs: info.startTime.getTime(),
    endedAtMs: info.closeTime?.getTime(),
  };
}
