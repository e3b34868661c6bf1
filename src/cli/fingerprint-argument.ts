import { InvalidArgumentError } from 'commander';
import type { Config } from '../config/schema';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';

/** What `--help` says of it. */
export const FINGERPRINT_ARGUMENT = 'as printed by "signal send" and "signal list"';

export function parseFingerprint(text: string): string {
  if (/^[0-9a-f]{16}$/.test(text)) return text;
  throw new InvalidArgumentError('A fingerprint has 16 hexadecimal digits in lower case.');
}

export function unknownSignal(fingerprint: string, { temporal }: Config): CliError {
  return new CliError(
    `No signal ${fingerprint} is known. Signals are remembered for ${temporal.retentionHours} h after their end.`,
    ExitCode.NOT_FOUND,
  );
}
