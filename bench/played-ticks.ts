import type { Forecast, PredictInput } from '../activities/inference';
import type { IntakeResult, SubmitInput } from '../activities/intake';
import type { FetchCandlesInput, FetchCostsInput } from '../activities/market-data';
import type { MarketCosts } from '../src/domain/model-gate/types';
import type { TickReference } from '../src/inference/candle-store';

/** One tick in so many has predictions beyond the least return, as where a view lasts so many candles. */
const SIGNALS_EVERY = 15;
const EXPECTED_RETURN = -0.01;
/** Below every least return. */
const SMALL_RETURN = 0.0001;
const COSTS: MarketCosts = { takerFee: '0.00055', bid: '99.99', ask: '100.01' };
const MODEL_HASH = '0123456789abcdef';
/** As long as a real one. */
const FINGERPRINT = 'f'.repeat(64);
const HORIZONS = [5, 15, 60] as const;

/** The steps of a tick without candles, model and intake, each answered at once: what is left is the loop's own. */
export function playActivities() {
  let ticks = 0;
  return {
    async fetchCandles({ symbols, closeTimeMs: tickMs }: FetchCandlesInput): Promise<TickReference> {
      return { symbols, tickMs, fileName: 'played', sha256: FINGERPRINT };
    },

    async predict({ reference: { symbols, tickMs } }: PredictInput): Promise<Forecast> {
      ticks += 1;
      const isBeyond = ticks % SIGNALS_EVERY === 0;
      const beyond = { expectedReturn: EXPECTED_RETURN, closeTimeMs: tickMs, close: 100, deviation: 0.001 };
      return {
        model: 'played 1',
        modelHash: MODEL_HASH,
        endOfDataMs: 0,
        outcomes: HORIZONS.map((minutes) => ({ minutes, ...outcomesOf(symbols.length) })),
        predicted: symbols.length,
        predictions: isBeyond ? symbols.map((symbol) => ({ symbol, ...beyond })) : [],
        below: isBeyond ? {} : Object.fromEntries(symbols.map((symbol) => [symbol, SMALL_RETURN])),
        missing: {},
        skipped: { stale: 0, others: 0 },
        signals: [],
      };
    },

    async fetchCosts({ symbols }: FetchCostsInput): Promise<Readonly<Record<string, MarketCosts>>> {
      return Object.fromEntries(symbols.map((symbol) => [symbol, COSTS]));
    },

    /** Half of them are refused, so that both are in the state. */
    async submitSignals({ signals }: SubmitInput): Promise<readonly IntakeResult[]> {
      return signals.map(({ symbol }, index): IntakeResult =>
        index % 2 === 0
          ? { status: 'refused', code: 'SIGNAL_BUDGET', message: `Of ${symbol} none is taken.` }
          : { status: 'accepted', fingerprint: FINGERPRINT },
      );
    },
  };
}

function outcomesOf(outcomes: number) {
  const share = (part: number): number => Math.round(outcomes * part);
  return {
    outcomes,
    inside50: share(0.5),
    inside90: share(0.9),
    directed: outcomes,
    hits: share(0.5),
    loss: 0.0004 * outcomes,
    ewmaLoss: 0.0004 * outcomes,
    beyond: share(0.2),
    brier: 0.15 * outcomes,
  };
}
