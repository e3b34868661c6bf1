import { setTimeout as delay } from 'node:timers/promises';
import { isDenial, type Denial } from '../domain/denial';
import type { EndReservationResult } from '../domain/ledger/types';
import type { OrderPlan, VenueOrder } from '../domain/market';
import type { VenueOutcome } from '../domain/outcome';
import { settlementOf } from '../domain/settlement';
import { AUTHORIZATION_VALIDITY_MS } from '../messages/balance-ledger';
import type { TradeInput } from '../messages/trade';
import { crashPoint } from '../process/crash-points';
import { VenueError } from '../venues/venue';
import {
  MISSING_RETRY_AFTER_MS,
  refusedFor,
  type Funds,
  type Refused,
  type Reserved,
  type WithdrawInput,
} from './funds';
import type { HeadStarts } from './head-start';
import type { OrderPlanner } from './order-planner';
import type { OrderSender } from './order-sender';
import type { Permit, Permits } from './permits';

/** A wait this short is not worth a durable timer. */
const WAIT_IN_PLACE_MAX_MS = 250;
const EARLIER_ATTEMPT = 'An earlier attempt, whose answer was lost, may have sent the order.';

/** When what happened, milliseconds UTC on the clock of the process that did it. */
export interface TradeTimes {
  readonly reservedAtMs: number;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

export type TradeResult =
  /** This call held nothing and sent nothing. An earlier one, whose answer was lost, may have: withdraw tells. */
  | Refused
  /** Funds are held, and nothing can be sent in time: the limiter has no room before the signal expires. */
  | { readonly status: 'expired'; readonly plan: OrderPlan; readonly reason: string }
  /** Funds are held; the durable road goes on from here. This call sent nothing. */
  | (Reserved & { readonly waitUntilMs?: number; readonly reason: string })
  /** One request was sent, and what came of it needs the durable road. */
  | {
      readonly status: 'answered';
      readonly plan: OrderPlan;
      readonly outcome: VenueOutcome;
      /** On the venue's clock; absent: not known. */
      readonly signedAtMs?: number;
      readonly order?: VenueOrder;
      readonly times: TradeTimes;
    }
  /** Sent, filled, and booked. */
  | { readonly status: 'settled'; readonly plan: OrderPlan; readonly order: VenueOrder; readonly times: TradeTimes };

/** withdrawn: nothing was sent, and nothing will be. */
export type WithdrawalResult = { readonly status: 'withdrawn' } | (Reserved & { readonly reason: string });

export interface ShortRoadDependencies {
  readonly funds: Funds;
  readonly headStarts: HeadStarts;
}

/** What a saga does in one go while nothing stands in its way, called from signal workflows as local activities. */
export function createShortRoadActivities({ funds, headStarts }: ShortRoadDependencies) {
  return {
    /** See ShortRoad.trade. */
    tradeAtOnce: (input: TradeInput): Promise<TradeResult> => headStarts.trade(input),

    /**
     * Asked before a signal ends that, as far as its history tells, never reserved anything: an attempt whose answer was
     * lost may have done so, and may have sent the order.
     */
    async withdraw(input: WithdrawInput): Promise<WithdrawalResult> {
      crashPoint('withdraw.before-update');
      const reserved = await funds.withdraw(input);
      crashPoint('withdraw.after-update');
      return reserved ? { ...reserved, reason: EARLIER_ATTEMPT } : { status: 'withdrawn' };
    },

    /** Gives back what a signal is known to hold. */
    releaseFunds: (input: {
      readonly venue: string;
      readonly fingerprint: string;
      readonly reason: string;
    }): Promise<EndReservationResult> => funds.release(input.venue, input.fingerprint, input.reason),
  };
}

export type ShortRoadActivities = ReturnType<typeof createShortRoadActivities>;

/** The way of an order while nothing stands in it. */
export class ShortRoad {
  constructor(
    private readonly funds: Funds,
    private readonly permits: Permits,
    private readonly planner: OrderPlanner,
    private readonly sender: OrderSender,
  ) {}

  /**
   * Sizes the order, reserves its funds, sends it, sees it fill, and books it. Safe to run again at any time, also
   * while an earlier run is still under way somewhere: the ledger has the reservation in its history before the first
   * byte leaves, and whoever is told that it exists sends nothing from here.
   */
  async trade(input: TradeInput): Promise<TradeResult> {
    crashPoint('reserve.before-plan');
    const plan = await this.plan(input);
    if ('status' in plan) return plan;
    crashPoint('reserve.before-update');
    const permitId = `${input.fingerprint}:permit:${input.round}`;
    // All at once, in one step of the account: what turns out to be of no use is given back.
    const asked = [
      this.funds.reserve({ ...input, intent: input.signal.intent }, plan),
      this.permits.acquire({
        requestId: permitId,
        endpoint: 'order',
        intent: input.signal.intent,
        notAfterMs: input.expiresAtMs,
      }),
    ] as const;
    const reportIsOver = this.sender.expect();
    try {
      const [reserved, permit] = await Promise.all(asked);
      crashPoint('reserve.after-update');
      if (reserved.status !== 'reserved') {
        if (permit.status === 'granted' && permit.isNew) await this.permits.giveBack(permitId);
        return reserved;
      }
      if (reserved.earlierAttempt !== 'none') {
        return { ...reserved, reason: EARLIER_ATTEMPT };
      }
      return await this.send(input, reserved, permit);
    } finally {
      await reportIsOver();
    }
  }

  private async plan(input: TradeInput): Promise<OrderPlan | Refused> {
    let plan: OrderPlan | Denial;
    try {
      plan = await this.planner.plan(input);
    } catch (error) {
      if (!(error instanceof VenueError)) throw error;
      const { retryAtMs } = error.outcome;
      const waitMs = retryAtMs === undefined ? 0 : retryAtMs - Date.now();
      return { status: 'retry', afterMs: Math.max(MISSING_RETRY_AFTER_MS, waitMs), reason: error.message };
    }
    return isDenial(plan) ? refusedFor(plan) : plan;
  }

  private async send(input: TradeInput, reserved: Reserved, permit: Permit): Promise<TradeResult> {
    const { plan } = reserved;
    if (permit.status === 'refused') return { status: 'expired', plan, reason: permit.message };
    const reservedAtMs = Date.now();
    const waitMs = permit.notBeforeMs - reservedAtMs;
    if (waitMs > WAIT_IN_PLACE_MAX_MS) {
      return { ...reserved, waitUntilMs: permit.notBeforeMs, reason: 'Waits for the rate limiter.' };
    }
    if (waitMs > 0) await delay(waitMs);
    // Asking for another leave is left to the durable road: what exists elsewhere of this run must end with this one.
    const leaveMs = reserved.authorizedAtMs + AUTHORIZATION_VALIDITY_MS;
    const sendBeforeMs = Math.min(leaveMs, permit.expiresAtMs, input.expiresAtMs);
    const sentAtMs = Date.now();
    if (sentAtMs > sendBeforeMs || sentAtMs < reserved.authorizedAtMs) {
      return { ...reserved, reason: 'The leave to send lapsed before it was used.' };
    }
    const { outcome, signedAtMs, answeredAtMs, order } = await this.sender.send('trade', plan, sendBeforeMs);
    const times: TradeTimes = { reservedAtMs, sentAtMs, answeredAtMs };
    if (outcome.kind !== 'PLACED' || order?.status !== 'filled') {
      return { status: 'answered', plan, outcome, signedAtMs, order, times };
    }
    await this.funds.commit(input.venue, {
      requestId: `${input.fingerprint}:commit`,
      reservationId: input.fingerprint,
      ...settlementOf(plan, order, input.leverage),
    });
    crashPoint('trade.after-commit');
    return { status: 'settled', plan, order, times };
  }
}
