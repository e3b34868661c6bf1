import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Config, VenueConfig } from '../config/schema';
import { faultOfSymbol } from '../config/traded-symbols';
import { tradingVenueOf } from '../config/trading-environment';
import { notOfferedFault } from '../domain/order-options';
import { checkSignalTime, type TradingSignal } from '../domain/signal';
import type { SignalSource } from '../domain/signal-source';
import type { SignalView } from '../domain/signal-view';
import {
  CONTENT_HASH_MEMO,
  type CancelAnswer,
  type CancelOrigin,
  type SettleCommand,
  type SettleReply,
} from '../messages/signal';
import { EnvironmentMismatchError, EnvironmentStamp } from '../temporal/environment-stamp';
import type { StoreGate } from '../temporal/store-gate';
import { VENUE_DEFINITIONS } from '../venues/definitions';
import { Admission, type AdmissionOptions } from './admission';
import { confirmStore } from './confirm-store';
import { describeConflict, describeForeign } from './describe-conflict';
import { contentHashOf, fingerprintOf } from './fingerprint';
import type { HandOver } from './hand-over/hand-over';
import { callServer, SEND_AGAIN } from './server-call';
import { WorkflowStarter, type AdmittedSignal, type SignalStarter } from './signal-starter';
import { SignalWorkflows } from './signal-workflows';
import { TakenSignals, type TakenSignal } from './taken-signals';
import type { ConflictingSignal, HeadStart, IntakeResult, SignalIntake, SignalSummary } from './types';

/** How long a conflicting signal waits to hear which one was taken; its workflow answers only while an engine runs. */
const TAKEN_READ_TIMEOUT_MS = 2_000;

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
  /** For a process that does not run them: who near it starts them, with a head start. */
  readonly handOver?: HandOver;
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
  private readonly stamp: EnvironmentStamp;
  private readonly starter: SignalStarter;
  private readonly handOver: HandOver | undefined;
  private readonly taken = new TakenSignals();
  private readonly workflows: SignalWorkflows;
  private readonly admission: Admission;

  constructor({ client, config, store, headStart, handOver, disk, isShortLived }: SignalIntakeOptions) {
    const venue = config.venues[config.venue];
    if (!venue) throw new Error(`The venue "${config.venue}" is not configured.`);
    this.client = client;
    this.config = config;
    this.store = store;
    this.venue = venue;
    const ours = tradingVenueOf(config);
    this.stamp = new EnvironmentStamp(client, ours.environment);
    this.starter = new WorkflowStarter({ client, ours, store, headStart });
    this.handOver = handOver;
    this.workflows = new SignalWorkflows(client);
    this.admission = new Admission({ client, config, disk, isShortLived });
  }

  async submit(signal: TradingSignal, source?: SignalSource): Promise<IntakeResult> {
    const fingerprint = fingerprintOf(signal);
    const fault = this.fault(signal);
    if (fault) return (await this.acceptedBefore(fingerprint, signal, fault)) ?? fault;
    const contentHash = contentHashOf(signal);
    const known = this.taken.get(fingerprint);
    if (known) return this.judge(fingerprint, signal, known);
    // Another store says nothing that is true of ours, not even whose its namespace is.
    await confirmStore(this.store);
    const mismatch = await this.mismatch();
    if (mismatch) return { status: 'refused', code: mismatch.code, message: mismatch.message };
    const refusal = await this.admission.enter(signal);
    // What was accepted before costs nothing new.
    if (refusal) return (await this.takenBefore(fingerprint, signal)) ?? refusal;
    const taken = await this.takeOrLeave({ signal, fingerprint, contentHash, ...(source && { source }) });
    return taken === undefined ? { status: 'accepted', fingerprint } : this.judge(fingerprint, signal, taken);
  }

  async show(fingerprint: string): Promise<SignalView | undefined> {
    await confirmStore(this.store);
    return this.workflows.show(fingerprint);
  }

  async list(minutes: number): Promise<readonly SignalSummary[]> {
    await confirmStore(this.store);
    return this.workflows.list(minutes);
  }

  async settle(fingerprint: string, command: SettleCommand): Promise<SettleReply | undefined> {
    await confirmStore(this.store);
    const mismatch = await this.mismatch();
    if (mismatch) return { accepted: false, message: mismatch.message };
    return this.workflows.settle(fingerprint, command);
  }

  async cancel(fingerprint: string, reason: string, origin: CancelOrigin): Promise<CancelAnswer | undefined> {
    await confirmStore(this.store);
    const mismatch = await this.mismatch();
    if (mismatch) return { effect: 'refused', message: mismatch.message };
    return this.workflows.cancel(fingerprint, reason, origin);
  }

  /** Why nothing may be started or changed in this namespace, if anything is wrong with it. */
  private async mismatch(): Promise<EnvironmentMismatchError | undefined> {
    if (this.stamp.isRight) return undefined;
    try {
      await callServer(this.client, ASK_AGAIN, () => this.stamp.check());
      return undefined;
    } catch (error) {
      if (error instanceof EnvironmentMismatchError) return error;
      throw error;
    }
  }

  /**
   * Starts the signal, in a store that is ours before and after. What starts nothing costs no budget; a start of which it is
   * not known whether it was one costs what one does, as it may run.
   *
   * @returns what was taken under its fingerprint before; undefined: the signal was started now
   * @throws IntakeUnavailableError, OtherStoreError
   */
  private async takeOrLeave(admitted: AdmittedSignal): Promise<TakenSignal | undefined> {
    const { signal, fingerprint, contentHash } = admitted;
    let mayBeOurs = true;
    try {
      const start = await this.start(admitted);
      if (start.runId !== undefined) {
        this.taken.add(fingerprint, { contentHash, signal });
        return undefined;
      }
      mayBeOurs = start.mayBeOurs;
      const taken = await callServer(this.client, SEND_AGAIN, () => this.describeTaken(fingerprint));
      mayBeOurs &&= taken.contentHash === contentHash;
      await this.confirmAnswer(fingerprint);
      return taken;
    } finally {
      if (mayBeOurs) this.admission.noteStart();
      else this.admission.leave(signal);
    }
  }

  /**
   * Where it was handed over and no answer came, it may have been started: it is started here all the same, and the server
   * refuses one of the two. Then the signal counts as repeated, which is as good for its sender. Where the other process
   * could not start it, that says nothing of what this one can.
   *
   * @returns the run that was started now; without one the fingerprint is taken, perhaps by this very signal (`mayBeOurs`)
   */
  private async start(admitted: AdmittedSignal): Promise<{ readonly runId?: string; readonly mayBeOurs: boolean }> {
    const handed = await this.handOver?.start(admitted);
    if (handed?.status === 'known') return { runId: handed.runId, mayBeOurs: false };
    return { runId: await this.starter.start(admitted), mayBeOurs: handed?.status === 'unknown' };
  }

  /** The client may have connected to another server meanwhile, and have had its answer: that one is good for nothing. */
  private async confirmAnswer(fingerprint: string): Promise<void> {
    try {
      await confirmStore(this.store);
    } catch (error) {
      this.taken.forget(fingerprint);
      throw error;
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
    const { adapter } = this.venue;
    const { timesInForce } = VENUE_DEFINITIONS[adapter].promises;
    const notOffered = notOfferedFault(signal.timeInForce, timesInForce, this.config.venue);
    if (notOffered !== undefined) return { status: 'refused', code: 'INVALID_SIGNAL', message: notOffered };
    const symbolFault = faultOfSymbol(signal.symbol, this.config);
    if (!symbolFault) return this.admission.strategyFault(signal);
    return { status: 'refused', code: 'UNKNOWN_SYMBOL', message: symbolFault.message };
  }
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
