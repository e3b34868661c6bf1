import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import type { SignalIntake } from '../src/intake/types';
import { runPaced } from './pace';
import type { BenchSignal } from './signal-maker';

/**
 * Hands signals in again that have been traded.
 *
 * @param intake one that has not seen them recognises them by asking the server; one that has, by itself
 * @returns how many were recognised per second
 * @throws CliError when one is not recognised as a repetition
 */
export async function recogniseDuplicates(
  intake: SignalIntake,
  signals: readonly BenchSignal[],
  atOnce: number,
  abort: AbortSignal,
): Promise<number> {
  const { perSecond } = await runPaced(signals, atOnce, abort, async (signal) => {
    const result = await intake.submit(signal);
    if (result.status === 'accepted' && result.repeated) return;
    throw new CliError(`A repeated signal was not recognised: ${JSON.stringify(result)}`, ExitCode.FAILURE);
  });
  return perSecond;
}
