import { SeededStream } from '../market/seeded-random';

/** Settings of funding. */
export interface FundingTerms {
  readonly isOn: boolean;
  /** From one payment to the next; payments fall on whole multiples of it since the epoch. */
  readonly intervalMinutes: number;
}

/** As at most of the real venue's contracts. */
export const USUAL_FUNDING: FundingTerms = { isOn: true, intervalMinutes: 480 };
export const NO_FUNDING: FundingTerms = { isOn: false, intervalMinutes: 480 };

/** No rate is further from zero. */
export const FUNDING_RATE_MAX = 0.00375;

const MINUTE_MS = 60_000;
const RATE_DECIMALS = 8;
/** A usual rate: longs pay a little. */
const USUAL_RATE = 0.0001;
const RATE_DEVIATION = 0.00012;

/** When funding is due, and at which rates. Pure: a seed gives the same rates for ever. */
export class FundingRates {
  constructor(
    private readonly seed: number,
    readonly terms: FundingTerms,
  ) {}

  get intervalMs(): number {
    return this.terms.intervalMinutes * MINUTE_MS;
  }

  /** The first payment after an instant, milliseconds UTC. */
  nextAfter(atMs: number): number {
    return (Math.floor(atMs / this.intervalMs) + 1) * this.intervalMs;
  }

  /** The last payment at or before an instant. */
  lastUntil(atMs: number): number {
    return Math.floor(atMs / this.intervalMs) * this.intervalMs;
  }

  /**
   * The rate of the payment of an instant, a decimal string; positive: who is long pays who is short. Zero without funding.
   */
  rateAt(symbol: string, dueAtMs: number): string {
    if (!this.terms.isOn) return '0';
    const draw = new SeededStream(this.seed, `${symbol}:funding`).normal(Math.floor(dueAtMs / this.intervalMs));
    const rate = USUAL_RATE + RATE_DEVIATION * draw;
    const text = Math.min(FUNDING_RATE_MAX, Math.max(-FUNDING_RATE_MAX, rate)).toFixed(RATE_DECIMALS);
    return Number(text) === 0 ? '0' : text;
  }
}
