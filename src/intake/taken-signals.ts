import { setBounded } from '../domain/plain-values';

/** Signals remembered per process; the oldest are forgotten first, and the server is asked about those. */
export const TAKEN_SIGNALS_MAX = 10_000;

/**
 * Signals of which this process knows that the server has taken them. The server remembers a signal longer than intake
 * accepts it, so that what is known here needs no second question: a flood of repetitions costs the server nothing.
 */
export class TakenSignals {
  private readonly contentHashes = new Map<string, string>();

  /** @param contentHash of the content that was taken */
  add(fingerprint: string, contentHash: string): void {
    setBounded(this.contentHashes, fingerprint, contentHash, TAKEN_SIGNALS_MAX);
  }

  /** @returns the hash of the content that was taken; undefined: not known here */
  contentHashOf(fingerprint: string): string | undefined {
    return this.contentHashes.get(fingerprint);
  }
}
