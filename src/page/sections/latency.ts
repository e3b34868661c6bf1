import type { ToldMetrics } from '../../observability/metrics/metrics-socket';
import { LATENCY_POINTS_MAX, SECTION_INTERVAL_MS, STALE_AFTER_READS, type PageValues } from '../feed';
import { SectionProblem } from '../section-problem';
import { bucketsOf, countIn, growth, quantile, type Buckets } from './told-figures';

const HISTOGRAM = 'oncefill_signal_to_order_seconds';
/** What came in while nobody looked belongs to no reading. */
const GAP_MAX_MS = STALE_AFTER_READS * SECTION_INTERVAL_MS.latency;

type LatencyPoint = PageValues['latency'][number];

export interface LatencySectionOptions {
  /** What the engine of this machine counts. */
  readonly engine: () => Promise<ToldMetrics>;
  /** Milliseconds UTC. */
  readonly wallClock?: () => number;
  /** Milliseconds, never goes back. */
  readonly clock?: () => number;
}

/** How long orders took from signal to the venue's answer, from one reading to the next. */
export class LatencySection {
  private points: readonly LatencyPoint[] = [];
  private last: { readonly buckets: Buckets; readonly atMs: number } | undefined;

  constructor(private readonly options: LatencySectionOptions) {}

  async read(): Promise<PageValues['latency']> {
    const { engine, wallClock = Date.now, clock = () => performance.now() } = this.options;
    const metrics = await engine();
    if (metrics === undefined) throw new SectionProblem('No trading engine of this data folder tells what it counts.');
    const atMs = clock();
    const before = this.last !== undefined && atMs - this.last.atMs <= GAP_MAX_MS ? this.last.buckets : undefined;
    const buckets = bucketsOf(metrics, HISTOGRAM) ?? new Map<number, number>();
    this.last = { buckets, atMs };
    if (before !== undefined) this.keep(growth(before, buckets), wallClock());
    return this.points;
  }

  private keep(buckets: Buckets, timeMs: number): void {
    const count = countIn(buckets);
    if (count === 0) return;
    const point = {
      time: new Date(timeMs).toISOString(),
      count,
      p50_ms: milliseconds(quantile(buckets, 0.5)),
      p99_ms: milliseconds(quantile(buckets, 0.99)),
    };
    this.points = [...this.points, point].slice(-LATENCY_POINTS_MAX);
  }
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 10_000) / 10;
}
