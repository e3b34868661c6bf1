import { type Command, Option } from 'commander';
import { presentTrades } from '../api/present-position';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig } from './command-config';
import { wholeNumber } from './number-option';
import { settleAssetOf, withPositions } from './position-access';
import { renderTrades, tradesAsCsv } from './render-trades';
import { printJson, printLine, styleFor } from './terminal';

const DAYS_DEFAULT = 1;
const DAYS_MAX = 365;

interface TradesOptions {
  readonly days: number;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** `oncefill trades` */
export function addTradesCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('trades')
    .description(
      'list closed positions with their results, as long as the server remembers them (temporal.retentionHours)',
    )
    .option('--days <n>', `how far to look back, 1 to ${DAYS_MAX}`, wholeNumber(1, DAYS_MAX), DAYS_DEFAULT)
    .addOption(new Option('--json', 'print JSON').conflicts('csv'))
    .addOption(new Option('--csv', 'print comma-separated values').conflicts('json'))
    .action(async (options: TradesOptions, command: Command) => {
      const config = await loadCommandConfig(command);
      const list = await withPositions(config, 'look', (positions) => positions.trades(options.days));
      if (options.json) printJson(presentTrades(list, options.days));
      else if (options.csv) printLine(tradesAsCsv(list.trades));
      else
        printLine(
          renderTrades(list, { days: options.days, settleAsset: settleAssetOf(config) }, styleFor(process.stdout)),
        );
      finish(ExitCode.SUCCESS);
    });
}
