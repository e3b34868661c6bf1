interface Measurement {
  readonly venueMs: number;
  readonly monotonicMs: number;
}

/** A measurement that differs by more than this, beyond its own error, shows a step of a clock, not its drift. */
const JUMP_MIN_MS = 5_000;

/**
 * The venue's clock as seen from here. It runs on the process's monotonic clock from the last measurement, so that a
 * step of the machine's wall clock changes neither signatures nor the instants recorded for orders.
 */
export class VenueClock {
  #measurement: Measurement | undefined;

  constructor(
    private readonly monotonicNowMs: () => number = () => performance.now(),
    private readonly wallNowMs: () => number = () => Date.now(),
  ) {}

  get isMeasured(): boolean {
    return this.#measurement !== undefined;
  }

  /** The venue's time, milliseconds UTC; our wall clock before the first measurement. */
  nowMs(): number {
    if (this.#measurement === undefined) return this.wallNowMs();
    return Math.round(this.#measurement.venueMs + this.monotonicNowMs() - this.#measurement.monotonicMs);
  }

  /**
   * Records the venue's time from one reply, taken as valid halfway between sending and receiving.
   *
   * @param venueTimeMs the venue's time in the reply, milliseconds UTC
   * @param sentAtMs when the request left, on this clock's monotonic time
   * @param receivedAtMs when the reply arrived, on this clock's monotonic time
   * @returns by how much the venue's clock has jumped since the last measurement, milliseconds; undefined: it has not
   */
  record(venueTimeMs: number, sentAtMs: number, receivedAtMs: number): number | undefined {
    const before = this.#measurement;
    const monotonicMs = (sentAtMs + receivedAtMs) / 2;
    this.#measurement = { venueMs: venueTimeMs, monotonicMs };
    if (before === undefined) return undefined;
    const byMs = Math.round(venueTimeMs - (before.venueMs + monotonicMs - before.monotonicMs));
    const errorMs = (receivedAtMs - sentAtMs) / 2;
    return Math.abs(byMs) > JUMP_MIN_MS + errorMs ? byMs : undefined;
  }
}
