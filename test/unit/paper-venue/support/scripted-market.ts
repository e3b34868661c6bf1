import { type Instrument, instrumentFor } from '../../../../src/paper-venue/market/instrument';
import type { MarketSource, MinuteCandle } from '../../../../src/paper-venue/market/market-source';
import { StepText } from '../../../../src/paper-venue/market/step-text';

/** One symbol whose price stands where the test puts it. */
export class ScriptedMarket implements MarketSource {
  readonly instruments: readonly Instrument[];
  readonly #price: StepText;
  /** Latest last. */
  #prices: { readonly fromMinute: number; readonly steps: number }[] = [];
  readonly #candles = new Map<number, MinuteCandle>();

  constructor(symbol: string, price: number) {
    const instrument = instrumentFor(symbol, 'USDT');
    this.instruments = [instrument];
    this.#price = new StepText(instrument.priceStep);
    this.setPrice(price);
  }

  /** @param fromMinute the past stays as it was; absent: it was always so */
  setPrice(price: number, fromMinute = Number.NEGATIVE_INFINITY): void {
    this.#prices = this.#prices.filter((former) => former.fromMinute < fromMinute);
    this.#prices.push({ fromMinute, steps: this.#price.count(price) });
  }

  /** What one minute saw, besides. Its path touches both ends, at seconds that the seed draws. */
  setCandle(minute: number, prices: { open: number; high: number; low: number; close: number }): void {
    const { open, high, low, close } = prices;
    const [first, highest, lowest, last] = [open, high, low, close].map((price) => this.#price.count(price));
    this.#candles.set(minute, { open: first!, high: highest!, low: lowest!, close: last!, volume: 1 });
  }

  oldestMinute(): number {
    return 0;
  }

  candle(_symbol: string, minute: number): MinuteCandle {
    const known = this.#candles.get(minute);
    if (known) return known;
    const { steps } = this.#prices.findLast(({ fromMinute }) => fromMinute <= minute)!;
    return { open: steps, high: steps, low: steps, close: steps, volume: 1 };
  }
}
