import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Config, VenueConfig } from '../config/schema';
import { tradingVenueOf } from '../config/trading-environment';
import { notOfferedFault } from '../domain/order-options';
import { checkSignalTime, type TradingSignal } from '../domain/signal';
import type { SignalView } from '../domain/signal-view';
import type { TradingVenue } from '../domain/trading-venue';
import { SIGNALS_TASK_QUEUE } from '../messages/ids';
import { TRADE_DIRECTION, TRADE_STRATEGY, TRADE_SYMBOL, TRADE_VENUE } from '../messages/search-attributes';
import {
  SIGNAL_WORKFLOW_TYPE,
  type CancelAnswer,
  type CancelOrigin,
  type SettleCommand,
  type SettleReply,
  type SignalWorkflowInput,
} from '../messages/signal';
import { crashPoint } from '../process/crash-points';
import { EnvironmentMismatchError, EnvironmentStamp } from '../temporal/environment-stamp';
import { ServerUnavailableError } from '../temporal/errors';
import type { StoreGate } from '../temporal/store-gate';
import { VENUE_DEFINITIONS } from '../venues/definitions';
import { Admission, type AdmissionOptions } from './admission';
import { describeConflict, describeForeign } from './describe-conflict';
import { clientOrderIdOf, contentHashOf, fingerprintOf } from './fingerprint';
import { callServer } from './server-call';
import { SignalWorkflows } from './signal-workflows';
import { TakenSignals, type TakenSignal } from './taken-signals';
import {
  type ConflictingSignal,
  type HeadStart,
  IntakeUnavailableError,
  type IntakeResult,
  type SignalIntake,
  type SignalSummary,
} from './types';

/** How long a conflicting signal waits to hear which one was taken; its workflow answers only while an engine runs. */
const TAKEN_READ_TIMEOUT_MS = 2_000;
/** The memo field that holds the content's hash. */
const CONTENT_HASH_MEMO = 'contentHash';

const SEND_AGAIN = {
  unanswered:
    'The Temporal server does not answer; a signal may or may not have been accepted. Sending it again with the same timestamp is safe: it becomes at most one order.',
};

const ASK_AGAIN = {
  unanswered: 'The Temporal server does not answer; nothing was started or changed. Ask again in a moment.',
};

export interface SignalIntakeOptions {
  readonly client: Client;
  readonly config: Config;
  /** What another store than ours accepts is lost to those who trade. */
  readonly store: StoreGate;
  /**
   * For a process that also runs the signal workflows, on this client's connection: their first task needs no second trip
   * to the server, and the trade does not wait for it.
   */
  readonly headStart?: HeadStart;
  /** See AdmissionOptions. */
  readonly disk?: AdmissionOptions['disk'];
  readonly isShortLived?: boolean;
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
  private readonly store: StoreGate;
  private readonly venue: VenueConfig;
  private readonly ours: TradingVenue;
  private readonly stamp: EnvironmentStamp;
  private readonly headStart: HeadStart | undefined;
  private readonly taken = new TakenSignals();
  private readonly workflows: SignalWorkflows;
  private readonly admission: Admission;

  constructor({ client, config, store, headStart, disk, isShortLived }: SignalIntakeOptions) {
    const venue = config.venues[config.venue];
    if (!venue) throw new Error(`The venue "${config.venue}" is not configured.`);
    this.client = client;
    this.config = config;
    this.store = store;
    this.venue = venue;
    this.ours = tradingVenueOf(config);
    this.stamp = new EnvironmentStamp(client, this.ours.environment);
    this.headStart = headStart;
    this.workflows = new SignalWorkflows(client);
    this.admission = new Admission({ client, config, disk, isShortLived });
  }

  async submit(signal: TradingSignal): Promise<IntakeResult> {
    const fingerprint = fingerprintOf(signal);
    const fault = this.fault(signal);
    if (fault) return (await this.acceptedBefore(fingerprint, signal, fault)) ?? fault;
    const contentHash = contentHashOf(signal);
    const known = this.taken.get(fingerprint);
    if (known) return this.judge(fingerprint, signal, known);
    // Another store says nothing that is true of ours, not even whose its namespace is.
    await this.confirmStore();
    const mismatch = await callServer(this.client, ASK_AGAIN, () => this.mismatch());
    if (mismatch) return { status: 'refused', code: mismatch.code, message: mismatch.message };
    const refusal = await this.admission.enter(signal);
    // What was accepted before costs nothing new.
    if (refusal) return (await this.takenBefore(fingerprint, signal)) ?? refusal;
    const goAhead = this.headStart?.ready();
    const input = workflowInput(signal, fingerprint, this.ours);
    const started = await this.takeOrLeave(goAhead ? { ...input, headStart: true } : input, contentHash);
    if (typeof started !== 'string') return this.judge(fingerprint, signal, started);
    // Outside of the call, whose deadline is not the trade's.
    goAhead?.(input, started);
    return { status: 'accepted', fingerprint };
  }

  async show(fingerprint: string): Promise<SignalView | undefined> {
    await this.confirmStore();
    return this.workflows.show(fingerprint);
  }

  async list(minutes: number): Promise<readonly SignalSummary[]> {
    await this.confirmStore();
    return this.workflows.list(minutes);
  }

  async settle(fingerprint: string, command: SettleCommand): Promise<SettleReply | undefined> {
    await this.confirmStore();
    const mismatch = await callServer(this.client, ASK_AGAIN, () => this.mismatch());
    if (mismatch) return { accepted: false, message: mismatch.message };
    return this.workflows.settle(fingerprint, command);
  }

  async cancel(fingerprint: string, reason: string, origin: CancelOrigin): Promise<CancelAnswer | undefined> {
    await this.confirmStore();
    const mismatch = await callServer(this.client, ASK_AGAIN, () => this.mismatch());
    if (mismatch) return { effect: 'refused', message: mismatch.message };
    return this.workflows.cancel(fingerprint, reason, origin);
  }

  /** Why nothing may be started or changed in this namespace, if anything is wrong with it. */
  private async mismatch(): Promise<EnvironmentMismatchError | undefined> {
    try {
      await this.stamp.check();
      return undefined;
    } catch (error) {
      if (error instanceof EnvironmentMismatchError) return error;
      throw error;
    }
  }

  /** @throws OtherStoreError, and IntakeUnavailableError when it cannot be told which store the server has */
  private async confirmStore(): Promise<void> {
    if (this.store.isConfirmed) return;
    try {
      await this.store.confirm();
    } catch (error) {
      if (!(error instanceof ServerUnavailableError)) throw error;
      throw new IntakeUnavailableError(SEND_AGAIN.unanswered, { cause: error });
    }
  }

  /** The client may have connected to another server meanwhile, and have had its answer: that one is good for nothing. */
  private async confirmAnswer(fingerprint: string): Promise<void> {
    try {
      await this.confirmStore();
    } catch (error) {
      this.taken.forget(fingerprint);
      throw error;
    }
  }

  /**
   * The same as `take` within a deadline, in a store that is ours before and after; what starts nothing costs no budget.
   *
   * @throws IntakeUnavailableError, OtherStoreError
   */
  private async takeOrLeave(input: SignalWorkflowInput, contentHash: string): Promise<TakenSignal | string> {
    let isStarted = false;
    try {
      const taken = await callServer(this.client, SEND_AGAIN, () => this.take(input, contentHash));
      await this.confirmAnswer(input.fingerprint);
      isStarted = typeof taken === 'string';
      return taken;
    } finally {
      if (isStarted) this.admission.noteStart();
      else this.admission.leave(input.signal);
    }
  }

  /** Starts the signal's workflow. @returns the run that was started now, or what was taken under its fingerprint before */
  private async take(input: SignalWorkflowInput, contentHash: string): Promise<TakenSignal | string> {
    const { fingerprint, signal } = input;
    try {
      crashPoint('intake.before-start');
      const runId = await this.start(input, contentHash);
      crashPoint('intake.after-start');
      this.taken.add(fingerprint, { contentHash, signal });
      return runId;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return this.describeTaken(fingerprint);
    }
  }

  private async describeTaken(fingerprint: string): Promise<TakenSignal> {
    const first = await this.client.workflow.getHandle(fingerprint).describe();
    const contentHash = first.memo?.[CONTENT_HASH_MEMO];
    // Every workflow that intake starts has one.
    if (typeof contentHash !== 'string') return { contentHash: undefined };
    const taken = { contentHash };
    this.taken.add(fingerprint, taken);
    return taken;
  }

  /**
   * What a signal is that is refused for now, where it was accepted before.
   *
   * @returns undefined: it was not
   * @throws IntakeUnavailableError
   */
  private async takenBefore(fingerprint: string, signal: TradingSignal): Promise<IntakeResult | undefined> {
    try {
      const known = await callServer(this.client, SEND_AGAIN, () => this.describeTaken(fingerprint));
      return await this.judge(fingerprint, signal, known);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /**
   * A signal that comes too late may have been accepted in time: whoever hears "send a newer one" would get a second order.
   *
   * @returns undefined when the server does not know of it, or cannot be asked: the refusal stands then
   */
  private async acceptedBefore(
    fingerprint: string,
    signal: TradingSignal,
    fault: IntakeResult,
  ): Promise<IntakeResult | undefined> {
    if (fault.status !== 'refused' || fault.code !== 'STALE_SIGNAL') return undefined;
    const find = () =>
      this.client.withDeadline(Date.now() + TAKEN_READ_TIMEOUT_MS, () => this.describeTaken(fingerprint));
    const known = this.taken.get(fingerprint) ?? (await find().catch(() => undefined));
    return known && this.judge(fingerprint, signal, known);
  }

  /** What a signal is whose fingerprint is taken: the one that was accepted, or another one. */
  private async judge(fingerprint: string, signal: TradingSignal, known: TakenSignal): Promise<IntakeResult> {
    if (known.contentHash === undefined) return conflict(fingerprint, describeForeign(signal));
    if (known.contentHash === contentHashOf(signal)) return { status: 'accepted', fingerprint, repeated: true };
    const taken = known.signal ?? (await this.readTaken(fingerprint, known));
    return conflict(fingerprint, describeConflict(signal, taken), taken);
  }

  /** @returns undefined when it cannot be read in time, for whatever reason: that it conflicts is known without it */
  private async readTaken(fingerprint: string, known: TakenSignal): Promise<TradingSignal | undefined> {
    const deadlineMs = Date.now() + TAKEN_READ_TIMEOUT_MS;
    const view = await this.client
      .withDeadline(deadlineMs, () => this.workflows.read(fingerprint))
      .catch(() => undefined);
    if (view) this.taken.add(fingerprint, { ...known, signal: view.signal });
    return view?.signal;
  }

  /** What can be refused without asking the server. */
  private fault(signal: TradingSignal): IntakeResult | undefined {
    const timeFault = checkSignalTime(signal.timestampMs, Date.now(), this.config.signals.dedupWindowSeconds * 1000);
    if (timeFault) return { status: 'refused', ...timeFault };
    const { symbols, adapter } = this.venue;
    const { timesInForce } = VENUE_DEFINITIONS[adapter].promises;
    const notOffered = notOfferedFault(signal.timeInForce, timesInForce, this.config.venue);
    if (notOffered !== undefined) return { status: 'refused', code: 'INVALID_SIGNAL', message: notOffered };
    if (symbols.includes(signal.symbol)) return this.admission.strategyFault(signal);
    return {
      status: 'refused',
      code: 'UNKNOWN_SYMBOL',
      message: `${signal.symbol} is not traded here. Configured symbols: ${symbols.join(', ')}.`,
    };
  }

  private async start(input: SignalWorkflowInput, contentHash: string): Promise<string> {
    const { signal } = input;
    const { firstExecutionRunId } = await this.client.workflow.start(SIGNAL_WORKFLOW_TYPE, {
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
    return firstExecutionRunId;
  }
}

function workflowInput(signal: TradingSignal, fingerprint: string, ours: TradingVenue): SignalWorkflowInput {
  return { fingerprint, clientOrderId: clientOrderIdOf(fingerprint), ...ours, signal };
}

function conflict(fingerprint: string, message: string, taken?: TradingSignal): ConflictingSignal {
  return {
    status: 'duplicate',
    fingerprint,
    conflicting: true,
    ...(taken && { taken }),
    message,
  };
}
