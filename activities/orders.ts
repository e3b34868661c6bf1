import type { OrderPlan } from '../src/domain/market';
import type { VenueOutcome } from '../src/domain/outcome';
import { crashPoint } from '../src/observability/crash-points';
import { VenueError, type LookUpAnswer } from '../src/venues/venue';
import type { EntityCaller } from './entity-caller';
import { OrderEvidence, type LookUpInput } from './order-evidence';
import type { OrderObserver } from './order-observer';
import type { PacedVenue } from './paced-venue';
import type { Permits } from './permits';
import { RETRY_AFTER_MS, SendGate, type Blocked, type PlaceOrderInput, type PlaceOrderResult } from './send-gate';

export type { PlaceOrderInput, PlaceOrderResult } from './send-gate';

export interface OrderDependencies {
  readonly entities: EntityCaller;
  readonly permits: Permits;
  readonly pacedVenue: PacedVenue;
  readonly observer: OrderObserver;
}

/** Everything that concerns an order at the venue. Placing is never retried by the server: only by the saga's rules. */
export function createOrderActivities({ entities, permits, pacedVenue, observer }: OrderDependencies) {
  const gate = new SendGate(entities, permits);
  const evidence = new OrderEvidence(pacedVenue);

  async function found(input: PlaceOrderInput): Promise<Blocked | undefined> {
    const answer = await evidence.lookUp(input);
    if (answer.status === 'found') return answer;
    if (answer.status === 'absent') return undefined;
    return {
      status: 'wait',
      untilMs: Math.max(Date.now() + RETRY_AFTER_MS, answer.outcome.retryAtMs ?? 0),
      permitRound: input.permitRound,
      reason: `Could not look the order up before sending: ${answer.outcome.message}`,
    };
  }

  return {
    /** Sends the order, at most one request. Must run with one attempt: a lost call is an UNKNOWN outcome. */
    async placeOrder(input: PlaceOrderInput): Promise<PlaceOrderResult> {
      if (input.lookUpFirst) {
        const blocked = await found(input);
        if (blocked) return blocked;
      }
      crashPoint('place.before-permit');
      const pass = await gate.passLimiter(input);
      crashPoint('place.after-permit');
      if ('status' in pass) return pass;
      // Last, because it is the shortest leave.
      const leave = await gate.passLedger(input);
      if ('status' in leave) return leave;
      const nowMs = Date.now();
      if (nowMs > input.expiresAtMs) return { status: 'expired', reason: 'The time to live passed before sending.' };
      if (nowMs > pass.sendBeforeMs) {
        return { status: 'wait', untilMs: nowMs, permitRound: input.permitRound + 1, reason: 'The permit lapsed.' };
      }
      const sendBeforeMs = Math.min(pass.sendBeforeMs, leave.sendBeforeMs, input.expiresAtMs);
      crashPoint('place.before-send');
      const { outcome, signedAtMs } = await pacedVenue.venue.placeOrder(input.plan, sendBeforeMs);
      crashPoint('place.after-send');
      // A resting order will not be final in moments: its workflow looks it up with growing delays.
      const isWatched = outcome.kind === 'PLACED' && input.plan.limitPrice === undefined;
      const order = isWatched ? await observer.observe(input.plan.clientOrderId) : undefined;
      crashPoint('place.after-observe');
      return { status: 'answered', outcome, signedAtMs, order };
    },

    /** Asks the venue for the order by our client id. */
    async lookUpOrder(input: LookUpInput): Promise<LookUpAnswer> {
      crashPoint('look-up.before');
      const answer = await evidence.lookUp(input);
      crashPoint('look-up.after');
      return answer;
    },

    /** Asks the venue to cancel what is open of an order. What came of it is known by a look-up only. */
    async cancelOrder(input: {
      readonly fingerprint: string;
      readonly plan: OrderPlan;
      readonly round: number;
    }): Promise<VenueOutcome> {
      try {
        await permits.forRead('order', 'exit');
      } catch (error) {
        if (error instanceof VenueError) return error.outcome;
        throw error;
      }
      crashPoint('cancel.before');
      const outcome = await pacedVenue.venue.cancelOrder(input.plan.symbol, input.plan.clientOrderId);
      crashPoint('cancel.after');
      return outcome;
    },
  };
}

export type OrderActivities = ReturnType<typeof createOrderActivities>;
