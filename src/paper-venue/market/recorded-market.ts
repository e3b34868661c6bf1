import type { CandleFile } from './candle-file';
import { candlePath, PATH_POINTS_PER_MINUTE } from './candle-path';
import { type Instrument, instrumentFor } from './instrument';
import type { MarketSource, MinuteCandle } from './market-source';
import { SeededStream } from './seeded-random';
import { StepText } from './step-text';

/** History before the first start: this much, or half of the file if it is shorter. */
const RECORDED_HISTORY_MINUTES = 2_880;

const MINUTES_PER_WIDE_CANDLE = 5;

/** A file that ends higher than it begins grows for ever; here its prices stop, while they can be written exactly. */
const STEPS_MAX = 1e12;

/**
 * Candle files replayed in real time. Every file is moved as a whole, so that history lies before the anchor minute
 * and the next candle of the file begins at it; after its last candle a file starts again, scaled to be continuous.
 */
export class RecordedMarket implements MarketSource {
  readonly instruments: readonly Instrument[];
  readonly #symbols: ReadonlyMap<string, RecordedSymbol>;

  /**
   * @param anchorMinute the minute in which the replay began; the same after a restart, so that prices continue.
   *   Files of five minutes begin at the five-minute boundary at or before it, so that their candles stay whole.
   */
  constructor(files: readonly CandleFile[], seed: number, anchorMinute: number, settle: string) {
    const recorded = files.map((file) => new RecordedSymbol(file, seed, anchorMinute, settle));
    this.instruments = recorded.map((symbol) => symbol.instrument);
    this.#symbols = new Map(recorded.map((symbol) => [symbol.instrument.symbol, symbol]));
  }

  oldestMinute(symbol: string): number {
    return this.#symbols.get(symbol)?.firstMinute ?? 0;
  }

  candle(symbol: string, minute: number): MinuteCandle | undefined {
    return this.#symbols.get(symbol)?.candle(minute);
  }
}

class RecordedSymbol {
  readonly instrument: Instrument;
  readonly firstMinute: number;
  readonly #width: number;
  readonly #growthPerCycle: number;
  readonly #price: StepText;
  readonly #quantity: StepText;
  readonly #stream: SeededStream;
  #splitIndex = -1;
  #split: readonly MinuteCandle[] = [];

  constructor(
    private readonly file: CandleFile,
    seed: number,
    anchorMinute: number,
    settle: string,
  ) {
    const { candles } = file;
    this.instrument = instrumentFor(file.symbol, settle, candles.at(0)!.close);
    this.#width = file.intervalMinutes;
    this.#price = new StepText(this.instrument.priceStep);
    this.#quantity = new StepText(this.instrument.quantityStep);
    this.#stream = new SeededStream(seed, `${file.symbol}:split`);
    this.#growthPerCycle = candles.at(-1)!.close / candles.at(0)!.open;
    const history = Math.min(Math.floor(RECORDED_HISTORY_MINUTES / this.#width), Math.floor(candles.length / 2));
    const anchor = Math.floor(anchorMinute / this.#width) * this.#width;
    this.firstMinute = anchor - history * this.#width;
  }

  candle(minute: number): MinuteCandle | undefined {
    const offset = minute - this.firstMinute;
    if (offset < 0) return undefined;
    const index = Math.floor(offset / this.#width);
    if (this.#width === 1) return this.#scaled(index);
    if (index !== this.#splitIndex) {
      this.#split = splitWideCandle(this.#scaled(index), this.#stream, index);
      this.#splitIndex = index;
    }
    return this.#split[offset % this.#width];
  }

  #scaled(index: number): MinuteCandle {
    const { candles } = this.file;
    const candle = candles.at(index % candles.length)!;
    const factor = this.#growthPerCycle ** Math.floor(index / candles.length);
    const price = (value: number): number => Math.min(STEPS_MAX, this.#price.count(value * factor, 1));
    return {
      open: price(candle.open),
      high: price(candle.high),
      low: price(candle.low),
      close: price(candle.close),
      volume: Math.min(STEPS_MAX, this.#quantity.count(candle.volume)),
    };
  }
}

/**
 * Five one-minute candles whose open, high, low, close and volume add up to the five-minute candle exactly. What
 * happened between is not in the file: it is a seeded path, so one-minute returns made this way teach nothing about
 * the real market.
 */
function splitWideCandle(wide: MinuteCandle, stream: SeededStream, index: number): MinuteCandle[] {
  const path = candlePath(wide, MINUTES_PER_WIDE_CANDLE * PATH_POINTS_PER_MINUTE, stream, index);
  const share = Math.floor(wide.volume / MINUTES_PER_WIDE_CANDLE);
  return Array.from({ length: MINUTES_PER_WIDE_CANDLE }, (_, minute) => {
    const points = path.subarray(minute * PATH_POINTS_PER_MINUTE, (minute + 1) * PATH_POINTS_PER_MINUTE);
    return {
      open: points[0]!,
      high: Math.max(...points),
      low: Math.min(...points),
      close: points.at(-1)!,
      volume: minute === 0 ? wide.volume - share * (MINUTES_PER_WIDE_CANDLE - 1) : share,
    };
  });
}
