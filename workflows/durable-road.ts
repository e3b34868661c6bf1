import { ActivityFailure } from '@temporalio/workflow';
import { patientDelayMs } from '../src/domain/look-up-delay';
import type { OrderPlan, VenueOrder } from '../src/domain/market';
import { venueSentence, type VenueOutcome } from '../src/domain/outcome';
import type { PlaceOrderResult, TradeResult } from '../src/messages/trade';
import type { OrderWatch } from './order-watch';
import type { Placement } from './placement';
import type { SagaParts } from './saga-parts';
import { expired, type StopReason } from './stop';

/** Sends that the venue provably refused for a passing reason; the time to live usually ends it sooner. */
const SEND_ATTEMPTS_MAX = 50;
/** A passing refusal that names no time is answered by this pause. */
const RESEND_PAUSE_MS = 1_000;

type Answered = Extract<TradeResult, { status: 'answered' }>;
type ReservedOnly = Extract<TradeResult, { status: 'reserved' }>;

/** The order's way to the venue, one recorded step at a time, for as long as it takes. */
export class DurableRoad {
  constructor(
    private readonly parts: SagaParts,
    private readonly watch: OrderWatch,
  ) {}

  /** @param permitRound the next permit to ask for, should the order be sent again */
  async goOnAfterAnswer({ plan, outcome, signedAtMs, order }: Answered, permitRound: number): Promise<Placement> {
    return (await this.judge(plan, outcome, signedAtMs, order, Date.now())) ?? this.place(plan, permitRound);
  }

  /**
   * @param permitRound the permit that the short road asked for
   * @param otherwise how the signal ends when nothing is there and nothing may be sent
   */
  async goOnAfterReservation(reserved: ReservedOnly, permitRound: number, otherwise: StopReason): Promise<Placement> {
    const { plan, earlierAttempt, reason, lookUpOnly } = reserved;
    const waitMs = reserved.waitMs ?? untilNow(reserved.waitUntilMs);
    if (earlierAttempt !== 'none') {
      this.parts.record.sent();
      const kind = earlierAttempt === 'placed' ? 'DUPLICATE' : 'UNKNOWN';
      const placement = await this.watch.resolve(plan, { kind, message: reason }, undefined);
      if (placement) return placement;
      if (lookUpOnly) return { status: 'ended', ...otherwise };
    } else if (waitMs !== undefined) {
      await this.waitForPermit(reason, waitMs);
    }
    return this.place(plan, permitRound);
  }

  /** Sends until the venue has the order, or until it is proven that it never will. */
  private async place(plan: OrderPlan, firstPermitRound: number): Promise<Placement> {
    const { record, stop } = this.parts;
    const startedAtMs = Date.now();
    let permitRound = firstPermitRound;
    for (let attempt = 1; attempt <= SEND_ATTEMPTS_MAX;) {
      const reason = stop.reason();
      if (reason) return { status: 'ended', ...reason };
      record.enter('PLACING', `Sends ${plan.direction} ${plan.quantity} ${plan.symbol}.`);
      const result = await this.send(plan, permitRound);
      switch (result.status) {
        case 'wait':
          permitRound = result.permitRound;
          await this.waitForPermit(result.reason, patientWaitMs(result, startedAtMs));
          continue;
        case 'expired':
          return { status: 'ended', ...expired(result.reason, result.code) };
        case 'denied':
          return { status: 'ended', outcome: 'DENIED', detail: result.denial.message, denial: result.denial };
        case 'answered': {
          record.sent();
          attempt += 1;
          permitRound += 1;
          const { outcome, signedAtMs, order } = result;
          const placement = await this.judge(plan, outcome, signedAtMs, order, startedAtMs);
          if (placement) return placement;
        }
      }
    }
    const detail = `The venue refused ${SEND_ATTEMPTS_MAX} requests for passing reasons.`;
    const denial = { code: 'VENUE_UNAVAILABLE', message: detail } as const;
    return { status: 'ended', outcome: 'REJECTED', detail, denial, endedBy: 'venue' };
  }

  /** One call of the activity; a call that is lost counts as sent with an unknown outcome. */
  private async send(plan: OrderPlan, permitRound: number): Promise<PlaceOrderResult> {
    try {
      return await this.parts.sends.placeOrder({ plan, permitRound });
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      if (isNeverStarted(error)) return { status: 'expired', reason: 'No worker could send the order in time.' };
      return {
        status: 'answered',
        outcome: { kind: 'UNKNOWN', message: 'The process that sent the order was lost.' },
      };
    }
  }

  /**
   * @param startedAtMs when sending began: pauses grow with what has passed since
   * @returns what is proven, or undefined when the order may be sent again
   */
  private async judge(
    plan: OrderPlan,
    outcome: VenueOutcome,
    signedAtMs: number | undefined,
    order: VenueOrder | undefined,
    startedAtMs: number,
  ): Promise<Placement | undefined> {
    switch (outcome.kind) {
      case 'PLACED':
        return { status: 'live', order };
      case 'DUPLICATE':
      case 'UNKNOWN':
        return this.watch.resolve(plan, outcome, signedAtMs);
      case 'REJECTED':
      // The process that sent it tells a person, once for all orders: src/trading/venue-problems.ts.
      case 'FATAL':
        return { status: 'ended', outcome: 'REJECTED', detail: venueSentence(outcome), endedBy: 'venue' };
      case 'RATE_LIMITED':
      case 'BANNED':
      case 'NOT_PLACED': {
        const namedMs = outcome.retryAfterMs ?? untilNow(outcome.retryAtMs) ?? 0;
        const pauseMs = Math.max(RESEND_PAUSE_MS, patientDelayMs(Date.now() - startedAtMs));
        await this.waitForPermit(venueSentence(outcome), Math.max(pauseMs, namedMs));
        return undefined;
      }
    }
  }

  private async waitForPermit(reason: string, waitMs: number): Promise<void> {
    const { record, stop } = this.parts;
    record.enter('WAITING_FOR_PERMIT', reason, Date.now() + waitMs);
    await stop.pause(waitMs);
  }
}

/**
 * A permit that begins later is waited for exactly: it is good for a moment only. A pause without one grows with its age.
 */
function patientWaitMs(wait: Extract<PlaceOrderResult, { status: 'wait' }>, startedAtMs: number): number {
  const waitMs = wait.waitMs ?? untilNow(wait.untilMs) ?? 0;
  return waitMs > RESEND_PAUSE_MS ? waitMs : Math.max(waitMs, patientDelayMs(Date.now() - startedAtMs));
}

/** Answers of before waits travelled as spans name an instant on their process's clock. */
function untilNow(atMs: number | undefined): number | undefined {
  return atMs === undefined ? undefined : atMs - Date.now();
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
