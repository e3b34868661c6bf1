import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  sleep,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { patientDelayMs } from '../src/domain/look-up-delay';
import type { Denial } from '../src/domain/denial';
import { isRefusalCode } from '../src/messages/refusal';
import { RecurringAlert } from './recurring-alert';

/** The pause after a first call that nobody answered; later ones grow with the age. */
const PAUSE_FIRST_MS = 5_000;

/**
 * Makes a call that must not be given up, and is safe to repeat, until it is answered: each try has a bound of its own, so
 * that the history of whoever waits for days stays small, and a person hears of it at once and again.
 *
 * @param what for people: `<fingerprint>: the account of bybit`
 * @param isWorthAgain which failures repetitions can mend
 * @throws what no repetition can mend
 */
export async function untilAnswered<Result>(
  what: string,
  call: () => Promise<Result>,
  isWorthAgain: (error: unknown) => boolean = isPassing,
): Promise<Result> {
  const startedAtMs = Date.now();
  const alert = new RecurringAlert();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isWorthAgain(error)) throw error;
      alert.raise(`${what} does not answer; it is asked again until it does. ${rootMessage(error)}`);
      await sleep(Math.max(PAUSE_FIRST_MS, patientDelayMs(Date.now() - startedAtMs)));
    }
  }
}

/** A local call that failed comes as its cause alone. */
function causeOf(error: unknown): unknown {
  return error instanceof ActivityFailure ? error.cause : error;
}

/** A call that was lost or ran out of time, other than one that was refused for good. */
export function isPassing(error: unknown): boolean {
  const cause = causeOf(error);
  if (!(cause instanceof TemporalFailure) || cause instanceof CancelledFailure) return false;
  return !(cause instanceof ApplicationFailure && cause.nonRetryable === true);
}

/** Why a call was refused before it held or sent anything; undefined: it failed otherwise. */
export function refusalOf(error: unknown): Denial | undefined {
  const cause = causeOf(error);
  if (!(cause instanceof ApplicationFailure) || !isRefusalCode(cause.type)) return undefined;
  return { code: cause.type, message: cause.message };
}

/**
 * For calls of a signal that holds funds or may have an order: a process that is not meant may have taken them, and
 * another one is waited for.
 */
export function isPassingOrRefused(error: unknown): boolean {
  return isPassing(error) || refusalOf(error) !== undefined;
}

/**
 * For calls of whoever looks after an open position: what only a person can mend, such as a key that the venue refuses, is
 * waited for, too. What is no failure of a call is a defect of ours.
 */
export function isFailedCall(error: unknown): boolean {
  return causeOf(error) instanceof TemporalFailure;
}

/** What the innermost cause says; of a call that nobody answered, in words of ours and not of the server's timers. */
export function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause !== undefined) current = current.cause;
  if (current instanceof TimeoutFailure) return 'No answer came in time; "oncefill status" tells what runs.';
  return current instanceof Error ? current.message : String(current);
}
