import { setTimeout as delay } from 'node:timers/promises';
import { isDenial, type Denial } from '../domain/denial';
import { AUTHORIZATION_VALIDITY_MS } from '../domain/ledger/authorization';
import type { OrderPlan } from '../domain/market';
import { settlementOf } from '../domain/settlement';
import { type Refused, type Reserved, type TradeInput, type TradeResult, type TradeTimes } from '../messages/trade';
import { crashPoint } from '../process/crash-points';
import { VenueError } from '../venues/venue';
import { EARLIER_ATTEMPT, MISSING_RETRY_AFTER_MS, refusedFor, type Funds } from './funds';
import type { OrderPlanner } from './order-planner';
import type { OrderSender } from './order-sender';
import type { Permit, Permits } from './permits';

/** A wait this short is not worth a durable timer. */
const WAIT_IN_PLACE_MAX_MS = 250;

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
