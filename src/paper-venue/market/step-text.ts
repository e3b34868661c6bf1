/** Writes whole multiples of a price or quantity step as exact decimal strings, without decimal arithmetic per value. */
export class StepText {
  readonly #decimals: number;
  readonly #unit: number;

  /** @param step a positive decimal string such as `0.010` */
  constructor(readonly step: string) {
    const point = step.indexOf('.');
    this.#decimals = point < 0 ? 0 : step.length - point - 1;
    this.#unit = Number(step.replace('.', ''));
  }

  /** @param count whole, zero or more */
  write(count: number): string {
    const digits = String(count * this.#unit);
    if (this.#decimals === 0) return digits;
    const padded = digits.padStart(this.#decimals + 1, '0');
    const point = padded.length - this.#decimals;
    return `${padded.slice(0, point)}.${padded.slice(point)}`;
  }

  /** The nearest whole number of steps, at least `countMin`. */
  count(value: number, countMin = 0): number {
    return Math.max(countMin, Math.round((value * 10 ** this.#decimals) / this.#unit));
  }
}
