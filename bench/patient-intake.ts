import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import { IntakeUnavailableError, type SignalIntake } from '../src/intake/types';
import type { BenchSignal } from './signal-maker';

/** Signals that are being handed in at once; the others of a burst wait for their turn. */
const HAND_INS_MAX = 100;
/** How often a signal is handed in before the measurement is given up, and the pause between. */
const ATTEMPTS_MAX = 30;
const PAUSE_MS = 500;

/**
 * Intake for whole bursts, as intake asks of its senders: as many at a time as the server can answer in time, and the same
 * signal again when it could not.
 */
export function patientIntake({
  intake,
}: {
  readonly intake: Pick<SignalIntake, 'submit'>;
}): (signal: BenchSignal) => Promise<string> {
  let free = HAND_INS_MAX;
  const waiting: (() => void)[] = [];
  const takeTurn = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const passTurn = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async (signal) => {
    await takeTurn();
    try {
      return await submitUntilTaken(intake, signal);
    } finally {
      passTurn();
    }
  };
}

async function submitUntilTaken(
  intake: Pick<SignalIntake, 'submit'>,
  signal: Parameters<SignalIntake['submit']>[0],
): Promise<string> {
  let last: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    try {
      const result = await intake.submit(signal);
      // Also after an answer that was lost: the repetition finds the signal there.
      if (result.status === 'accepted') return result.fingerprint;
      throw new CliError(`A signal was not accepted: ${JSON.stringify(result)}`, ExitCode.FAILURE);
    } catch (error) {
      if (!(error instanceof IntakeUnavailableError)) throw error;
      last = error;
      await sleep(PAUSE_MS);
    }
  }
  throw new CliError(`A signal was not taken in ${ATTEMPTS_MAX} attempts: ${String(last)}`, ExitCode.FAILURE);
}
