import { type Instrument, instrumentFor } from './instrument';
import type { MarketSource, MinuteCandle } from './market-source';
import { StepText } from './step-text';

/** A symbol that is held and has no prices any more. */
export interface StillSymbol {
  readonly symbol: string;
  /** Above zero; absent: the table's of well-known perpetuals. */
  readonly lastPrice?: number;
}

/** A market beside which some symbols keep their last price: nothing is known of theirs any more. */
export class StillMarket implements MarketSource {
  readonly instruments: readonly Instrument[];
  readonly #candles: ReadonlyMap<string, MinuteCandle>;

  constructor(
    private readonly market: MarketSource,
    still: readonly StillSymbol[],
    settle: string,
  ) {
    const instruments = still.map(({ symbol, lastPrice }) => instrumentFor(symbol, settle, lastPrice));
    this.instruments = [...market.instruments, ...instruments];
    this.#candles = new Map(
      instruments.map((instrument, index) => [instrument.symbol, stillCandle(instrument, still[index]?.lastPrice)]),
    );
  }

  oldestMinute(symbol: string): number {
    return this.#candles.has(symbol) ? 0 : this.market.oldestMinute(symbol);
  }

  candle(symbol: string, minute: number): MinuteCandle | undefined {
    return this.#candles.get(symbol) ?? this.market.candle(symbol, minute);
  }
}

function stillCandle({ priceStep, referencePrice }: Instrument, lastPrice = referencePrice): MinuteCandle {
  const price = new StepText(priceStep).count(lastPrice, 1);
  return { open: price, high: price, low: price, close: price, volume: 0 };
}
