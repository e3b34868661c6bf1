import { Dice } from './dice';
import type { Product, Victim } from './product';
import { pause } from './waiting';

/** How long a victim is left alone between two kills, milliseconds. */
const INTERVALS: Readonly<Record<Victim, readonly [least: number, most: number]>> = {
  trading_engine: [6_000, 16_000],
  paper_venue: [6_000, 16_000],
  temporal: [0, 0],
};
/** The supervisor waits twice as long after each death in a row: with more kills an attack would mostly wait. */
const KILLS_MAX: Readonly<Record<Victim, number>> = { trading_engine: 4, paper_venue: 4, temporal: 1 };

export type Kills = Readonly<Record<Victim, number>>;

/** Sends SIGKILL to the product's processes at moments that the seed draws. */
export class Killer {
  private readonly counts: Record<Victim, number> = { trading_engine: 0, paper_venue: 0, temporal: 0 };

  /** @param beforeKill is awaited, so that a victim's last figures can be read */
  constructor(
    private readonly product: Product,
    private readonly seed: number,
    private readonly beforeKill: () => Promise<unknown>,
  ) {}

  get kills(): Kills {
    return { ...this.counts };
  }

  /** Kills until the time is over, or until it is stopped. */
  async run(durationMs: number, signal: AbortSignal): Promise<void> {
    const endMs = performance.now() + durationMs;
    await Promise.all([
      this.killRepeatedly('trading_engine', endMs, signal),
      this.killRepeatedly('paper_venue', endMs, signal),
      this.killOnce('temporal', durationMs, signal),
    ]);
  }

  private async killRepeatedly(victim: Victim, endMs: number, signal: AbortSignal): Promise<void> {
    const dice = new Dice(this.seed, `kills:${victim}`);
    const [least, most] = INTERVALS[victim];
    while (this.counts[victim] < KILLS_MAX[victim]) {
      await pause(dice.between(least, most), signal);
      if (performance.now() >= endMs) return;
      await this.kill(victim);
    }
  }

  private async killOnce(victim: Victim, durationMs: number, signal: AbortSignal): Promise<void> {
    await pause(durationMs * new Dice(this.seed, `kills:${victim}`).between(0.3, 0.7), signal);
    await this.kill(victim);
  }

  private async kill(victim: Victim): Promise<void> {
    await this.beforeKill();
    if (this.product.kill(victim)) this.counts[victim] += 1;
  }
}
