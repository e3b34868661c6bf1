import { InvalidArgumentError, type Command } from 'commander';
import { presentSignal } from '../api/present-signal';
import { CliError } from './cli-error';
import { loadCommandConfig } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { renderSignal } from './render-signal';
import { withSignalIntake } from './temporal-access';
import { printJson, printLine, styleFor } from './terminal';

function parseFingerprint(text: string): string {
  if (/^[0-9a-f]{16}$/.test(text)) return text;
  throw new InvalidArgumentError('A fingerprint has 16 hexadecimal digits in lower case.');
}

/** `oncefill signal show FINGERPRINT` */
export function addSignalShowCommand(signal: Command, finish: (exitCode: ExitCode) => void): void {
  signal
    .command('show')
    .description('tell what became of a signal, and why')
    .argument('<fingerprint>', 'as printed by "signal send" and "signal list"', parseFingerprint)
    .option('--json', 'print JSON')
    .action(async (fingerprint: string, options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const view = await withSignalIntake(config, (intake) => intake.show(fingerprint));
      if (!view) {
        throw new CliError(
          `No signal ${fingerprint} is known. Signals are remembered for ${config.temporal.retentionHours} h after their end.`,
          ExitCode.NOT_FOUND,
        );
      }
      if (options.json) printJson(presentSignal(view));
      else printLine(renderSignal(view, styleFor(process.stdout)));
      finish(ExitCode.SUCCESS);
    });
}
