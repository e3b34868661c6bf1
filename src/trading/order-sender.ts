import type { OrderPlan, VenueOrder } from '../domain/market';
import type { Intent } from '../domain/signal';
import { endsAtOnce } from '../domain/order-options';
import type { VenueOutcome } from '../domain/outcome';
import { crashPoint } from '../process/crash-points';
import type { OrderObservers } from './order-observers';
import type { MovedPrices } from './moved-prices';
import type { PacedVenue } from './paced-venue';
import type { RefusedOrders } from './refused-orders';
import type { Clearance } from './send-checker';
import { withPermit } from '../venues/request-permit';

export interface SendResult {
  readonly outcome: VenueOutcome;
  /** On the venue's clock. */
  readonly signedAtMs: number;
  /** When the venue's answer was here, on this process's monotonic clock. */
  readonly answeredAtMs: number;
  /** Present when the order became final at once. */
  readonly order?: VenueOrder;
  /** See PlaceOrderAnswer. */
  readonly isUnsent?: true;
}

/** Sends an order whose funds, permit and authorization are in hand: one request, never more. */
export class OrderSender {
  constructor(
    private readonly pacedVenue: PacedVenue,
    private readonly observers: Pick<OrderObservers, 'expect' | 'observe'>,
    private readonly refusals?: Pick<RefusedOrders, 'note'>,
    private readonly movedPrices?: Pick<MovedPrices, 'check'>,
  ) {}

  /** Says that an order may soon be sent; see ReportPermit.expect. */
  expect(intent: Intent): () => Promise<void> {
    return this.observers.expect(intent);
  }

  /**
   * @param road which of the two roads it is sent on; only names the crash points
   * @param clearance later than it says the outcome is NOT_PLACED, and without its permit RATE_LIMITED
   */
  async send(road: 'trade' | 'place', plan: OrderPlan, { sendBeforeMs, token }: Clearance): Promise<SendResult> {
    crashPoint(`${road}.before-send`);
    const { outcome, signedAtMs, isUnsent } = await withPermit(token, () =>
      this.pacedVenue.venue.placeOrder(plan, sendBeforeMs),
    );
    const answeredAtMs = performance.now();
    this.refusals?.note(outcome);
    crashPoint(`${road}.after-send`);
    // A resting order will not be final in moments: its workflow looks it up with growing delays.
    const isWatched = outcome.kind === 'PLACED' && endsAtOnce(plan);
    const seen = isWatched
      ? await this.observers.observe(plan.clientOrderId, signedAtMs, plan.reduceOnly ? 'exit' : 'entry')
      : undefined;
    const order = seen && (this.movedPrices?.check(plan, seen) ?? seen);
    crashPoint(`${road}.after-observe`);
    return { outcome, signedAtMs, answeredAtMs, order, isUnsent };
  }
}
