import { ExitCode } from '../process/exit-codes';

type Output = Pick<NodeJS.WriteStream, 'on'>;

/** Streams and the way out; tests have their own. */
export interface OutputWatch {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Tells a person, on stderr. */
  readonly tell: (sentence: string) => void;
  readonly exit: (code: ExitCode) => void;
}

const lost = new AbortController();
let isLasting = false;
let hasLostResult = false;

/** Aborted when what is written reaches nobody any more: who shows things until Ctrl-C ends then, too. */
export const outputLost: AbortSignal = lost.signal;

/** For what has other work than to show something: a disk that takes none of its lines does not end it; its logs have them. */
export function outlastOutput(): void {
  isLasting = true;
}

/** @param code the command's own. @returns with which one to leave */
export function codeAfterOutput(code: ExitCode): ExitCode {
  return hasLostResult ? ExitCode.OUTPUT_LOST : code;
}

/**
 * Bears what stands in the way of writing. A reader that went away, as in `oncefill signal list | head`, is no failure: the command
 * goes on quietly and leaves with its own code. What cannot be written at all is told once, and has a code of its own: nobody may
 * take it for a verdict.
 */
export function watchOutput({ stdout, stderr, tell, exit }: OutputWatch): void {
  stderr.on('error', () => undefined);
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    const isReaderGone = error.code === 'EPIPE';
    if (isLasting) {
      // Its starter, or the terminal's pipe, is gone.
      if (isReaderGone) exit(ExitCode.SUCCESS);
      return;
    }
    lost.abort();
    if (isReaderGone || hasLostResult) return;
    hasLostResult = true;
    tell(
      `The output could not be written (${error.code ?? error.message}), so that it is not whole; what the command does is done all the same. Make room, or write it elsewhere.`,
    );
    // The command may have ended already.
    if (process.exitCode !== undefined) process.exitCode = ExitCode.OUTPUT_LOST;
  });
}
