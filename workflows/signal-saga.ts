import { ActivityFailure, CancellationScope, condition, getExternalWorkflowHandle, sleep } from '@temporalio/workflow';
import Decimal from 'decimal.js';
import type { PlaceOrderResult } from '../activities/orders';
import type { Denial } from '../src/domain/denial';
import { lookUpDelayMs } from '../src/domain/look-up-delay';
import type { LookUpAnswer, OrderPlan, VenueOrder } from '../src/domain/market';
import type { VenueOutcome } from '../src/domain/outcome';
import type { SignalOutcome, SignalView } from '../src/domain/signal-view';
import { lockedAmount, spentAmount } from '../src/domain/sizing';
import { acknowledgeSignal, commitSignal } from '../src/messages/balance-ledger';
import { balanceLedgerWorkflowId } from '../src/messages/ids';
import type { CancelReply, SignalWorkflowInput } from '../src/messages/signal';
import { reached } from './announcements';
import { proxySignalActivities, type SignalActivities } from './signal-activities';
import { SignalProgress } from './signal-progress';

/** Sends that the venue provably refused for a passing reason; the time to live usually ends it sooner. */
export const SEND_ATTEMPTS_MAX = 50;
/** A passing refusal that names no time is answered by this pause. */
const RESEND_PAUSE_MS = 1_000;

/** What is known of the order after the venue was asked to place it. */
type Placement =
  | { readonly status: 'live'; readonly order?: VenueOrder }
  | { readonly status: 'ended'; readonly outcome: SignalOutcome; readonly detail: string; readonly denial?: Denial };

/**
 * Reserve, send, find out, settle. The rules that make it one order:
 *
 * - Funds are held under the fingerprint before anything is sent, and freed only by proof.
 * - A request is never repeated by the server. A lost answer is resolved by look-ups with our own client id.
 * - The same order is sent again only after the venue proved, late enough, that it does not have it.
 */
export class SignalSaga {
  private readonly progress: SignalProgress;
  private readonly activities: SignalActivities;
  private cancelReason: string | undefined;
  private mayHaveSent = false;
  private ended = false;
  private authorizedAtMs = 0;
  private lookUpFirst = false;

  constructor(private readonly input: SignalWorkflowInput) {
    this.progress = new SignalProgress(input);
    this.activities = proxySignalActivities(input);
  }

  view(): SignalView {
    return this.progress.view();
  }

  /** @param reason for people; a caller on the command line may leave it out */
  cancel(reason?: string): CancelReply {
    if (this.ended) return { accepted: false, message: 'The signal has ended.' };
    this.cancelReason = reason ?? 'no reason given';
    return {
      accepted: true,
      message: this.mayHaveSent ? 'What is still open of the order will be cancelled.' : 'The signal will not be sent.',
    };
  }

  /** Runs to the end. Cancelling the workflow never leaves funds held or an order unaccounted for. */
  async run(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      this.progress.received();
      reached('saga.started');
      try {
        const plan = await this.reserve();
        if (plan) await this.trade(plan);
      } catch (error) {
        // Only a defect gets here. Funds whose order may live stay held; a person has to look.
        if (!this.mayHaveSent) await this.activities.releaseFunds('failed before anything was sent');
        throw error;
      }
    });
    this.ended = true;
    reached('saga.ended');
  }

  /** @returns undefined when the signal ended without a reservation */
  private async reserve(): Promise<OrderPlan | undefined> {
    for (let round = 1; ; round += 1) {
      const stop = this.stopReason();
      if (stop) {
        await this.releaseAndEnd(stop.outcome, stop.detail, stop.denial);
        return undefined;
      }
      this.progress.enter('RESERVING', 'Sizes the order and reserves its funds.');
      const result = await this.activities.reserveFunds(round);
      switch (result.status) {
        case 'reserved':
          this.progress.reserved(result.plan);
          this.authorizedAtMs = result.authorizedAtMs;
          this.lookUpFirst = result.existed;
          return result.plan;
        case 'denied':
          // A request of an earlier attempt may still be on its way to the ledger: released first, it finds a closed door.
          await this.releaseAndEnd('DENIED', result.denial.message, result.denial);
          return undefined;
        case 'retry':
          this.progress.enter('SIZING', result.reason, Date.now() + result.afterMs);
          await this.pause(result.afterMs);
      }
    }
  }

  private async trade(plan: OrderPlan): Promise<void> {
    reached('saga.reserved');
    const placement = await this.place(plan);
    if (placement.status === 'ended') {
      await this.releaseAndEnd(placement.outcome, placement.detail, placement.denial);
      return;
    }
    const order =
      placement.order && isFinal(placement.order) ? placement.order : await this.followOrder(plan, placement.order);
    await this.settle(plan, order);
  }

  /** Sends until the venue has the order, or until it is proven that it never will. */
  private async place(plan: OrderPlan): Promise<Placement> {
    let permitRound = 1;
    for (let attempt = 1; attempt <= SEND_ATTEMPTS_MAX;) {
      const stop = this.stopReason();
      if (stop) return { status: 'ended', ...stop };
      this.progress.enter('PLACING', `Sends ${plan.direction} ${plan.quantity} ${plan.symbol}.`);
      const result = await this.send(plan, permitRound);
      switch (result.status) {
        case 'wait':
          permitRound = result.permitRound;
          this.progress.enter('WAITING_FOR_PERMIT', result.reason, result.untilMs);
          await this.pause(result.untilMs - Date.now());
          // The authorization of the reservation may be stale by then; the activity asks again.
          continue;
        case 'expired':
          return { status: 'ended', outcome: 'EXPIRED', detail: result.reason, denial: expiredDenial(result.reason) };
        case 'denied':
          return { status: 'ended', outcome: 'DENIED', detail: result.denial.message, denial: result.denial };
        case 'found':
          return { status: 'live', order: result.order };
        case 'answered': {
          this.progress.sent();
          attempt += 1;
          permitRound += 1;
          const placement = await this.judge(plan, result.outcome, result.signedAtMs, result.order);
          if (placement) return placement;
        }
      }
    }
    const detail = `The venue refused ${SEND_ATTEMPTS_MAX} requests for passing reasons.`;
    return { status: 'ended', outcome: 'REJECTED', detail, denial: { code: 'VENUE_UNAVAILABLE', message: detail } };
  }

  /** One call of the activity; a call that is lost counts as sent with an unknown outcome. */
  private async send(plan: OrderPlan, permitRound: number): Promise<PlaceOrderResult> {
    this.mayHaveSent = true;
    try {
      return await this.activities.placeOrder({
        plan,
        permitRound,
        authorizedAtMs: this.authorizedAtMs,
        lookUpFirst: this.lookUpFirst,
      });
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      if (isNeverStarted(error)) return { status: 'expired', reason: 'No worker could send the order in time.' };
      return {
        status: 'answered',
        outcome: { kind: 'UNKNOWN', message: 'The process that sent the order was lost.' },
      };
    }
  }

  /** @returns what is proven, or undefined when the order may be sent again */
  private async judge(
    plan: OrderPlan,
    outcome: VenueOutcome,
    signedAtMs: number | undefined,
    order: VenueOrder | undefined,
  ): Promise<Placement | undefined> {
    switch (outcome.kind) {
      case 'PLACED':
        return { status: 'live', order };
      case 'DUPLICATE':
      case 'UNKNOWN':
        return this.resolve(plan, outcome, signedAtMs);
      case 'REJECTED':
      case 'FATAL':
        return { status: 'ended', outcome: 'REJECTED', detail: venueSentence(outcome) };
      case 'RATE_LIMITED':
      case 'BANNED':
      case 'NOT_PLACED': {
        const untilMs = Math.max(Date.now() + RESEND_PAUSE_MS, outcome.retryAtMs ?? 0);
        this.progress.enter('WAITING_FOR_PERMIT', venueSentence(outcome), untilMs);
        await this.pause(untilMs - Date.now());
        return undefined;
      }
    }
  }

  /** Looks the order up until the venue proves where it is, for as long as that takes. Funds stay held. */
  private async resolve(
    plan: OrderPlan,
    outcome: VenueOutcome,
    signedAtMs: number | undefined,
  ): Promise<Placement | undefined> {
    const { settings } = this.input;
    let lateEnoughMs = signedAtMs === undefined ? undefined : signedAtMs + settings.lateAcceptanceMs;
    const startedAtMs = Date.now();
    this.progress.enter('RESOLVING', `${venueSentence(outcome)} Looks the order up before anything else.`);
    let alerted = false;
    for (let count = 0; ; count += 1) {
      await sleep(lookUpDelayMs(count, settings.lookUpDelays));
      const answer = await this.activities.lookUpOrder(plan);
      if (answer.status === 'found') {
        this.progress.note('Found at the venue.');
        return { status: 'live', order: answer.order };
      }
      // A lost call was signed before this first look-up, and only the venue's clock can be compared with itself.
      if (answer.status === 'absent') lateEnoughMs ??= answer.askedAtMs + settings.lateAcceptanceMs;
      if (this.isProvenAbsent(answer, lateEnoughMs, outcome)) {
        this.progress.note('The venue proved that it never had the order.');
        return undefined;
      }
      if (!alerted && Date.now() - startedAtMs > settings.unknownAlertMs) {
        alerted = true;
        this.progress.note('Still unknown; the funds stay held. Check the order at the venue.');
      }
    }
  }

  /** Absent counts when it was asked after the last instant at which the venue could still accept the order. */
  private isProvenAbsent(answer: LookUpAnswer, lateEnoughMs: number | undefined, outcome: VenueOutcome): boolean {
    if (answer.status !== 'absent' || lateEnoughMs === undefined) return false;
    return answer.askedAtMs >= lateEnoughMs && outcome.kind !== 'DUPLICATE';
  }

  /** Follows a live order to its end; cancels what is open when the signal expires or a person asks. */
  private async followOrder(plan: OrderPlan, known: VenueOrder | undefined): Promise<VenueOrder> {
    const { settings, fingerprint, expiresAtMs } = this.input;
    this.progress.enter('WORKING', `Accepted by ${this.input.venue}; waits for its end.`);
    if (known) this.progress.venueSays(known);
    let acknowledged = false;
    let cancelRound = 0;
    for (let count = 0; ; count += 1) {
      const delayMs = lookUpDelayMs(count, settings.lookUpDelays);
      const isCancelling = cancelRound > 0;
      if (isCancelling) await sleep(delayMs);
      else await this.pause(delayMs);
      const answer = await this.activities.lookUpOrder(plan);
      if (answer.status === 'found') {
        this.progress.venueSays(answer.order);
        if (isFinal(answer.order)) return answer.order;
        if (!acknowledged && plan.limitPrice !== undefined) {
          acknowledged = true;
          await this.acknowledge(plan, answer.order);
        }
      }
      if (this.cancelReason !== undefined || Date.now() >= expiresAtMs) {
        cancelRound += 1;
        if (cancelRound === 1) count = 0;
        const why = this.cancelReason ?? 'its time to live passed';
        this.progress.enter('WORKING', `Cancels what is open: ${why}.`);
        await this.activities.cancelOrder({ fingerprint, plan, round: cancelRound });
      }
    }
  }

  private async acknowledge(plan: OrderPlan, order: VenueOrder): Promise<void> {
    if (plan.reduceOnly) return;
    await this.ledger().signal(acknowledgeSignal, {
      requestId: `${this.input.fingerprint}:acknowledge`,
      reservationId: this.input.fingerprint,
      placedAtMs: order.createdAtMs,
      lockedAmount: lockedAmount(plan, this.input.settings.leverage),
    });
  }

  /** Books what the order took; the rest is free in the same step. */
  private async settle(plan: OrderPlan, order: VenueOrder): Promise<void> {
    reached('saga.settling');
    this.progress.venueSays(order);
    this.progress.enter('SETTLING', `Settles ${order.filledQuantity} of ${order.quantity} ${order.symbol}.`);
    if (new Decimal(order.filledQuantity).isZero()) {
      const outcome = order.status === 'rejected' ? 'REJECTED' : 'CANCELLED';
      const reason = order.rejectReason ?? this.cancelReason ?? 'nothing filled';
      await this.releaseAndEnd(outcome, `${order.status} by ${this.input.venue}: ${reason}.`);
      return;
    }
    const sentence = `${order.filledQuantity} ${order.symbol} at ${order.averagePrice ?? 'an unknown price'}`;
    await this.ledger().signal(commitSignal, {
      requestId: `${this.input.fingerprint}:commit`,
      reservationId: this.input.fingerprint,
      amount: spentAmount({ plan, order, leverage: this.input.settings.leverage }),
      executedAtMs: order.updatedAtMs,
      reason: sentence,
    });
    reached('saga.committed');
    const outcome = order.status === 'filled' ? 'FILLED' : 'PARTIALLY_FILLED';
    this.progress.end(outcome, `${sentence}, fee ${order.fee} ${plan.asset}.`);
  }

  /** Gives back whatever may be held, then ends: the funds are free before anyone reads that it is over. */
  private async releaseAndEnd(outcome: SignalOutcome, detail: string, denial?: Denial): Promise<void> {
    await this.activities.releaseFunds(detail);
    this.progress.end(outcome, detail, denial?.code);
  }

  private ledger() {
    return getExternalWorkflowHandle(balanceLedgerWorkflowId(this.input.venue));
  }

  /** Waits, but not longer than until somebody cancels or the time to live passes. */
  private async pause(durationMs: number): Promise<void> {
    const waitMs = Math.min(durationMs, this.input.expiresAtMs - Date.now());
    if (waitMs > 0) await condition(() => this.cancelReason !== undefined, waitMs);
  }

  private stopReason(): { outcome: SignalOutcome; detail: string; denial: Denial } | undefined {
    if (this.cancelReason !== undefined) {
      const message = `Cancelled before it was sent: ${this.cancelReason}.`;
      return { outcome: 'CANCELLED', detail: message, denial: { code: 'CANCELLED_BY_USER', message } };
    }
    if (Date.now() >= this.input.expiresAtMs) {
      const message = 'The time to live passed before the order could be sent.';
      return { outcome: 'EXPIRED', detail: message, denial: expiredDenial(message) };
    }
    return undefined;
  }
}

function expiredDenial(message: string): Denial {
  return { code: 'SIGNAL_EXPIRED', message };
}

function isFinal(order: VenueOrder): boolean {
  return order.status !== 'open';
}

function venueSentence(outcome: VenueOutcome): string {
  const code = outcome.venueCode ?? (outcome.httpStatus === undefined ? undefined : `HTTP ${outcome.httpStatus}`);
  return `${outcome.kind}${code === undefined ? '' : ` (${code})`}: ${outcome.message}`;
}

/** The call waited for a worker until its time to live passed: nothing was sent. */
function isNeverStarted(error: ActivityFailure): boolean {
  const { cause } = error;
  return (
    cause instanceof Error &&
    cause.name === 'TimeoutFailure' &&
    'timeoutType' in cause &&
    cause.timeoutType === 'SCHEDULE_TO_START'
  );
}
