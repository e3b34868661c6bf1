import type { OrderPlan } from '../src/domain/market';
import type { VenueOutcome } from '../src/domain/outcome';
import { crashPoint } from '../src/process/crash-points';
import { VenueError, type LookUpAnswer } from '../src/venues/venue';
import type { EntityCaller } from '../src/trading/entity-caller';
import { OrderEvidence } from '../src/trading/order-evidence';
import type { OrderSender } from '../src/trading/order-sender';
import type { PacedVenue } from '../src/trading/paced-venue';
import type { Permits } from '../src/trading/permits';
import { SendGate } from '../src/trading/send-gate';
import type { LookUpInput, PlaceOrderInput, PlaceOrderResult } from '../src/messages/trade';

/**
 * A call sends within this of its beginning, or not at all. The server counts it as lost after the longer timeout of
 * workflows/signal-activities.ts: from then on nothing of it can leave any more, however long this process was held up.
 */
const SEND_WITHIN_MS = 15_000;

export interface OrderDependencies {
  readonly entities: EntityCaller;
  readonly permits: Permits;
  readonly pacedVenue: PacedVenue;
  readonly sender: OrderSender;
}

/** Everything that concerns an order at the venue. Placing is never retried by the server: only by the saga's rules. */
export function createOrderActivities({ entities, permits, pacedVenue, sender }: OrderDependencies) {
  const gate = new SendGate(entities, permits);
  const evidence = new OrderEvidence(pacedVenue);

  return {
    /** Sends the order, at most one request. Must run with one attempt: a lost call is an UNKNOWN outcome. */
    async placeOrder(input: PlaceOrderInput): Promise<PlaceOrderResult> {
      const giveUpAtMs = Date.now() + SEND_WITHIN_MS;
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
      const sendBeforeMs = Math.min(pass.sendBeforeMs, leave.sendBeforeMs, input.expiresAtMs, giveUpAtMs);
      const { outcome, signedAtMs, order } = await sender.send('place', input.plan, sendBeforeMs);
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
