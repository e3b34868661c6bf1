/** At most `limit` weight in every window of `windowMs`. */
export interface SlidingLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** Passed entries are dropped from the array's front in one go, because moving a long array costs. */
const DROP_BATCH = 1_024;

/** Counts weight in a window that slides with time. Refused requests are not counted. */
export class SlidingWindow {
  #entries: { readonly atMs: number; readonly weight: number }[] = [];
  #first = 0;
  #used = 0;

  constructor(private readonly rule: SlidingLimit) {}

  get limit(): number {
    return this.rule.limit;
  }

  get windowMs(): number {
    return this.rule.windowMs;
  }

  /** The weight left at this instant. */
  remaining(nowMs: number): number {
    this.#slide(nowMs);
    return this.rule.limit - this.#used;
  }

  take(weight: number, nowMs: number): void {
    this.#entries.push({ atMs: nowMs, weight });
    this.#used += weight;
  }

  /** The first instant at which this weight fits, milliseconds; `nowMs` when it fits already. */
  fitsAtMs(weight: number, nowMs: number): number {
    let left = this.remaining(nowMs);
    for (let index = this.#first; index < this.#entries.length && left < weight; index += 1) {
      const entry = this.#entries[index]!;
      left += entry.weight;
      if (left >= weight) return entry.atMs + this.rule.windowMs;
    }
    return nowMs;
  }

  #slide(nowMs: number): void {
    for (let entry = this.#entries[this.#first]; entry && entry.atMs <= nowMs - this.rule.windowMs;) {
      this.#used -= entry.weight;
      this.#first += 1;
      entry = this.#entries[this.#first];
    }
    if (this.#first < DROP_BATCH) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}
