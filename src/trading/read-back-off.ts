import type { Intent } from '../domain/signal';
import { NoPermitError, VenueError } from '../venues/venue';

/** After a first failure nobody asks for so long; each further one in a row doubles it, up to the second. */
const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 8_000;
const DOUBLINGS_MAX = 10;
/** Meanwhile whatever serves exits may try once in so long: all of them together. */
const EXIT_SPACING_MS = 1_000;

/**
 * One kind of read that many share: what failed for one of them is not asked for again by each of the others, who would use up
 * permits for the same answer.
 */
export class ReadBackOff {
  private failures = 0;
  private lastFailure: VenueError | undefined;
  /** On the monotonic clock, as below. */
  private pausedUntilMs = -Infinity;
  private exitMayAtMs = -Infinity;

  /** @throws what the last read met, when another is to wait: nothing was sent, and `retryAfterMs` says for how long */
  check(intent: Intent): void {
    const nowMs = performance.now();
    if (this.lastFailure === undefined || nowMs >= this.pausedUntilMs) return;
    if (intent === 'exit' && nowMs >= this.exitMayAtMs) {
      this.exitMayAtMs = nowMs + EXIT_SPACING_MS;
      return;
    }
    const untilMs = intent === 'exit' ? Math.min(this.pausedUntilMs, this.exitMayAtMs) : this.pausedUntilMs;
    throw again(this.lastFailure, Math.ceil(untilMs - nowMs));
  }

  succeeded(): void {
    this.failures = 0;
    this.lastFailure = undefined;
  }

  /** @param error of a read that was allowed; one for which our own limits left no room says nothing about the next */
  failed(error: unknown): void {
    if (!(error instanceof VenueError) || error instanceof NoPermitError) return;
    const pauseMs = Math.min(PAUSE_FIRST_MS * 2 ** this.failures, PAUSE_MAX_MS);
    this.failures = Math.min(this.failures + 1, DOUBLINGS_MAX);
    this.lastFailure = error;
    this.pausedUntilMs = performance.now() + pauseMs;
  }
}

function again({ outcome }: VenueError, waitMs: number): VenueError {
  const { retryAtMs: _retryAtMs, retryAfterMs = 0, ...rest } = outcome;
  return new VenueError({ ...rest, retryAfterMs: Math.max(waitMs, retryAfterMs) });
}
