import { CancellationScope, ContinueAsNew, patched, sleep } from '@temporalio/workflow';
import Decimal from 'decimal.js';
import type { Denial } from '../src/domain/denial';
import { patientDelayMs } from '../src/domain/look-up-delay';
import type { OrderPlan, VenueOrder } from '../src/domain/market';
import { orderEnd, stopWords, type EndedBy } from '../src/domain/order-end';
import { cutText, isRecord } from '../src/domain/plain-values';
import { commitCommandOf, fillSentence, notBookedSentence } from '../src/domain/settlement';
import type { SignalOutcome, SignalView } from '../src/domain/signal-view';
import {
  CANCELLED_BY,
  CANCEL_MESSAGES,
  type CancelReply,
  type OrphanedReservation,
  type RestingOrder,
  type SettleReply,
  type SignalWorkflowInput,
} from '../src/messages/signal';
import type { AdmittedOrphan, BarAnswer, TradeResult } from '../src/messages/trade';
import { commitSignal } from '../src/messages/venue-account';
import { signalAccount } from './account-signals';
import { alert, reached } from './announcements';
import { continueSignal, isHistoryLong } from './continue-signal';
import { DurableRoad } from './durable-road';
import { OrderWatch } from './order-watch';
import type { Placement } from './placement';
import { RecurringAlert } from './recurring-alert';
import type { SagaParts } from './saga-parts';
import { SendCalls } from './send-calls';
import { proxySignalActivities } from './signal-activities';
import { originOf } from './signal-origin';
import { filledSentence, SignalRecord } from './signal-record';
import { expired, Stop, type StopReason } from './stop';
import { Terms } from './terms';
import { isPassing, isPassingOrRefused, refusalOf, rootMessage, untilAnswered } from './until-answered';

/** Runs that began before fills were booked by an activity told the account by a signal. */
const BOOKS_BY_ACTIVITY = 'books-by-activity';
/** Runs that began before it waited in one history, however long that grew. */
const WAITS_CONTINUE_AS_NEW = 'waits-continue-as-new';
/** Runs that began before it believed whoever started a workflow for an orphaned reservation. */
const ORPHANS_ARE_ADMITTED = 'orphans-are-admitted';
/** How long a signal waits before the account is asked again that did not answer. */
const UNANSWERED_PAUSE_MS = 5_000;
/** As JSON; longer reasons are cut. */
const CANCEL_REASON_BYTES_MAX = 200;
const CANCEL_WHO_BYTES_MAX = 120;

type TradeAnswer = (TradeResult | BarAnswer) & { readonly isUnanswered?: true };

/**
 * Reserve, send, find out, settle. The rules that make it one order:
 *
 * - Funds are held under the fingerprint before anything is sent, and freed only by proof.
 * - A request is never repeated by the server. A lost answer is resolved by look-ups with our own client id.
 * - The same order is sent again only after the venue proved, late enough, that it does not have it.
 *
 * The short road does all of it in one local activity. Whatever stands in its way (a wait, an answer that proves nothing,
 * a lost process) leads to the durable road, whose every step is in the history before the next one begins.
 */
export class SignalSaga {
  private readonly parts: SagaParts;
  private readonly watch: OrderWatch;
  private readonly road: DurableRoad;
  private readonly unanswered = new RecurringAlert();
  private ended = false;

  constructor(private readonly input: SignalWorkflowInput) {
    const terms = new Terms(input);
    const activities = proxySignalActivities(input, terms);
    const sends = new SendCalls(activities, input.headStart === true);
    this.parts = { input, terms, activities, sends, record: new SignalRecord(input), stop: new Stop(terms) };
    this.watch = new OrderWatch(this.parts);
    this.road = new DurableRoad(this.parts, this.watch);
  }

  view(): SignalView {
    return this.parts.record.view();
  }

  /**
   * @param reason for people: any value, and absent where a caller on the command line leaves it out
   * @param origin a CancelOrigin, or any value
   */
  cancel(reason?: unknown, origin?: unknown): CancelReply {
    if (this.ended) return { accepted: false, message: CANCEL_MESSAGES.ended };
    // Anyone with the command line can send this: a reason that is no text would stop the saga where it is shown.
    const { who, by } = isRecord(origin) ? origin : {};
    const cause = {
      by: CANCELLED_BY.find((one) => one === by) ?? 'person',
      reason: shortText(reason, CANCEL_REASON_BYTES_MAX),
      who: shortText(who, CANCEL_WHO_BYTES_MAX),
    } as const;
    const { stop, record, sends } = this.parts;
    const isFirst = stop.cancel(cause);
    if (isFirst) record.happened(`To be ${stopWords(cause)}.`);
    const before = isFirst ? '' : 'It was asked for before. ';
    const { unsent, cancelling } = CANCEL_MESSAGES;
    return { accepted: true, message: `${before}${sends.mayHaveSent ? cancelling : unsent}` };
  }

  /** A person's word for an order of which nothing is proven. @param command any value */
  settle(command: unknown): SettleReply {
    return this.ended ? { accepted: false, message: 'The signal has ended.' } : this.watch.settle(command);
  }

  /**
   * Runs to the end. Cancelling the workflow never leaves funds held or an order unaccounted for.
   *
   * @returns the final account of the signal
   */
  run(): Promise<SignalView> {
    return CancellationScope.nonCancellable(() => this.runToTheEnd());
  }

  private async runToTheEnd(): Promise<SignalView> {
    const { record, sends } = this.parts;
    if (this.input.continued === undefined) record.received();
    reached('saga.started');
    try {
      await this.goThrough(this.input);
    } catch (error) {
      if (error instanceof ContinueAsNew) throw error;
      const refusal = refusalOf(error);
      if (refusal) return this.endRefused(refusal);
      // Only a defect gets here. Funds whose order may live stay held; a person has to look.
      alert(`${this.input.fingerprint}: the saga failed: ${String(error)}`);
      if (!sends.mayHaveSent) await sends.bar();
      throw error;
    }
    this.ended = true;
    reached('saga.ended');
    return this.view();
  }

  private async goThrough({ continued, orphan }: SignalWorkflowInput): Promise<unknown> {
    if (continued?.resting) return this.goOnResting(continued.resting);
    return orphan ? this.lookAfter(orphan) : this.trade();
  }

  /**
   * It is not this process's to trade, or no signal of intake's. Nothing of it was touched, and nothing of it is: what
   * else has its fingerprint goes on. Should an attempt that was lost hold funds, their account looks after them.
   */
  private endRefused({ message, code }: Denial): SignalView {
    this.parts.record.end('DENIED', message, { denialCode: code });
    this.ended = true;
    reached('saga.ended');
    return this.view();
  }

  /**
   * A replay may tell of a cancellation, and of the time, earlier than they came: a local call that lasts for long keeps its step alive
   * by further ones, and a replay makes one of them all. So the same call is made whether the signal is stopped or not, and what it
   * answered decides.
   */
  private async trade(): Promise<void> {
    const { record, stop } = this.parts;
    const { continued, stopsByAnswer } = this.input;
    const startedAtMs = Date.now();
    let waitedFor: string | undefined;
    let stoppedAtMs: number | undefined;
    for (let tradeRound = continued?.tradeRound ?? 1; ; tradeRound += 1) {
      const reason = stop.reason(waitedFor);
      if (reason && !stopsByAnswer) return this.endUnsent(reason, tradeRound);
      if (!reason && isHistoryLong(WAITS_CONTINUE_AS_NEW)) return continueSignal(this.parts, { tradeRound });
      if (!reason) record.enter('RESERVING', 'Sizes the order, reserves its funds and sends it.');
      const result = await this.tradeOnce(tradeRound, reason !== undefined);
      if (result.status === 'withdrawn') return this.endWithdrawn(stop.reason(waitedFor));
      if (result.status !== 'retry') return this.goOn(result, tradeRound, reason);
      waitedFor = result.reason;
      const pauseMs = Math.max(result.afterMs, patientDelayMs(Date.now() - startedAtMs));
      record.enter('SIZING', result.reason, Date.now() + pauseMs);
      // What is stopped waits for nothing but an answer.
      if (stopsByAnswer && result.isUnanswered && stop.reason()) {
        stoppedAtMs ??= Date.now();
        await sleep(Math.max(result.afterMs, patientDelayMs(Date.now() - stoppedAtMs)));
      } else await stop.pause(pauseMs);
    }
  }

  /** One call; where nobody answers it, the signal waits as for anything else that is missing. */
  private async tradeOnce(tradeRound: number, isStopped: boolean): Promise<TradeAnswer> {
    const { input, sends, terms } = this.parts;
    try {
      const result = await sends.tradeAtOnce(tradeRound, isStopped);
      terms.learn(result);
      return result;
    } catch (error) {
      if (!isPassing(error)) throw error;
      const reason = `The account of ${input.venue} does not answer. ${rootMessage(error)}`;
      this.unanswered.raise(`${input.fingerprint}: ${reason}`);
      return { status: 'retry', afterMs: UNANSWERED_PAUSE_MS, reason, isUnanswered: true };
    }
  }

  private endWithdrawn(end: StopReason = expired('Nothing could be sent.')): void {
    const { outcome, detail, denial, endedBy } = end;
    this.parts.record.end(outcome, detail, { denialCode: denial.code, endedBy });
  }

  /** Follows the order that a former run followed. */
  private async goOnResting(resting: RestingOrder): Promise<void> {
    // Of all that a workflow is started with, this alone would lead to an order without the process that trades looking first.
    const [foreign] = originOf(this.input).foreign;
    if (foreign !== undefined) {
      const message = `The workflow was not started by intake: it was given ${foreign}. It does nothing; look at who reaches the Temporal server.`;
      alert(`${this.input.fingerprint}: ${message}`);
      this.endRefused({ code: 'SIGNAL_NOT_GENUINE', message });
      return;
    }
    const { plan, order } = resting;
    this.parts.sends.sentBefore();
    this.parts.record.goesOn(resting);
    await this.conclude(plan, await this.watch.follow(plan, order, resting));
  }

  /** Finds out what became of an order whose own workflow was ended by hand. */
  private async lookAfter(orphan: OrphanedReservation): Promise<void> {
    const { plan } = orphan;
    const { wasAcknowledged } = patched(ORPHANS_ARE_ADMITTED) ? await this.admit() : orphan;
    const reason = 'The workflow of this signal was ended before its order was.';
    const earlierAttempt = wasAcknowledged ? 'placed' : 'possible';
    const reserved = { status: 'reserved', plan, earlierAttempt, lookUpOnly: true, reason } as const;
    this.parts.record.reserved(plan);
    await this.goOn(reserved, 1, { ...expired(`${reason} The venue has no order of it.`), endedBy: undefined });
  }

  /** Whoever started this workflow may claim anything: what this installation knows itself counts. */
  private async admit(): Promise<AdmittedOrphan> {
    const { activities, terms } = this.parts;
    const admitted = await untilAnswered(this.account, () => activities.admitOrphan());
    terms.learn(admitted);
    return admitted;
  }

  /**
   * Takes up what the short road left.
   *
   * @param otherwise why the signal ends, where it is to end and only has to find out whether anything was sent
   */
  private async goOn(
    result: Exclude<TradeResult, { status: 'retry' }>,
    tradeRound: number,
    otherwise: StopReason = expired('Nothing could be sent.'),
  ): Promise<void> {
    const { record } = this.parts;
    reached('saga.traded');
    switch (result.status) {
      case 'denied': {
        const { denial } = result;
        const outcome = denial.code === 'SIGNAL_EXPIRED' ? 'EXPIRED' : 'DENIED';
        return this.endUnsent({ outcome, detail: denial.message, denial }, tradeRound);
      }
      case 'expired':
        record.reserved(result.plan);
        return this.releaseAndEnd(expired(result.reason, result.code));
      case 'settled':
        record.traded(result.plan, result.times);
        return this.endFilled(result.plan, result.order);
      case 'answered':
        record.traded(result.plan, result.times);
        return this.finish(result.plan, await this.road.goOnAfterAnswer(result, tradeRound + 1));
      case 'reserved':
        if (!result.lookUpOnly) record.reserved(result.plan);
        return this.finish(result.plan, await this.road.goOnAfterReservation(result, tradeRound, otherwise));
    }
  }

  /**
   * Ends a signal that, as far as its history tells, never reserved anything. What the ledger knows has the last word: an
   * attempt that was lost with its process may have sent the order, and a request of it may still be on its way.
   */
  private async endUnsent(end: StopReason, tradeRound: number): Promise<void> {
    const { sends, terms } = this.parts;
    const result = await untilAnswered(this.account, () => sends.bar());
    terms.learn(result);
    return result.status === 'withdrawn' ? this.endWithdrawn(end) : this.goOn(result, tradeRound, end);
  }

  private async finish(plan: OrderPlan, placement: Placement): Promise<void> {
    const known = placement.status === 'live' ? placement.order : undefined;
    const isOver = placement.status === 'ended' || (known && isFinal(known));
    return this.conclude(plan, isOver ? placement : await this.watch.follow(plan, known));
  }

  private async conclude(plan: OrderPlan, end: Placement): Promise<void> {
    if (end.status === 'ended') return this.releaseAndEnd(end);
    if (end.order) await this.settleOrder(plan, end.order);
  }

  /** Books what the order took; the rest is free in the same step. */
  private async settleOrder(plan: OrderPlan, order: VenueOrder): Promise<void> {
    const { record } = this.parts;
    reached('saga.settling');
    record.venueSays(order);
    record.enter('SETTLING', `Settles ${order.filledQuantity} of ${order.quantity} ${order.symbol}.`);
    if (new Decimal(order.filledQuantity).isZero()) {
      const { by, words } = this.endOf(plan, order);
      const outcome = order.status === 'rejected' ? 'REJECTED' : 'CANCELLED';
      return this.releaseAndEnd({ outcome, detail: `Nothing filled: ${words}.`, endedBy: by });
    }
    await this.book(plan, order);
    reached('saga.committed');
    this.endFilled(plan, order);
  }

  private async book(plan: OrderPlan, order: VenueOrder): Promise<void> {
    const { fingerprint, venue } = this.input;
    if (!patched(BOOKS_BY_ACTIVITY)) {
      const fill = { fingerprint, plan, order, leverage: this.parts.terms.known.leverage };
      return signalAccount(this.parts, commitSignal, commitCommandOf(fill));
    }
    const { activities, record } = this.parts;
    const result = await untilAnswered(this.account, () => activities.bookFill(plan, order), isPassingOrRefused);
    if (result.status === 'refused') {
      const problem = notBookedSentence(fillSentence(order), venue, result.message);
      record.note(problem);
      alert(`${fingerprint}: ${problem}`);
    }
  }

  private endFilled(plan: OrderPlan, order: VenueOrder): void {
    const { record } = this.parts;
    record.venueSays(order);
    const outcome = order.status === 'filled' ? 'FILLED' : 'PARTIALLY_FILLED';
    const filled = filledSentence(plan, order);
    if (outcome === 'FILLED') return record.end(outcome, filled);
    const { by, words } = this.endOf(plan, order);
    record.end(outcome, `${filled} The rest did not fill: ${words}.`, { endedBy: by });
  }

  /** Who ended an order before all of it filled. */
  private endOf(plan: OrderPlan, order: VenueOrder): { readonly by: EndedBy; readonly words: string } {
    return orderEnd({ venue: this.input.venue, plan, order }, this.parts.stop.askedVenue);
  }

  private get account(): string {
    return `${this.input.fingerprint}: the account of ${this.input.venue}`;
  }

  /** Gives back whatever may be held, then ends: the funds are free before anyone reads that it is over. */
  private async releaseAndEnd(
    end: Omit<StopReason, 'denial'> & { readonly outcome: SignalOutcome; readonly denial?: Denial },
  ): Promise<void> {
    const { activities, record } = this.parts;
    await untilAnswered(this.account, () => activities.releaseFunds(end.detail), isPassingOrRefused);
    record.end(end.outcome, end.detail, { denialCode: end.denial?.code, endedBy: end.endedBy });
  }
}

/** @returns undefined for what is no text, or none to show */
function shortText(text: unknown, bytesMax: number): string | undefined {
  return typeof text === 'string' && text !== '' ? cutText(text, bytesMax) : undefined;
}

function isFinal(order: VenueOrder): boolean {
  return order.status !== 'open';
}
