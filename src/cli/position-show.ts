import type { Command } from 'commander';
import { presentPosition } from '../api/present-position';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig } from './command-config';
import { parseSymbol, settleAssetOf, SYMBOL_ARGUMENT, unknownPosition, withPositions } from './position-access';
import { renderPosition } from './render-position';
import { printJson, printLine, styleFor } from './terminal';

/** `oncefill position show SYMBOL` */
export function addPositionShowCommand(position: Command, finish: (exitCode: ExitCode) => void): void {
  position
    .command('show')
    .description('show the open position of a symbol, or the last one that was closed')
    .argument('<symbol>', SYMBOL_ARGUMENT, parseSymbol)
    .option('--json', 'print JSON')
    .action(async (symbol: string, options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const view = await withPositions(config, 'look', (positions) => positions.show(symbol));
      if (!view) throw await unknownPosition(symbol);
      if (options.json) printJson(presentPosition(view));
      else printLine(renderPosition(view, settleAssetOf(config), styleFor(process.stdout)));
      finish(ExitCode.SUCCESS);
    });
}
