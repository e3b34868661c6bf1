import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/config/package-root';
import { Dice } from './dice';
import { pause } from './waiting';

/** Where clock-shift.cjs looks, in the data folder. */
const FILE_NAME = 'engine-clock';

/** How far the engine's clock steps, and how long it stays there, milliseconds. */
export const CLOCK_STEPS = {
  '+4 s': { offsetMs: 4_000, heldMs: [2_000, 6_000] },
  '-4 s': { offsetMs: -4_000, heldMs: [2_000, 6_000] },
  '+60 s': { offsetMs: 60_000, heldMs: [2_000, 6_000] },
  '-60 s': { offsetMs: -60_000, heldMs: [2_000, 6_000] },
  '+1 h': { offsetMs: 3_600_000, heldMs: [1_000, 3_000] },
  '-1 h': { offsetMs: -3_600_000, heldMs: [1_000, 3_000] },
  '+10 years': { offsetMs: 10 * 365 * 86_400_000, heldMs: [100, 300] },
} as const satisfies Readonly<
  Record<string, { readonly offsetMs: number; readonly heldMs: readonly [least: number, most: number] }>
>;

type ClockStep = keyof typeof CLOCK_STEPS;

/** Every step as likely as any other. */
const STEP_WEIGHTS = Object.fromEntries(Object.keys(CLOCK_STEPS).map((name) => [name, 1])) as Record<ClockStep, number>;
/** How long the clock is right between two steps. */
const RIGHT_MS = [2_000, 6_000] as const;

/** The wall clock of the trading engine under attack: right, except for the steps that a seed draws. */
export class EngineClock {
  private readonly file: string;
  private readonly counts: Partial<Record<ClockStep, number>> = {};

  constructor(
    dataDir: string,
    private readonly seed: number,
  ) {
    this.file = join(dataDir, FILE_NAME);
  }

  /** What the product is started with, so that its engine keeps this clock: options of Node's, which its processes share. */
  get nodeOptions(): readonly string[] {
    return ['--require', join(packageRoot(), 'chaos', 'clock-shift.cjs')];
  }

  /** How often each step was made. */
  get steps(): Readonly<Record<string, number>> {
    return { ...this.counts };
  }

  /** Steps until the time is over, or until it is stopped; the clock is right afterwards. */
  async run(durationMs: number, signal: AbortSignal): Promise<void> {
    const endMs = performance.now() + durationMs;
    const dice = new Dice(this.seed, 'engine-clock');
    try {
      for (;;) {
        await pause(dice.between(...RIGHT_MS), signal);
        const name = dice.weighted(STEP_WEIGHTS);
        const { offsetMs, heldMs } = CLOCK_STEPS[name];
        const [least, most] = heldMs;
        const stayMs = dice.between(least, most);
        if (performance.now() >= endMs) return;
        this.set(offsetMs);
        this.counts[name] = (this.counts[name] ?? 0) + 1;
        await pause(stayMs, signal);
        this.set(0);
      }
    } finally {
      this.set(0);
    }
  }

  /** In one step: a number that is half written would be another clock. */
  private set(offsetMs: number): void {
    const written = `${this.file}.new`;
    writeFileSync(written, String(offsetMs));
    renameSync(written, this.file);
  }
}
