import { setTimeout as delay } from 'node:timers/promises';
import type { VenueOrder } from '../domain/market';
import type { Intent } from '../domain/signal';
import { withPermit, type RequestPermit } from '../venues/request-permit';
import { NoPermitError, VenueError, type Venue } from '../venues/venue';
import type { Permits } from './permits';
import { ReadBackOff } from './read-back-off';
import { ReportPermit } from './report-permit';

/** Orders watched at once; beyond it an order is looked up by its own workflow instead. */
const WATCHED_MAX = 500;
/**
 * When an order is looked for, counted from its acceptance: a fill shows at once, or leaves the venue some time. One that
 * has not shown by the last report is left to the order's own look-ups.
 */
const REPORT_DELAYS_MS = [0, 100, 200, 300] as const;
/** Orders that are accepted meanwhile share the next report. */
const REPORT_SPACING_MS = 30;
/** A report of entries may use the exits' share so often: it books all that has filled until then. */
const LET_THROUGH_SPACING_MS = 15_000;
/** How far before the signature a report reaches: the venue's clock is measured from here, and may be off by a round trip. */
const REPORT_OVERLAP_MS = 10_000;

interface Watch {
  /** On the venue's clock: it is told from when on its orders are of interest. */
  readonly signedAtMs: number;
  /** When the watch began, on the monotonic clock. */
  readonly startedAtMs: number;
  readonly resolve: (order: VenueOrder | undefined) => void;
  reports: number;
}

/**
 * Watches freshly accepted orders become final, many with one request: a market order fills within moments, and one
 * report of recent orders settles a whole burst.
 */
export class OrderObserver {
  private readonly watches = new Map<string, Watch>();
  private readonly permit: ReportPermit;
  private readonly backOff = new ReadBackOff();
  private running = false;
  /** When a report was last asked for in the exits' share for want of room in the entries', on the monotonic clock. */
  private letThroughAtMs = -Infinity;

  constructor(
    private readonly venue: Venue,
    private readonly permits: Permits,
    /** Whose orders are watched, and in whose share of the limits reports are asked for. */
    private readonly intent: Intent,
  ) {
    this.permit = new ReportPermit(permits, intent);
  }

  /** See ReportPermit.expect. */
  expect(): () => Promise<void> {
    return this.permit.expect();
  }

  /**
   * @param signedAtMs the venue's clock when the order was signed
   * @returns the final order, or undefined when it is not final yet (look it up later)
   */
  async observe(clientOrderId: string, signedAtMs: number): Promise<VenueOrder | undefined> {
    if (this.watches.size >= WATCHED_MAX) return undefined;
    return new Promise((resolve) => {
      this.watches.set(clientOrderId, { signedAtMs, startedAtMs: performance.now(), resolve, reports: 0 });
      if (!this.running) {
        this.running = true;
        void this.run();
      }
    });
  }

  private async run(): Promise<void> {
    try {
      while (this.watches.size > 0) {
        if ([...this.watches.values()].some(isDue)) await this.report();
        if (this.watches.size > 0) await delay(REPORT_SPACING_MS);
      }
    } catch (error) {
      // A report that fails proves nothing about any order: their workflows look them up one by one.
      this.backOff.failed(error);
      if (!(error instanceof VenueError)) console.error('Watching orders failed:', error);
      for (const [id, watch] of this.watches) this.finish(id, watch, undefined);
    } finally {
      this.running = false;
    }
  }

  private async report(): Promise<void> {
    this.backOff.check(this.intent);
    const permit = (await this.permit.take()) ?? (await this.mayReport());
    // Only orders accepted before this request may count it as a report about them.
    const asked = [...this.watches].map(([id, watch]) => ({ id, watch, counts: isDue(watch) }));
    const sinceMs = Math.min(...asked.map(({ watch }) => watch.signedAtMs)) - REPORT_OVERLAP_MS;
    const recent = await withPermit(permit, () => this.venue.recentOrders(sinceMs));
    this.backOff.succeeded();
    const orders = new Map(recent.map((order) => [order.clientOrderId, order]));
    for (const { id, watch, counts } of asked) {
      if (counts) watch.reports += 1;
      const order = orders.get(id);
      if (order || watch.reports >= REPORT_DELAYS_MS.length) this.finish(id, watch, order);
    }
  }

  /** Entries that fill the limits must not keep what they filled from being booked: now and then a report is let through. */
  private async mayReport(): Promise<RequestPermit> {
    try {
      return await this.permits.forRead('account', this.intent);
    } catch (error) {
      const nowMs = performance.now();
      if (!(error instanceof NoPermitError) || nowMs - this.letThroughAtMs < LET_THROUGH_SPACING_MS) throw error;
      this.letThroughAtMs = nowMs;
      return this.permits.forRead('account', 'exit');
    }
  }

  private finish(id: string, watch: Watch, order: VenueOrder | undefined): void {
    this.watches.delete(id);
    watch.resolve(order);
  }
}

function isDue({ startedAtMs, reports }: Watch): boolean {
  return performance.now() >= startedAtMs + (REPORT_DELAYS_MS[reports] ?? 0);
}
