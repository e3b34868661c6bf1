import { setTimeout as sleep } from 'node:timers/promises';

/** The first pause is for a connection that was cut, the longest for a server that restarts. */
const PAUSE_FIRST_MS = 500;
const PAUSE_GROWTH = 2;
const PAUSE_MAX_MS = 8_000;

/** The errors that mean that nobody answered, by name: importing the classes would load the Temporal client for `--help`. */
const UNANSWERED_NAMES: readonly string[] = ['IntakeUnavailableError', 'ServerUnavailableError'];
/** The code of a server that answered and refused our credentials. */
const REFUSED_CODE = 'TEMPORAL_REFUSED';

/** Where an attempt's time comes from; tests have one of their own. */
export interface Patience {
  /** Milliseconds on a clock that nobody sets. */
  readonly now: () => number;
  readonly pause: (durationMs: number) => Promise<unknown>;
}

const REAL_PATIENCE: Patience = { now: () => performance.now(), pause: (durationMs) => sleep(durationMs) };

export interface PatientSending<Result> {
  readonly attempt: () => Promise<Result>;
  /** No attempt begins later than this after the first one; 0: there is only one. */
  readonly deadlineMs: number;
  /** Told before every attempt but the first. @param number the attempt's, from 2 */
  readonly onRepeat: (number: number, reason: Error) => void;
  readonly patience?: Patience;
}

/**
 * Repeats an attempt, with growing pauses, while nobody answers it.
 *
 * @throws what the last attempt threw
 */
export async function sendPatiently<Result>({
  attempt,
  deadlineMs,
  onRepeat,
  patience = REAL_PATIENCE,
}: PatientSending<Result>): Promise<Result> {
  const endMs = patience.now() + deadlineMs;
  let pauseMs = PAUSE_FIRST_MS;
  for (let number = 2; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      const leftMs = endMs - patience.now();
      if (!isUnanswered(error) || leftMs <= 0) throw error;
      await patience.pause(Math.min(pauseMs, leftMs));
      pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * PAUSE_GROWTH);
      onRepeat(number, error);
    }
  }
}

/** Nobody answered: whether anything was done is not known, or nothing could be. */
export function isUnanswered(error: unknown): error is Error {
  if (!(error instanceof Error) || !UNANSWERED_NAMES.includes(error.name)) return false;
  return (error as { readonly code?: unknown }).code !== REFUSED_CODE;
}
