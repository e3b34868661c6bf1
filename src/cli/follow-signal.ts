import { setTimeout as sleep } from 'node:timers/promises';
import type { SignalView } from '../domain/signal-view';
import { IntakeUnavailableError, type SignalIntake } from '../intake/types';
import { CliError } from './cli-error';
import { ExitCode } from '../process/exit-codes';

/** Questions come quickly at first, because most signals end within a second, and rarely once one waits. */
const FOLLOW_DELAY_FIRST_MS = 50;
const FOLLOW_DELAY_GROWTH = 1.3;
const FOLLOW_DELAY_MAX_MS = 2_000;
/** An order of unknown fate is looked up for hours; whoever wants to know later asks with `signal show`. */
const FOLLOW_MAX_MS = 24 * 3_600_000;

/** A server that restarts takes less than this. */
const SILENCE_MAX_MS = 60_000;

/** @returns undefined while the server does not answer */
async function ask(intake: SignalIntake, fingerprint: string): Promise<SignalView | undefined> {
  try {
    return await intake.show(fingerprint);
  } catch (error) {
    if (error instanceof IntakeUnavailableError) return undefined;
    throw error;
  }
}

/**
 * Waits for a signal's end.
 *
 * @param onChange called whenever its state or its explanation changed
 * @throws CliError when the server is silent for a minute, or the signal has not ended after a day; it goes on regardless
 */
export async function followSignal(
  intake: SignalIntake,
  fingerprint: string,
  onChange: (view: SignalView) => void,
): Promise<SignalView> {
  const startedAtMs = performance.now();
  let answeredAtMs = startedAtMs;
  let delayMs = FOLLOW_DELAY_FIRST_MS;
  let seen = '';
  while (performance.now() - startedAtMs < FOLLOW_MAX_MS && performance.now() - answeredAtMs < SILENCE_MAX_MS) {
    const view = await ask(intake, fingerprint);
    if (view) {
      answeredAtMs = performance.now();
      const current = `${view.state} ${view.detail}`;
      if (current !== seen) onChange(view);
      seen = current;
      if (view.state === 'ENDED') return view;
    }
    await sleep(delayMs);
    delayMs = Math.min(FOLLOW_DELAY_MAX_MS, delayMs * FOLLOW_DELAY_GROWTH);
  }
  throw new CliError(
    `The signal ${fingerprint} was accepted and goes on, but its end could not be seen: ask with "oncefill signal show ${fingerprint}".`,
    ExitCode.UNAVAILABLE,
  );
}
