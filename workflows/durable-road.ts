import { ActivityFailure, getExternalWorkflowHandle, sleep } from '@temporalio/workflow';
import type { Denial } from '../src/domain/denial';
import { AUTHORIZATION_VALIDITY_MS } from '../src/domain/ledger/authorization';
import { lookUpDelayMs, patientLookUpDelayMs } from '../src/domain/look-up-delay';
import type { LookUpAnswer, OrderPlan, VenueOrder } from '../src/domain/market';
import type { VenueOutcome } from '../src/domain/outcome';
import type { SignalOutcome } from '../src/domain/signal-view';
import { lockedAmount } from '../src/domain/sizing';
import { venueAccountWorkflowId } from '../src/messages/ids';
import type { SignalWorkflowInput } from '../src/messages/signal';
import type { PlaceOrderResult, TradeResult } from '../src/messages/trade';
import { acknowledgeSignal } from '../src/messages/venue-account';
import { alert } from './announcements';
import type { SendCalls } from './send-calls';
import type { SignalActivities } from './signal-activities';
import type { SignalRecord } from './signal-record';
import { expired, type Stop, type StopReason } from './stop';
import type { Terms } from './terms';

/** Sends that the venue provably refused for a passing reason; the time to live usually ends it sooner. */
const SEND_ATTEMPTS_MAX = 50;
/** A passing refusal that names no time is answered by this pause. */
const RESEND_PAUSE_MS = 1_000;

/** What is known of the order after the venue was asked to place it. */
export type Placement =
  | { readonly status: 'live'; readonly order?: VenueOrder }
  | { readonly status: 'ended'; readonly outcome: SignalOutcome; readonly detail: string; readonly denial?: Denial };

type Answered = Extract<TradeResult, { status: 'answered' }>;
type ReservedOnly = Extract<TradeResult, { status: 'reserved' }>;

/** The order's way to a known end, one recorded step at a time, for as long as it takes. */
export class DurableRoad {
  constructor(
    private readonly input: SignalWorkflowInput,
    private readonly terms: Terms,
    private readonly activities: SignalActivities,
    private readonly sends: SendCalls,
    private readonly record: SignalRecord,
    private readonly stop: Stop,
  ) {}

  /** @param permitRound the next permit to ask for, should the order be sent again */
  async goOnAfterAnswer({ plan, outcome, signedAtMs, order }: Answered, permitRound: number): Promise<Placement> {
    return (await this.judge(plan, outcome, signedAtMs, order)) ?? this.place(plan, permitRound);
  }

  /**
   * @param permitRound the permit that the short road asked for
   * @param otherwise how the signal ends when nothing is there and nothing may be sent
   */
  async goOnAfterReservation(reserved: ReservedOnly, permitRound: number, otherwise: StopReason): Promise<Placement> {
    const { plan, earlierAttempt, reason, lookUpOnly } = reserved;
    const waitMs = reserved.waitMs ?? untilNow(reserved.waitUntilMs);
    if (earlierAttempt !== 'none') {
      this.record.sent();
      const kind = earlierAttempt === 'placed' ? 'DUPLICATE' : 'UNKNOWN';
      const placement = await this.resolve(plan, { kind, message: reason }, undefined);
      if (placement) return placement;
      if (lookUpOnly) return { status: 'ended', ...otherwise };
    } else if (waitMs !== undefined) {
      await this.waitForPermit(reason, waitMs);
    }
    return this.place(plan, permitRound);
  }

  /** Sends until the venue has the order, or until it is proven that it never will. */
  private async place(plan: OrderPlan, firstPermitRound: number): Promise<Placement> {
    let permitRound = firstPermitRound;
    for (let attempt = 1; attempt <= SEND_ATTEMPTS_MAX;) {
      const reason = this.stop.reason();
      if (reason) return { status: 'ended', ...reason };
      this.record.enter('PLACING', `Sends ${plan.direction} ${plan.quantity} ${plan.symbol}.`);
      const result = await this.send(plan, permitRound);
      switch (result.status) {
        case 'wait':
          permitRound = result.permitRound;
          // The authorization of the reservation may be stale after it; the activity asks again.
          await this.waitForPermit(result.reason, result.waitMs ?? untilNow(result.untilMs) ?? 0);
          continue;
        case 'expired':
          return { status: 'ended', ...expired(result.reason, result.code) };
        case 'denied':
          return { status: 'ended', outcome: 'DENIED', detail: result.denial.message, denial: result.denial };
        case 'answered': {
          this.record.sent();
          attempt += 1;
          permitRound += 1;
          const { outcome, signedAtMs, order } = result;
          const placement = await this.judge(plan, outcome, signedAtMs, order);
          if (placement) return placement;
        }
      }
    }
    const detail = `The venue refused ${SEND_ATTEMPTS_MAX} requests for passing reasons.`;
    return { status: 'ended', outcome: 'REJECTED', detail, denial: { code: 'VENUE_UNAVAILABLE', message: detail } };
  }

  /** One call of the activity; a call that is lost counts as sent with an unknown outcome. */
  private async send(plan: OrderPlan, permitRound: number): Promise<PlaceOrderResult> {
    try {
      return await this.sends.placeOrder({ plan, permitRound });
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
        if (outcome.kind === 'FATAL') alert(`${this.input.venue} refuses us: ${venueSentence(outcome)}`);
        return { status: 'ended', outcome: 'REJECTED', detail: venueSentence(outcome) };
      case 'RATE_LIMITED':
      case 'BANNED':
      case 'NOT_PLACED': {
        const waitMs = outcome.retryAfterMs ?? untilNow(outcome.retryAtMs) ?? 0;
        await this.waitForPermit(venueSentence(outcome), Math.max(RESEND_PAUSE_MS, waitMs));
        return undefined;
      }
    }
  }

  private async waitForPermit(reason: string, waitMs: number): Promise<void> {
    this.record.enter('WAITING_FOR_PERMIT', reason, Date.now() + waitMs);
    await this.stop.pause(waitMs);
  }

  /**
   * Looks the order up until the venue proves where it is, for as long as that takes. Funds stay held.
   *
   * @param signedAtMs on the venue's clock, where it is known
   */
  private async resolve(
    plan: OrderPlan,
    outcome: VenueOutcome,
    signedAtMs: number | undefined,
  ): Promise<Placement | undefined> {
    const { fingerprint } = this.input;
    const terms = this.terms.known;
    let lateEnoughMs = signedAtMs === undefined ? undefined : signedAtMs + terms.lateAcceptanceMs;
    const startedAtMs = Date.now();
    this.record.enter('RESOLVING', `${venueSentence(outcome)} Looks the order up before anything else.`);
    let alerted = false;
    for (let count = 0; ; count += 1) {
      await sleep(patientLookUpDelayMs(count, terms.lookUpDelays, Date.now() - startedAtMs));
      const answer = await this.activities.lookUpOrder(plan);
      if (answer.status === 'found') {
        this.record.note('Found at the venue.');
        return { status: 'live', order: answer.order };
      }
      // Whatever was lost was signed before this first look-up, or within the authorization it had then; and only the
      // venue's clock can be compared with itself.
      if (answer.status === 'absent') {
        lateEnoughMs ??= answer.askedAtMs + AUTHORIZATION_VALIDITY_MS + terms.lateAcceptanceMs;
      }
      if (isProvenAbsent(answer, lateEnoughMs, outcome)) {
        this.record.note('The venue proved that it never had the order.');
        return undefined;
      }
      if (!alerted && Date.now() - startedAtMs > terms.unknownAlertMs) {
        alerted = true;
        this.record.note('Still unknown; the funds stay held. Check the order at the venue.');
        alert(
          `${fingerprint}: the order ${plan.clientOrderId} is still unknown; its funds stay held. Check the venue.`,
        );
      }
    }
  }

  /** Follows a live order to its end; cancels what is open when the signal expires or a person asks. */
  async follow(plan: OrderPlan, known: VenueOrder | undefined): Promise<VenueOrder> {
    const { fingerprint } = this.input;
    const terms = this.terms.known;
    this.record.enter('WORKING', `Accepted by ${this.input.venue}; waits for its end.`);
    if (known) this.record.venueSays(known);
    let acknowledged = false;
    let cancelRound = 0;
    let cancelledAtMs = 0;
    for (let count = 0; ; count += 1) {
      const delays = terms.lookUpDelays;
      if (cancelRound > 0) await sleep(patientLookUpDelayMs(count, delays, Date.now() - cancelledAtMs));
      else await this.stop.pause(lookUpDelayMs(count, delays));
      const answer = await this.activities.lookUpOrder(plan);
      if (answer.status === 'found') {
        this.record.venueSays(answer.order);
        if (answer.order.status !== 'open') return answer.order;
        if (!acknowledged && plan.limitPrice !== undefined) {
          acknowledged = true;
          await this.acknowledge(plan, answer.order);
        }
      }
      if (this.stop.isDue) {
        cancelRound += 1;
        if (cancelRound === 1) {
          count = 0;
          cancelledAtMs = Date.now();
        }
        const why = this.stop.cancelReason ?? 'its time to live passed';
        this.record.enter('WORKING', `Cancels what is open: ${why}.`);
        await this.activities.cancelOrder({ fingerprint, plan, round: cancelRound });
      }
    }
  }

  private async acknowledge(plan: OrderPlan, order: VenueOrder): Promise<void> {
    if (plan.reduceOnly) return;
    await getExternalWorkflowHandle(venueAccountWorkflowId(this.input.venue)).signal(acknowledgeSignal, {
      requestId: `${this.input.fingerprint}:acknowledge`,
      reservationId: this.input.fingerprint,
      placedAtMs: order.createdAtMs,
      lockedAmount: lockedAmount(plan, this.terms.known.leverage),
    });
  }
}

/** Absent counts when it was asked after the last instant at which the venue could still accept the order. */
function isProvenAbsent(answer: LookUpAnswer, lateEnoughMs: number | undefined, outcome: VenueOutcome): boolean {
  if (answer.status !== 'absent' || lateEnoughMs === undefined) return false;
  return answer.askedAtMs >= lateEnoughMs && outcome.kind !== 'DUPLICATE';
}

/** Answers of before waits travelled as spans name an instant on their process's clock. */
function untilNow(atMs: number | undefined): number | undefined {
  return atMs === undefined ? undefined : atMs - Date.now();
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
