import { setBounded } from '../domain/plain-values';
import type { TradingSignal } from '../domain/signal';

/** Signals remembered per process; the oldest are forgotten first, and the server is asked about those. */
export const TAKEN_SIGNALS_MAX = 10_000;

/** What the server has under a fingerprint. */
export interface TakenSignal {
  /** Of the content that was taken; undefined: intake did not start what is there. */
  readonly contentHash: string | undefined;
  /** The content itself, where this process knows it. */
  readonly signal?: TradingSignal;
}

/**
 * Signals of which this process knows that the server has taken them. The server remembers a signal longer than intake
 * accepts it, so that what is known here needs no second question: a flood of repetitions costs the server nothing.
 */
export class TakenSignals {
  private readonly taken = new Map<string, TakenSignal>();

  add(fingerprint: string, taken: TakenSignal): void {
    setBounded(this.taken, fingerprint, taken, TAKEN_SIGNALS_MAX);
  }

  forget(fingerprint: string): void {
    this.taken.delete(fingerprint);
  }

  /** @returns undefined: not known here */
  get(fingerprint: string): TakenSignal | undefined {
    return this.taken.get(fingerprint);
  }
}
