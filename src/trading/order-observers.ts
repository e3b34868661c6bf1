import type { VenueOrder } from '../domain/market';
import type { Intent } from '../domain/signal';
import type { Venue } from '../venues/venue';
import { OrderObserver } from './order-observer';
import type { Permits } from './permits';

/**
 * Watches freshly accepted orders, exits apart: their reports are asked for in the exits' share, and wait for none of the
 * entries'.
 */
export class OrderObservers {
  private readonly observers: Readonly<Record<Intent, OrderObserver>>;

  constructor(venue: Venue, permits: Permits) {
    this.observers = {
      entry: new OrderObserver(venue, permits, 'entry'),
      exit: new OrderObserver(venue, permits, 'exit'),
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
