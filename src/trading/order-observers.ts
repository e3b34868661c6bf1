import type { VenueOrder } from '../domain/market';
import type { Intent } from '../domain/signal';
import type { Venue } from '../venues/venue';
import { OrderObserver } from './order-observer';
import type { Permits } from './permits';
import type { RestingOrders } from './resting-orders';
import type { StreamHints } from './stream-hints';

/**
 * Watches freshly accepted orders, exits apart: their reports are asked for in the exits' share, and wait for none of the
 * entries'.
 */
export class OrderObservers {
  private readonly observers: Readonly<Record<Intent, OrderObserver>>;

  /** @param streamed see OrderObserver, for both of its parts */
  constructor(
    venue: Pick<Venue, 'recentOrders'>,
    permits: Permits,
    { hints, resting }: { readonly hints?: StreamHints; readonly resting?: RestingOrders } = {},
  ) {
    this.observers = {
      // One list after a gap is enough, and it is not urgent: the entries' observer asks for it.
      entry: new OrderObserver(venue, permits, 'entry', hints, resting),
      exit: new OrderObserver(venue, permits, 'exit', hints),
    };
  }

  /** See ReportPermit.expect. */
  expect(intent: Intent): () => Promise<void> {
    return this.observers[intent].expect();
  }

  /** See OrderObserver. */
  observe(clientOrderId: string, signedAtMs: number, intent: Intent): Promise<VenueOrder | undefined> {
    return this.observers[intent].observe(clientOrderId, signedAtMs);
  }
}
