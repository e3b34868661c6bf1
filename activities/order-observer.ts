import { setTimeout as delay } from 'node:timers/promises';
import type { VenueOrder } from '../src/domain/market';
import { VenueError, type Venue } from '../src/venues/venue';
import type { Permits } from './permits';

/** Orders watched at once; beyond it an order is looked up by its own workflow instead. */
const WATCHED_MAX = 500;
/** A fill that has not shown after this many reports is left to the order's own look-ups. */
const REPORTS_PER_ORDER_MAX = 4;
/** The first report follows an acceptance at once; later ones leave the venue some time. */
const REPORT_INTERVAL_MS = 100;
/** How far before the acceptance a report reaches: the venue's clock may differ from ours. */
const REPORT_OVERLAP_MS = 10_000;

interface Watch {
  readonly sinceMs: number;
  readonly resolve: (order: VenueOrder | undefined) => void;
  reports: number;
}

/**
 * Watches freshly accepted orders become final, many with one request: a market order fills within moments, and one
 * report of recent orders settles a whole burst.
 */
export class OrderObserver {
  private readonly watches = new Map<string, Watch>();
  private running = false;

  constructor(
    private readonly venue: Venue,
    private readonly permits: Permits,
  ) {}

  /** @returns the final order, or undefined when it is not final yet (look it up later) */
  async observe(clientOrderId: string): Promise<VenueOrder | undefined> {
    if (this.watches.size >= WATCHED_MAX) return undefined;
    return new Promise((resolve) => {
      this.watches.set(clientOrderId, { sinceMs: Date.now() - REPORT_OVERLAP_MS, resolve, reports: 0 });
      if (!this.running) {
        this.running = true;
        void this.run();
      }
    });
  }

  private async run(): Promise<void> {
    try {
      while (this.watches.size > 0) {
        await this.report();
        if (this.watches.size > 0) await delay(REPORT_INTERVAL_MS);
      }
    } catch (error) {
      // A report that fails proves nothing about any order: their workflows look them up one by one.
      if (!(error instanceof VenueError)) console.error('Watching orders failed:', error);
      for (const [id, watch] of this.watches) this.finish(id, watch, undefined);
    } finally {
      this.running = false;
    }
  }

  private async report(): Promise<void> {
    await this.permits.forRead('account', 'entry');
    // Only orders accepted before this request may count it as a report about them.
    const asked = [...this.watches];
    const sinceMs = Math.min(...asked.map(([, watch]) => watch.sinceMs));
    const orders = new Map((await this.venue.recentOrders(sinceMs)).map((order) => [order.clientOrderId, order]));
    for (const [id, watch] of asked) {
      watch.reports += 1;
      const order = orders.get(id);
      if (order || watch.reports >= REPORTS_PER_ORDER_MAX) this.finish(id, watch, order);
    }
  }

  private finish(id: string, watch: Watch, order: VenueOrder | undefined): void {
    this.watches.delete(id);
    watch.resolve(order);
  }
}
