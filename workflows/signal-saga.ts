import { CancellationScope, getExternalWorkflowHandle, patched } from '@temporalio/workflow';
import Decimal from 'decimal.js';
import type { TradeResult } from '../src/messages/trade';
import type { Denial } from '../src/domain/denial';
import type { OrderPlan, VenueOrder } from '../src/domain/market';
import type { SignalOutcome, SignalView } from '../src/domain/signal-view';
import { cutText } from '../src/domain/plain-values';
import { commitCommandOf, fillSentence } from '../src/domain/settlement';
import { commitSignal } from '../src/messages/venue-account';
import { venueAccountWorkflowId } from '../src/messages/ids';
import type { CancelReply, SignalWorkflowInput } from '../src/messages/signal';
import { alert, reached } from './announcements';
import { DurableRoad, type Placement } from './durable-road';
import { SendCalls } from './send-calls';
import { proxySignalActivities, type SignalActivities } from './signal-activities';
import { SignalRecord } from './signal-record';
import { expired, Stop, type StopReason } from './stop';
import { Terms } from './terms';

/** Runs that began before fills were booked by an activity told the account by a signal. */
const BOOKS_BY_ACTIVITY = 'books-by-activity';
/** As JSON; longer reasons are cut. */
const CANCEL_REASON_BYTES_MAX = 200;

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
  private readonly record: SignalRecord;
  private readonly terms: Terms;
  private readonly activities: SignalActivities;
  private readonly stop: Stop;
  private readonly sends: SendCalls;
  private readonly road: DurableRoad;
  private ended = false;

  constructor(private readonly input: SignalWorkflowInput) {
    this.record = new SignalRecord(input);
    this.terms = new Terms(input);
    this.activities = proxySignalActivities(input, this.terms);
    this.stop = new Stop(this.terms);
    this.sends = new SendCalls(this.activities, input.headStart === true);
    this.road = new DurableRoad(input, this.terms, this.activities, this.sends, this.record, this.stop);
  }

  view(): SignalView {
    return this.record.view();
  }

  /** @param reason for people: any value, and absent where a caller on the command line leaves it out */
  cancel(reason?: unknown): CancelReply {
    if (this.ended) return { accepted: false, message: 'The signal has ended.' };
    // Anyone with the command line can send this: a reason that is no text would stop the saga where it is shown.
    const isText = typeof reason === 'string' && reason !== '';
    const why = isText ? cutText(reason, CANCEL_REASON_BYTES_MAX) : 'no reason given';
    this.stop.cancel(why);
    return {
      accepted: true,
      message: this.sends.mayHaveSent
        ? 'What is still open of the order will be cancelled.'
        : 'The signal will not be sent.',
    };
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
    this.record.received();
    reached('saga.started');
    try {
      await this.trade();
    } catch (error) {
      // Only a defect gets here. Funds whose order may live stay held; a person has to look.
      alert(`${this.input.fingerprint}: the saga failed: ${String(error)}`);
      if (!this.sends.mayHaveSent) await this.sends.bar();
      throw error;
    }
    this.ended = true;
    reached('saga.ended');
    return this.view();
  }

  private async trade(): Promise<void> {
    for (let tradeRound = 1; ; tradeRound += 1) {
      const reason = this.stop.reason();
      if (reason) return this.endUnsent(reason, tradeRound);
      this.record.enter('RESERVING', 'Sizes the order, reserves its funds and sends it.');
      const result = await this.sends.tradeAtOnce(tradeRound);
      this.terms.learn(result);
      if (result.status !== 'retry') return this.goOn(result, tradeRound);
      this.record.enter('SIZING', result.reason, Date.now() + result.afterMs);
      await this.stop.pause(result.afterMs);
    }
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
    reached('saga.traded');
    switch (result.status) {
      case 'denied': {
        const { denial } = result;
        return this.endUnsent({ outcome: 'DENIED', detail: denial.message, denial }, tradeRound);
      }
      case 'expired':
        this.record.reserved(result.plan);
        return this.releaseAndEnd(expired(result.reason, result.code));
      case 'settled':
        this.record.reserved(result.plan, result.times.reservedAtMs);
        this.record.sent(result.times);
        return this.endFilled(result.plan, result.order);
      case 'answered':
        this.record.reserved(result.plan, result.times.reservedAtMs);
        this.record.sent(result.times);
        return this.finish(result.plan, await this.road.goOnAfterAnswer(result, tradeRound + 1));
      case 'reserved':
        if (!result.lookUpOnly) this.record.reserved(result.plan);
        return this.finish(result.plan, await this.road.goOnAfterReservation(result, tradeRound, otherwise));
    }
  }

  /**
   * Ends a signal that, as far as its history tells, never reserved anything. What the ledger knows has the last word: an
   * attempt that was lost with its process may have sent the order, and a request of it may still be on its way.
   */
  private async endUnsent(end: StopReason, tradeRound: number): Promise<void> {
    const result = await this.sends.bar();
    this.terms.learn(result);
    if (result.status === 'withdrawn') return this.record.end(end.outcome, end.detail, end.denial.code);
    return this.goOn(result, tradeRound, end);
  }

  private async finish(plan: OrderPlan, placement: Placement): Promise<void> {
    if (placement.status === 'ended') return this.releaseAndEnd(placement);
    const { order } = placement;
    return this.settle(plan, order && isFinal(order) ? order : await this.road.follow(plan, order));
  }

  /** Books what the order took; the rest is free in the same step. */
  private async settle(plan: OrderPlan, order: VenueOrder): Promise<void> {
    reached('saga.settling');
    this.record.venueSays(order);
    this.record.enter('SETTLING', `Settles ${order.filledQuantity} of ${order.quantity} ${order.symbol}.`);
    if (new Decimal(order.filledQuantity).isZero()) {
      const outcome = order.status === 'rejected' ? 'REJECTED' : 'CANCELLED';
      const why = order.rejectReason ?? this.stop.cancelReason ?? 'nothing filled';
      return this.releaseAndEnd({ outcome, detail: `${order.status} by ${this.input.venue}: ${why}.` });
    }
    await this.book(plan, order);
    reached('saga.committed');
    this.endFilled(plan, order);
  }

  private async book(plan: OrderPlan, order: VenueOrder): Promise<void> {
    const { fingerprint, venue } = this.input;
    if (!patched(BOOKS_BY_ACTIVITY)) {
      const fill = { fingerprint, plan, order, leverage: this.terms.known.leverage };
      return getExternalWorkflowHandle(venueAccountWorkflowId(venue)).signal(commitSignal, commitCommandOf(fill));
    }
    const result = await this.activities.bookFill(plan, order);
    if (result.status === 'refused') {
      const problem = `${fillSentence(order)} could not be booked at ${venue}: ${result.message}`;
      this.record.note(problem);
      alert(`${fingerprint}: ${problem}`);
    }
  }

  private endFilled(plan: OrderPlan, order: VenueOrder): void {
    this.record.venueSays(order);
    const outcome = order.status === 'filled' ? 'FILLED' : 'PARTIALLY_FILLED';
    this.record.end(outcome, `${fillSentence(order)}, fee ${order.fee} ${plan.asset}.`);
  }

  /** Gives back whatever may be held, then ends: the funds are free before anyone reads that it is over. */
  private async releaseAndEnd(
    end: Omit<StopReason, 'denial'> & { readonly outcome: SignalOutcome; readonly denial?: Denial },
  ): Promise<void> {
    await this.activities.releaseFunds(end.detail);
    this.record.end(end.outcome, end.detail, end.denial?.code);
  }
}

function isFinal(order: VenueOrder): boolean {
  return order.status !== 'open';
}
