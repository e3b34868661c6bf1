import type { Client } from '@temporalio/client';
import { countSignals } from './count-signals';

/** The server is asked at most this often. */
const COUNT_INTERVAL_MS = 2_000;

/** How many signals are under way at a venue: as the server last counted them, and what was started here since. */
export class OpenSignals {
  private counted: number | undefined;
  private startedSince = 0;
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
    return this.counted === undefined ? undefined : this.counted + this.startedSince;
  }

  /** A signal was started here, which the server's count does not have yet. */
  noteStart(): void {
    this.startedSince += 1;
  }

  private async countNow(): Promise<void> {
    const startedBefore = this.startedSince;
    const counted = await countSignals(this.client, { venue: this.venue, isRunning: true });
    this.countedAtMs = performance.now();
    if (counted === undefined) return;
    this.counted = counted;
    this.startedSince -= startedBefore;
  }
}
