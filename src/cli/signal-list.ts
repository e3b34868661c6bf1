import type { Command } from 'commander';
import { presentSummary } from '../api/present-signal';
import { loadCommandConfig } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { wholeNumber } from './number-option';
import { renderSignalList } from './render-signal';
import { withSignalIntake } from './temporal-access';
import { printJson, printLine, styleFor } from './terminal';

const MINUTES_DEFAULT = 5;
/** A week, as intake allows. */
const MINUTES_MAX = 10_080;

interface ListOptions {
  readonly minutes: number;
  readonly json?: boolean;
}

/** `oncefill signal list` */
export function addSignalListCommand(signal: Command, finish: (exitCode: ExitCode) => void): void {
  signal
    .command('list')
    .description(
      'list recent signals, newest first, as they were a second or two ago; "signal show" tells of one at once',
    )
    .option('--minutes <n>', `how far to look back, 1 to ${MINUTES_MAX}`, wholeNumber(1, MINUTES_MAX), MINUTES_DEFAULT)
    .option('--json', 'print JSON')
    .action(async (options: ListOptions, command: Command) => {
      const config = await loadCommandConfig(command);
      const summaries = await withSignalIntake(config, 'look', (intake) => intake.list(options.minutes));
      if (options.json) printJson({ signals: summaries.map(presentSummary) });
      else printLine(renderSignalList(summaries, options.minutes, styleFor(process.stdout)));
      finish(ExitCode.SUCCESS);
    });
}
