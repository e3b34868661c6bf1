import { SeededStream } from './seeded-random';

/** Persistence per minute of the slow and the fast part of log-volatility: clusters of hours and of minutes. */
const SLOW_PERSISTENCE = 0.998;
const FAST_PERSISTENCE = 0.9;

/** Stationary standard deviations of log-volatility's parts; the third is drawn afresh every minute (fat tails). */
const SLOW_DEVIATION = 0.35;
const FAST_DEVIATION = 0.3;
const MINUTE_DEVIATION = 0.3;

/** Regimes between momentum (+) and mean reversion (-) last some hours. */
const REGIME_PERSISTENCE = 0.995;
const REGIME_STRENGTH = 0.3;
const RECENT_RETURN_SHARE = 0.2;

const DRAWS_PER_MINUTE = 5;

/** What one minute of a process produced. */
export interface ReturnStep {
  /** Log return. */
  readonly value: number;
  /** The minute's volatility as a multiple of the process's usual one. */
  readonly volatilityRatio: number;
}

/**
 * Log returns per minute that look like a market's: stochastic volatility in clusters, fat tails, and regimes of mild
 * momentum and mean reversion. Deterministic: a process made from the same stream and stepped over the same minutes
 * gives the same returns.
 */
export class ReturnProcess {
  readonly #stream: SeededStream;
  #slow: number;
  #fast: number;
  #regime: number;
  #recentReturn = 0;

  /** @param deviation the usual standard deviation of a minute's log return */
  constructor(
    seed: number,
    name: string,
    private readonly deviation: number,
    firstMinute: number,
  ) {
    this.#stream = new SeededStream(seed, name);
    const start = new SeededStream(seed, `${name}:start`);
    this.#slow = SLOW_DEVIATION * start.normal(firstMinute * 3);
    this.#fast = FAST_DEVIATION * start.normal(firstMinute * 3 + 1);
    this.#regime = start.normal(firstMinute * 3 + 2);
  }

  step(minute: number): ReturnStep {
    const draw = minute * DRAWS_PER_MINUTE;
    const random = this.#stream;
    this.#slow = autoregress(this.#slow, SLOW_PERSISTENCE, SLOW_DEVIATION * random.normal(draw));
    this.#fast = autoregress(this.#fast, FAST_PERSISTENCE, FAST_DEVIATION * random.normal(draw + 1));
    this.#regime = autoregress(this.#regime, REGIME_PERSISTENCE, random.normal(draw + 2));
    const volatilityRatio = Math.exp(this.#slow + this.#fast + MINUTE_DEVIATION * random.normal(draw + 3));
    const drift = REGIME_STRENGTH * Math.tanh(this.#regime) * this.#recentReturn;
    const value = drift + this.deviation * volatilityRatio * random.normal(draw + 4);
    this.#recentReturn += RECENT_RETURN_SHARE * (value - this.#recentReturn);
    return { value, volatilityRatio };
  }
}

/** One step of a first-order autoregression whose stationary deviation is that of `shock`. */
function autoregress(value: number, persistence: number, shock: number): number {
  return persistence * value + Math.sqrt(1 - persistence * persistence) * shock;
}
