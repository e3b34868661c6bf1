/** A candle as a file gives it: prices and volume as binary numbers, only ever used to make simulated prices. */
export interface FileCandle {
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const FIGURES = 6;
const CANDLES_AT_FIRST = 1_024;

/** Candles in the order of their times, 48 bytes each: as objects they would take several times as much. */
export class CandleSeries {
  #figures = new Float64Array(CANDLES_AT_FIRST * FIGURES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param index from 0, or from -1 for the last one backwards; undefined outside */
  at(index: number): FileCandle | undefined {
    const position = index < 0 ? this.#length + index : index;
    if (!(position >= 0 && position < this.#length)) return undefined;
    const start = position * FIGURES;
    const [openTimeMs, open, high, low, close, volume] = this.#figures.subarray(start, start + FIGURES) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return { openTimeMs, open, high, low, close, volume };
  }

  push({ openTimeMs, open, high, low, close, volume }: FileCandle): void {
    const start = this.#length * FIGURES;
    if (start === this.#figures.length) {
      const grown = new Float64Array(2 * start);
      grown.set(this.#figures);
      this.#figures = grown;
    }
    this.#figures.set([openTimeMs, open, high, low, close, volume], start);
    this.#length += 1;
  }
}
