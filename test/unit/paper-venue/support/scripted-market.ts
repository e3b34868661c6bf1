import { type Instrument, instrumentFor } from '../../../../src/paper-venue/market/instrument';
import type { MarketSource, MinuteCandle } from '../../../../src/paper-venue/market/market-source';
import { StepText } from '../../../../src/paper-venue/market/step-text';

/** One symbol whose price stands where the test puts it. */
export class ScriptedMarket implements MarketSource {
  readonly instruments: readonly Instrument[];
  readonly #price: StepText;
  #steps = 0;

  constructor(symbol: string, price: number) {
    const instrument = instrumentFor(symbol, 'USDT');
    this.instruments = [instrument];
    this.#price = new StepText(instrument.priceStep);
    this.setPrice(price);
  }

  setPrice(price: number): void {
    this.#steps = this.#price.count(price);
  }

  oldestMinute(): number {
    return 0;
  }

  candle(): MinuteCandle {
    return { open: this.#steps, high: this.#steps, low: this.#steps, close: this.#steps, volume: 1 };
  }
}
