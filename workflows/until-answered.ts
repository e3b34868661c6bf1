import { ActivityFailure, ApplicationFailure, CancelledFailure, sleep, TemporalFailure } from '@temporalio/workflow';
import { patientDelayMs } from '../src/domain/look-up-delay';
import { RecurringAlert } from './recurring-alert';

/** The pause after a first call that nobody answered; later ones grow with the age. */
const PAUSE_FIRST_MS = 5_000;

/**
 * Makes a call that must not be given up, and is safe to repeat, until it is answered: each try has a bound of its own, so
 * that the history of whoever waits for days stays small, and a person hears of it at once and again.
 *
 * @param what for people: `<fingerprint>: the account of bybit`
 * @throws what no repetition can mend
 */
export async function untilAnswered<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  const startedAtMs = Date.now();
  const alert = new RecurringAlert();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error)) throw error;
      alert.raise(`${what} does not answer; it is asked again until it does. ${rootMessage(error)}`);
      await sleep(Math.max(PAUSE_FIRST_MS, patientDelayMs(Date.now() - startedAtMs)));
    }
  }
}

/** A call that was lost or ran out of time, other than one that was refused for good. */
export function isPassing(error: unknown): boolean {
  // A local call that failed comes as its cause alone.
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof TemporalFailure) || cause instanceof CancelledFailure) return false;
  return !(cause instanceof ApplicationFailure && cause.nonRetryable === true);
}

/** What the innermost cause says. */
export function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause !== undefined) current = current.cause;
  return current instanceof Error ? current.message : String(current);
}
