import type { ChildProcess } from 'node:child_process';
import type { Installation } from '../harness/installation';
import { CliError } from '../src/cli/cli-error';
import { ExitCode } from '../src/process/exit-codes';
import type { ProcessEvent } from '../src/process/process-events';

const READY_MAX_MS = 30_000;

/**
 * Starts one part of the product as its supervisor does, and waits until it says that it is ready.
 *
 * @throws CliError when it ends, or is not ready in time
 */
export async function startPart(installation: Installation, words: readonly string[]): Promise<ChildProcess> {
  const child = installation.spawn(words);
  const timeout = AbortSignal.timeout(READY_MAX_MS);
  const fault = await new Promise<string | undefined>((resolve) => {
    child.on('message', (event: ProcessEvent) => event.kind === 'ready' && resolve(undefined));
    child.once('error', () => resolve('could not be started'));
    child.once('exit', () => resolve('ended at its start'));
    timeout.addEventListener('abort', () => resolve(`was not ready within ${READY_MAX_MS} ms`), { once: true });
  });
  if (fault === undefined) return child;
  throw new CliError(`"oncefill ${words.join(' ')}" ${fault}. ${installation.lastWords()}`, ExitCode.FAILURE);
}
