import type { Client } from '@temporalio/client';
import { appendBounded } from '../domain/plain-values';
import { countSignals, LISTED_LATE_MAX_MS } from './count-signals';

/** The server is asked at most this often. */
const COUNT_INTERVAL_MS = 2_000;
/** Starts of which it is remembered when they were; more than signals.openMax is by default. */
const STARTS_MAX = 10_000;

/**
 * How many signals are under way at a venue: as the server last counted them, and what was started here that its count may
 * not have yet. Some of these may be counted twice for a moment, and none is left out.
 */
export class OpenSignals {
  private counted: number | undefined;
  /** On the monotonic clock, oldest first. */
  private startsMs: readonly number[] = [];
  private countedAtMs = -Infinity;
  private count: Promise<void> | undefined;

  constructor(
    private readonly client: Client,
    private readonly venue: string,
  ) {}

  /** @returns undefined: the server does not tell; whoever starts a signal next hears why */
  async number(): Promise<number | undefined> {
    if (performance.now() - this.countedAtMs >= COUNT_INTERVAL_MS) {
      this.count ??= this.countNow().finally(() => (this.count = undefined));
      // An older figure does for the moment; without one there is nothing to go by.
      if (this.counted === undefined) await this.count;
    }
    return this.counted === undefined ? undefined : this.counted + this.startsMs.length;
  }

  /** A signal was started here, which the server's count does not have yet. */
  noteStart(): void {
    this.startsMs = appendBounded(this.startsMs, performance.now(), STARTS_MAX);
  }

  private async countNow(): Promise<void> {
    const listedUntilMs = performance.now() - LISTED_LATE_MAX_MS;
    const counted = await countSignals(this.client, { venue: this.venue, isRunning: true });
    this.countedAtMs = performance.now();
    if (counted === undefined) return;
    this.counted = counted;
    this.startsMs = this.startsMs.filter((startedMs) => startedMs > listedUntilMs);
  }
}
