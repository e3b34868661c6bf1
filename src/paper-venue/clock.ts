/** The venue's own clock: the machine's time plus an offset that a fault plan may change. */
export class PaperClock {
  #offsetMs = 0;
  #steps = 0;

  constructor(private readonly systemNow: () => number = Date.now) {}

  /** The venue's time, milliseconds UTC. */
  nowMs(): number {
    return this.systemNow() + this.#offsetMs;
  }

  /** The machine's time: for windows and timers, which a wrong clock must not lengthen or shorten. */
  steadyNowMs(): number {
    return this.systemNow();
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** How often the clock has stepped: a wait during which this changed proves nothing about venue time. */
  get steps(): number {
    return this.#steps;
  }

  setOffset(offsetMs: number): void {
    if (offsetMs !== this.#offsetMs) this.#steps += 1;
    this.#offsetMs = offsetMs;
  }
}
