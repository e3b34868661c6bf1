/** How often the machine's clock is held against the one that never steps. */
const CHECK_INTERVAL_MS = 1_000;
/** A larger difference within one check is a step of the clock: drift and a busy process make far smaller ones. */
export const CLOCK_JUMP_MS = 5_000;

/**
 * Tells when the machine's clock jumps: somebody set it, or the machine slept, during which the monotonic clock may stand
 * still. Slow corrections of the clock are no jumps.
 */
export class ClockWatch {
  private timer: NodeJS.Timeout | undefined;
  private differenceMs = readDifferenceMs();

  /** @param onJump `byMs`: positive where the clock went ahead */
  constructor(private readonly onJump: (byMs: number) => void) {}

  start(): void {
    this.timer ??= setInterval(() => this.check(), CHECK_INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private check(): void {
    const beforeMs = this.differenceMs;
    this.differenceMs = readDifferenceMs();
    const byMs = Math.round(this.differenceMs - beforeMs);
    if (Math.abs(byMs) > CLOCK_JUMP_MS) this.onJump(byMs);
  }
}

function readDifferenceMs(): number {
  return Date.now() - performance.now();
}
