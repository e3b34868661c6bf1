import type { Command } from 'commander';
import { presentRisk } from '../api/present-position';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';
import { loadCommandConfig } from './command-config';
import { settleAssetOf, withPositions } from './position-access';
import { renderRisk } from './render-risk';
import { printJson, printLine, styleFor } from './terminal';

/** `oncefill risk` */
export function addRiskCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('risk')
    .description('show each bound of risk, where the account stands, and what is denied until when')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const view = await withPositions(config, 'look', (positions) => positions.risk());
      if (!view) {
        throw new CliError(
          `No account of ${config.venue} runs: start the system with "oncefill start".`,
          ExitCode.NOT_FOUND,
        );
      }
      if (options.json) printJson(presentRisk(view));
      else printLine(renderRisk(view, settleAssetOf(config), styleFor(process.stdout)));
      finish(ExitCode.SUCCESS);
    });
}
