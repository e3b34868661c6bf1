import { type Instrument, instrumentFor } from './instrument';
import type { MarketSource, MinuteCandle } from './market-source';
import { ReturnProcess, type ReturnStep } from './price-process';
import { SeededStream } from './seeded-random';
import { StepText } from './step-text';

/** History that exists before the first start, minutes: three days. */
export const SIMULATED_HISTORY_MINUTES = 4_320;

/** Candles kept per symbol; older ones can no longer be asked for. */
const CANDLES_KEPT_MAX = 20_160;

/** Usual deviation of one minute's return: of the market as a whole, and of a symbol on its own. */
const MARKET_DEVIATION = 0.00055;
const SYMBOL_DEVIATION_MIN = 0.00035;
const SYMBOL_DEVIATION_SPREAD = 0.0004;

/** The pull of a log price to its reference per minute (half-life about a month): keeps a long run within reason. */
const PULL_PER_MINUTE = 0.000016;

/** Turnover of a usual minute, in the settle asset. */
const USUAL_TURNOVER = 400_000;

const VALUES_PER_CANDLE = 5;
const DRAWS_PER_CANDLE = 3;

/**
 * A seeded market: every candle is a pure function of (seed, first minute, symbol, minute), whatever other symbols
 * there are and however often the process restarts. A restart computes all minutes again, a few microseconds each:
 * under a second for a month of a dozen symbols.
 */
export class SimulatedMarket implements MarketSource {
  readonly instruments: readonly Instrument[];
  readonly #factor: ReturnProcess;
  readonly #symbols: ReadonlyMap<string, SimulatedSymbol>;
  #nextMinute: number;

  /** @param firstMinute the minute in which the simulation begins; history starts there */
  constructor(
    seed: number,
    private readonly firstMinute: number,
    symbols: readonly string[],
    settle: string,
  ) {
    this.instruments = symbols.map((symbol) => instrumentFor(symbol, settle));
    this.#factor = new ReturnProcess(seed, 'market', MARKET_DEVIATION, firstMinute);
    this.#symbols = new Map(
      this.instruments.map((instrument) => [instrument.symbol, new SimulatedSymbol(seed, instrument, firstMinute)]),
    );
    this.#nextMinute = firstMinute;
  }

  oldestMinute(_symbol: string): number {
    return Math.max(this.firstMinute, this.#nextMinute - CANDLES_KEPT_MAX);
  }

  candle(symbol: string, minute: number): MinuteCandle | undefined {
    while (this.#nextMinute <= minute) this.#advance();
    if (minute < this.oldestMinute(symbol)) return undefined;
    return this.#symbols.get(symbol)?.read(minute);
  }

  #advance(): void {
    const minute = this.#nextMinute;
    const market = this.#factor.step(minute);
    for (const simulated of this.#symbols.values()) simulated.step(minute, market);
    this.#nextMinute = minute + 1;
  }
}

class SimulatedSymbol {
  readonly #process: ReturnProcess;
  readonly #candleStream: SeededStream;
  readonly #candles = new Float64Array(CANDLES_KEPT_MAX * VALUES_PER_CANDLE);
  readonly #price: StepText;
  readonly #quantity: StepText;
  readonly #logReference: number;
  readonly #marketShare: number;
  readonly #deviation: number;
  #logPrice: number;
  #lastClose: number;

  constructor(seed: number, instrument: Instrument, firstMinute: number) {
    const traits = new SeededStream(seed, `${instrument.symbol}:traits`);
    this.#marketShare = 0.8 + 0.6 * traits.uniform(0);
    this.#deviation = SYMBOL_DEVIATION_MIN + SYMBOL_DEVIATION_SPREAD * traits.uniform(1);
    this.#logReference = Math.log(instrument.referencePrice);
    this.#logPrice = this.#logReference + 0.2 * (traits.uniform(2) - 0.5);
    this.#process = new ReturnProcess(seed, instrument.symbol, this.#deviation, firstMinute);
    this.#candleStream = new SeededStream(seed, `${instrument.symbol}:candle`);
    this.#price = new StepText(instrument.priceStep);
    this.#quantity = new StepText(instrument.quantityStep);
    this.#lastClose = this.#price.count(Math.exp(this.#logPrice), 1);
  }

  step(minute: number, market: ReturnStep): void {
    const own = this.#process.step(minute);
    const pull = PULL_PER_MINUTE * (this.#logReference - this.#logPrice);
    const change = this.#marketShare * market.value + own.value + pull;
    const deviation = Math.hypot(
      this.#marketShare * MARKET_DEVIATION * market.volatilityRatio,
      this.#deviation * own.volatilityRatio,
    );
    const draw = minute * DRAWS_PER_CANDLE;
    const random = this.#candleStream;
    const logOpen = this.#logPrice;
    const logHigh = logOpen + bridgeExtreme(change, deviation, random.uniform(draw * 2));
    const logLow = logOpen - bridgeExtreme(-change, deviation, random.uniform(draw * 2 + 1));
    this.#logPrice = logOpen + change;
    const open = this.#lastClose;
    const close = this.#price.count(Math.exp(this.#logPrice), 1);
    const high = Math.max(open, close, this.#price.count(Math.exp(logHigh), 1));
    const low = Math.min(open, close, this.#price.count(Math.exp(logLow), 1));
    const activity = Math.sqrt(market.volatilityRatio * own.volatilityRatio) + Math.abs(change) / deviation;
    const turnover = (USUAL_TURNOVER / 2) * activity * Math.exp(0.4 * random.normal(draw + 1));
    const volume = this.#quantity.count(turnover / Math.exp(this.#logPrice), 1);
    this.#candles.set([open, high, low, close, volume], offsetOf(minute));
    this.#lastClose = close;
  }

  read(minute: number): MinuteCandle {
    const start = offsetOf(minute);
    const [open, high, low, close, volume] = this.#candles.subarray(start, start + VALUES_PER_CANDLE);
    return { open: open!, high: high!, low: low!, close: close!, volume: volume! };
  }
}

function offsetOf(minute: number): number {
  return (minute % CANDLES_KEPT_MAX) * VALUES_PER_CANDLE;
}

/** The exact distribution of the highest point of a Brownian bridge from 0 to `change`. */
function bridgeExtreme(change: number, deviation: number, uniform: number): number {
  return (change + Math.sqrt(change * change - 2 * deviation * deviation * Math.log(uniform))) / 2;
}
