import type { Client } from '@temporalio/client';
import { countSignals, LISTED_LATE_MAX_MS } from './count-signals';

/** The server is asked at most this often. */
const COUNT_INTERVAL_MS = 2_000;
/** One that did not tell is asked again after this. */
const COUNT_RETRY_MS = 500;
/** Starts of which it is remembered when each was; of older ones that no count has, only how many and when the last was. */
const STARTS_MAX = 10_000;

/**
 * How many signals are under way at a venue: as the server last counted them, and what was started here that its count may
 * not have yet. Some of these may be counted twice for a moment, and none is left out. A server that never told has none of
 * before: those that were started here are all that is known.
 */
export class OpenSignals {
  private counted = 0;
  /** On the monotonic clock, oldest first. */
  private startsMs: number[] = [];
  private olderStarts = { count: 0, lastMs: -Infinity };
  private isAsked = false;
  private askNextAtMs = -Infinity;
  private count: Promise<void> | undefined;

  constructor(
    private readonly client: Client,
    private readonly venue: string,
  ) {}

  async number(): Promise<number> {
    if (performance.now() >= this.askNextAtMs) {
      this.count ??= this.countNow().finally(() => (this.count = undefined));
      // An older figure does for the moment; before the first question there is nothing to go by.
      if (!this.isAsked) await this.count;
    }
    return this.counted + this.olderStarts.count + this.startsMs.length;
  }

  /** A signal was started here, which the server's count does not have yet. */
  noteStart(): void {
    this.startsMs.push(performance.now());
    if (this.startsMs.length <= STARTS_MAX) return;
    this.olderStarts = { count: this.olderStarts.count + 1, lastMs: this.startsMs.shift() ?? -Infinity };
  }

  private async countNow(): Promise<void> {
    const listedUntilMs = performance.now() - LISTED_LATE_MAX_MS;
    const counted = await countSignals(this.client, { venue: this.venue, isRunning: true });
    this.isAsked = true;
    this.askNextAtMs = performance.now() + (counted === undefined ? COUNT_RETRY_MS : COUNT_INTERVAL_MS);
    if (counted === undefined) return;
    this.counted = counted;
    if (this.olderStarts.lastMs <= listedUntilMs) this.olderStarts = { count: 0, lastMs: -Infinity };
    this.startsMs = this.startsMs.filter((startedMs) => startedMs > listedUntilMs);
  }
}
