import type { VenueOutcome } from '../src/domain/outcome';
import { crashPoint } from '../src/process/crash-points';
import { VenueError, type LookUpAnswer } from '../src/venues/venue';
import { OrderEvidence } from '../src/trading/order-evidence';
import type { MovedPrices } from '../src/trading/moved-prices';
import type { OrderSender } from '../src/trading/order-sender';
import type { PacedVenue } from '../src/trading/paced-venue';
import type { Repricer } from '../src/trading/repricer';
import type { RestingOrders } from '../src/trading/resting-orders';
import type { StreamHints } from '../src/trading/stream-hints';
import { ASK_AGAIN, type SendChecker } from '../src/trading/send-checker';
import type { CancelOrderInput, LookUpInput, PlaceOrderInput, PlaceOrderResult } from '../src/messages/trade';

/**
 * A call sends within this of its beginning, or not at all. The server counts it as lost after the longer timeout of
 * workflows/signal-activities.ts: from then on nothing of it can leave any more, however long this process was held up.
 */
const SEND_WITHIN_MS = 15_000;
/** How soon the workflow asks again when nothing better is known. */
const RETRY_AFTER_MS = 1_000;

export interface OrderDependencies {
  readonly pacedVenue: PacedVenue;
  readonly checker: SendChecker;
  readonly sender: OrderSender;
  readonly repricer: Repricer;
  /** Absent: nobody compares prices. */
  readonly movedPrices?: Pick<MovedPrices, 'check'>;
  /** Absent: nobody tells of orders. */
  readonly stream?: { readonly hints: StreamHints; readonly resting: RestingOrders };
}

/** Everything that concerns an order at the venue. Placing is never retried by the server: only by the saga's rules. */
export function createOrderActivities(dependencies: OrderDependencies) {
  const { pacedVenue, checker, sender, repricer, movedPrices, stream } = dependencies;
  const evidence = new OrderEvidence(pacedVenue, movedPrices, stream);

  async function placeOrder(input: PlaceOrderInput): Promise<PlaceOrderResult> {
    const callEndsAtMs = performance.now() + SEND_WITHIN_MS;
    const priced = await repricer.check(input.plan);
    if (priced.status === 'denied') return priced;
    if (priced.status === 'unknown') return waitFor(RETRY_AFTER_MS, input.permitRound, priced.reason);
    const check = await checker.check({ ...input, callEndsAtMs }, { permitRound: input.permitRound }, ASK_AGAIN);
    if (check.status === 'lapsed') {
      const { permitRound, reason } = check;
      return waitFor(RETRY_AFTER_MS, permitRound, reason);
    }
    if (check.status === 'wait') return waitFor(check.waitMs, check.permitRound, check.reason);
    if (check.status !== 'clear') return check;
    const { outcome, signedAtMs, order, isUnsent } = await sender.send('place', input.plan, check);
    if (isUnsent) return waitFor(RETRY_AFTER_MS, check.permitRound, outcome.message);
    return { status: 'answered', outcome, signedAtMs, order };
  }

  return {
    /** Sends the order, at most one request. Must run with one attempt: a lost call is an UNKNOWN outcome. */
    placeOrder,

    /**
     * The same for a plan with a time in force, under another name: whoever does not know that option does not know this call,
     * and sends nothing.
     */
    placeOrderWithOptions: placeOrder,

    /** Asks the venue for the order by our client id. */
    async lookUpOrder(input: LookUpInput): Promise<LookUpAnswer> {
      crashPoint('look-up.before');
      const answer = await evidence.lookUp(input);
      crashPoint('look-up.after');
      return answer;
    },

    /** Asks the venue to cancel what is open of an order. What came of it is known by a look-up only. */
    async cancelOrder(input: CancelOrderInput): Promise<VenueOutcome> {
      const { symbol, clientOrderId } = input.plan;
      try {
        const outcome = await pacedVenue.cancelOrder(symbol, clientOrderId, () => crashPoint('cancel.before'));
        crashPoint('cancel.after');
        return outcome;
      } catch (error) {
        if (error instanceof VenueError) return error.outcome;
        throw error;
      }
    },
  };
}

export type OrderActivities = ReturnType<typeof createOrderActivities>;

/** In both forms: a workflow's step may be taken by a process of an older release that runs beside this one. */
function waitFor(waitMs: number, permitRound: number, reason: string): PlaceOrderResult {
  return { status: 'wait', waitMs, untilMs: Date.now() + waitMs, permitRound, reason };
}
