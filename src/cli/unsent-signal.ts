import { CliError, reportError } from './cli-error';
import { isUnanswered } from './send-patiently';
import { printErrorLine } from './terminal';

/** A signal on its way, of which it is not known whether it was accepted. */
export interface UnsentSignal {
  readonly fingerprint: string;
  readonly timestampMs: number;
  /** From then on it is refused as stale, milliseconds UTC. */
  readonly untilMs: number;
  /** The whole command that sends it again as the same signal. */
  readonly repeat: string;
  /** Whether it may have reached the server. */
  wasSubmitted: boolean;
  /** Whether it is known by now what became of it. */
  wasAnswered: boolean;
}

function advice({ fingerprint, untilMs, wasSubmitted }: UnsentSignal): string {
  const fate = wasSubmitted
    ? `Whether the signal ${fingerprint} was accepted is not known.`
    : `The signal ${fingerprint} was not sent.`;
  return `${fate} Until ${new Date(untilMs).toISOString().slice(11, 19)} UTC this command sends it, as the same signal, which becomes at most one order`;
}

function describeFailure(error: unknown, unsent: UnsentSignal): string {
  const isSilent = error instanceof Error && error.name === 'IntakeUnavailableError';
  const reason = isSilent ? 'The Temporal server does not answer.' : reportError(error).message;
  return `${reason} ${advice(unsent)}`;
}

/** The error for people: what happened, and on a line of its own the command to repeat. */
export function unsentError(error: unknown, unsent: UnsentSignal): CliError {
  return new CliError(`${describeFailure(error, unsent)}:\n${unsent.repeat}`, reportError(error).exitCode);
}

/** The same for programs. */
export function presentUnsent(error: unknown, unsent: UnsentSignal) {
  return {
    code: isUnanswered(error) ? 'SERVER_UNAVAILABLE' : 'FAILURE',
    message: `${describeFailure(error, unsent)}.`,
    fingerprint: unsent.fingerprint,
    timestamp: new Date(unsent.timestampMs).toISOString(),
    repeat: unsent.repeat,
  };
}

/**
 * Ctrl-C and SIGTERM (`timeout 30 oncefill signal send …`) print the command to repeat before they end this process:
 * whoever types it anew some seconds later would send another signal. Once the signal is answered they only end it.
 *
 * @returns what ends this
 */
export function sayOnInterrupt(unsent: UnsentSignal): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const stop = (): void => {
    for (const signal of signals) process.removeListener(signal, interrupt);
  };
  const interrupt = (signal: NodeJS.Signals): void => {
    stop();
    if (!unsent.wasAnswered) printErrorLine(`Interrupted. ${advice(unsent)}:\n${unsent.repeat}`);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.once(signal, interrupt);
  return stop;
}
