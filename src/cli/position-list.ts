import type { Command } from 'commander';
import { presentListed } from '../api/present-position';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig } from './command-config';
import { renderPositions } from './render-position';
import { settleAssetOf, withPositions } from './position-access';
import { printJson, printLine, styleFor } from './terminal';

/** `oncefill position list` */
export function addPositionListCommand(position: Command, finish: (exitCode: ExitCode) => void): void {
  position
    .command('list')
    .description('list open positions with what guards them, as they were a second or two ago')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const listed = await withPositions(config, 'look', (positions) => positions.list());
      if (options.json) printJson({ positions: listed.map(presentListed) });
      else printLine(renderPositions(listed, settleAssetOf(config), styleFor(process.stdout)));
      finish(ExitCode.SUCCESS);
    });
}
