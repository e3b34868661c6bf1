import type { Command } from 'commander';
import { presentSignal } from '../api/present-signal';
import { loadCommandConfig } from './command-config';
import { FINGERPRINT_ARGUMENT, parseFingerprint, unknownSignal } from './fingerprint-argument';
import { ExitCode } from '../process/exit-codes';
import { renderSignal } from './render-signal';
import { withSignalIntake } from './temporal-access';
import { printJson, printLine, styleFor } from './terminal';

/** `oncefill signal show FINGERPRINT` */
export function addSignalShowCommand(signal: Command, finish: (exitCode: ExitCode) => void): void {
  signal
    .command('show')
    .description('tell what became of a signal, and why')
    .argument('<fingerprint>', FINGERPRINT_ARGUMENT, parseFingerprint)
    .option('--json', 'print JSON')
    .action(async (fingerprint: string, options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const view = await withSignalIntake(config, 'look', (intake) => intake.show(fingerprint));
      if (!view) throw unknownSignal(fingerprint, config);
      if (options.json) printJson(presentSignal(view));
      else printLine(renderSignal(view, styleFor(process.stdout)));
      finish(ExitCode.SUCCESS);
    });
}
