import { ExitCode } from '../src/process/exit-codes';

/**
 * Runs a program of its own until it is done, or a person interrupts it, and leaves with its exit code.
 *
 * @param name for the sentence about an error that it did not expect, such as `attack`
 * @param work ends, whatever it started stopped, when the signal says so
 * @param progress is told of an interruption
 */
export function runInterruptibly(
  name: string,
  work: (signal: AbortSignal) => Promise<ExitCode>,
  progress: (line: string) => void,
): void {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());
  void work(interruption.signal).then(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    (error: unknown) => {
      process.exitCode = interruption.signal.aborted ? ExitCode.INTERRUPTED : ExitCode.FAILURE;
      if (interruption.signal.aborted) progress('Interrupted; everything was stopped.');
      else console.error(`The ${name} itself failed:`, error);
    },
  );
}
