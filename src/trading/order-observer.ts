import type { VenueOrder } from '../domain/market';
import type { Intent } from '../domain/signal';
import { withPermit, type RequestPermit } from '../venues/request-permit';
import { NoPermitError, VenueError, type Venue } from '../venues/venue';
import type { Permits } from './permits';
import { learnLag, NO_LAG, type ProofLag } from './proof-lag';
import { ReadBackOff } from './read-back-off';
import { ReportPermit } from './report-permit';
import { isOver, newSchedule, nextReportAtMs, reschedule, type ReportSchedule } from './report-schedule';
import type { RestingOrders } from './resting-orders';
import { StreamHints } from './stream-hints';

/** Orders watched at once; beyond it an order is looked up by its own workflow instead. */
const WATCHED_MAX = 500;
/** Orders that are accepted or told of meanwhile share the next report. */
const REPORT_SPACING_MS = 30;
/** A report of entries may use the exits' share so often: it books all that has filled until then. */
const LET_THROUGH_SPACING_MS = 15_000;
/** How far before the signature a report reaches: the venue's clock is measured from here, and may be off by a round trip. */
const REPORT_OVERLAP_MS = 10_000;

interface Watch {
  /** On the venue's clock: it is told from when on its orders are of interest. */
  readonly signedAtMs: number;
  readonly resolve: (order: VenueOrder | undefined) => void;
  schedule: ReportSchedule;
}

/**
 * Watches freshly accepted orders become final, many with one request: a market order fills within moments, and one
 * report of recent orders settles a whole burst. Where a stream tells of them, the report waits to be told.
 */
export class OrderObserver {
  private readonly watches = new Map<string, Watch>();
  private readonly permit: ReportPermit;
  private readonly backOff = new ReadBackOff();
  private running = false;
  /** A list is wanted although nobody is watched. */
  private isSweepDue = false;
  /** When the last report left, monotonic. */
  private reportedAtMs = -Infinity;
  /** How far the venue's lists are behind its stream. */
  private lag: ProofLag = NO_LAG;
  private wake: () => void = () => undefined;
  /** When a report was last asked for in the exits' share for want of room in the entries', on the monotonic clock. */
  private letThroughAtMs = -Infinity;

  /**
   * @param hints absent: nobody tells, and orders are asked about again and again
   * @param resting absent: nobody wants to know of resting orders what a report shows
   */
  constructor(
    private readonly venue: Pick<Venue, 'recentOrders'>,
    private readonly permits: Permits,
    /** Whose orders are watched, and in whose share of the limits reports are asked for. */
    private readonly intent: Intent,
    private readonly hints: StreamHints = new StreamHints(),
    private readonly resting?: Pick<RestingOrders, 'isEmpty' | 'learn'>,
  ) {
    this.permit = new ReportPermit(permits, intent);
    hints.onHint(({ clientOrderId, isFinal }) => {
      const watch = this.watches.get(clientOrderId);
      if (watch && isFinal) this.change([watch], 'told');
    });
    hints.onSilence(() => this.change(this.watches.values(), 'silence'));
    hints.onGap(() => this.sweep());
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
      // The stream may be faster than the answer to the order itself.
      const isTold = this.hints.of(clientOrderId)?.isFinal === true;
      const reason = isTold ? 'told' : this.hints.isTrusted ? 'waiting' : 'poll';
      const schedule = newSchedule(reason, performance.now(), this.lag);
      this.watches.set(clientOrderId, { signedAtMs, resolve, schedule });
      this.goOn();
    });
  }

  private change(watches: Iterable<Watch>, change: 'told' | 'silence' | 'gap'): void {
    const nowMs = performance.now();
    for (const watch of watches) watch.schedule = reschedule(watch.schedule, change, nowMs, this.lag);
    this.wake();
  }

  /** One list of what ended lately, for all who may have missed being told. */
  private sweep(): void {
    this.change(this.watches.values(), 'gap');
    if (this.resting === undefined || this.resting.isEmpty) return;
    this.isSweepDue = true;
    this.goOn();
  }

  private goOn(): void {
    this.wake();
    if (this.running) return;
    this.running = true;
    void this.run();
  }

  private async run(): Promise<void> {
    try {
      while (this.watches.size > 0 || this.isSweepDue) {
        const leftMs = this.dueAtMs() - performance.now();
        if (leftMs > 0) await this.sleep(leftMs);
        else await this.report();
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

  private dueAtMs(): number {
    const dueAtMs = [...this.watches.values()].map(({ schedule }) => nextReportAtMs(schedule));
    const soonestMs = this.isSweepDue ? -Infinity : Math.min(...dueAtMs);
    return Math.max(soonestMs, this.reportedAtMs + REPORT_SPACING_MS);
  }

  private async report(): Promise<void> {
    const isSweep = this.isSweepDue;
    this.isSweepDue = false;
    this.backOff.check(this.intent);
    const permit = (await this.permit.take()) ?? (await this.mayReport());
    // Only orders accepted before this request may count it as a report about them.
    const asked = [...this.watches].map(([id, watch]) => ({ id, watch, about: isDue(watch) && watch.schedule }));
    const sinceMs = isSweep ? 0 : Math.min(...asked.map(({ watch }) => watch.signedAtMs)) - REPORT_OVERLAP_MS;
    this.reportedAtMs = performance.now();
    const askedAtMs = this.reportedAtMs;
    const recent = await withPermit(permit, () => this.venue.recentOrders(sinceMs));
    this.backOff.succeeded();
    const orders = new Map(recent.map((order) => [order.clientOrderId, order]));
    this.resting?.learn(recent, askedAtMs);
    for (const { id, watch, about } of asked) {
      const order = orders.get(id);
      if (order) this.weigh(id, about, askedAtMs);
      // What was told while the list was on its way asks for another one.
      else if (about && watch.schedule === about) watch.schedule = { ...about, reports: about.reports + 1 };
      if (order || isOver(watch.schedule)) this.finish(id, watch, order);
    }
  }

  /** Whether the stream is worth waiting for, and how soon after it to ask, by what a report has shown. */
  private weigh(id: string, about: ReportSchedule | false, askedAtMs: number): void {
    if (about && about.reason === 'told') this.lag = learnLag(this.lag, about.reports, askedAtMs - about.sinceMs);
    if (this.hints.of(id)?.isFinal) this.hints.proved();
    else if (about && about.reason === 'waiting') this.hints.missed();
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

  /** Until then, or until something happens. */
  private sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.ceil(durationMs));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isDue({ schedule }: Watch): boolean {
  return performance.now() >= nextReportAtMs(schedule);
}
