import { Command, CommanderError, Option } from 'commander';
import { packageVersion } from '../config/package-root';
import { CONFIG_FILE_VARIABLE } from '../config/variables';
import { addAlertsCommands } from './alerts';
import { addApiCommand } from './api';
import { addAuditCommand } from './audit';
import { reportError } from './cli-error';
import { ExitCode, EXIT_CODES_HELP } from '../process/exit-codes';
import { addTradingStateCommands } from './change-trading-state';
import { addDoctorCommand } from './doctor';
import { refuseDoubledOptions } from './doubled-options';
import { addHistoryKeyCommands } from './history-key';
import { addHooksCommands } from './hooks';
import { addLogsCommand } from './logs';
import { addMlCommands } from './ml-status';
import { addPaperVenueCommand } from './paper-venue';
import { addExplainCommand } from './explain';
import { addFlattenCommand } from './flatten';
import { addPositionCommands } from './position';
import { addRiskCommand } from './risk';
import { addSignalCancelCommand } from './signal-cancel';
import { addSignalExportCommand } from './signal-export';
import { addSignalListCommand } from './signal-list';
import { addSignalSendCommand } from './signal-send';
import { addSignalSettleCommand } from './signal-settle';
import { addSignalShowCommand } from './signal-show';
import { addStartCommand } from './start';
import { addStatusCommand } from './status';
import { addStoreCommands } from './store';
import { printErrorLine, writeError } from './terminal';
import { addTradesCommand } from './trades';
import { addTokenCommands } from './token';
import { addVenueCommands } from './venue-check';
import { addWorkerCommand } from './worker';
import { addWorkersCommand } from './workers';

/** Options of the older bots, which had no command word; they belong to `start`. */
const OPTIONS_OF_START = ['--mode', '--status'];

/**
 * Puts the word `start` in front of a command line that begins with one of its options: `oncefill --mode=ml` and
 * `oncefill --status` mean `oncefill start --mode=ml` and `oncefill start --status`.
 */
export function completeArguments(words: readonly string[]): readonly string[] {
  const option = words[0]?.split('=')[0] ?? '';
  return OPTIONS_OF_START.includes(option) ? ['start', ...words] : words;
}

/**
 * The command line's grammar. Commands load what they need when they run, so that help and errors come at once.
 *
 * @param finish receives the exit code of the command that ran
 */
function createProgram(finish: (exitCode: ExitCode) => void): Command {
  const program = new Command('oncefill')
    .description(
      'Turns trading signals into exchange orders: every signal becomes at most one order, whatever crashes.',
    )
    .version(packageVersion())
    .addOption(new Option('--config <file>', 'YAML file laid over the defaults').env(CONFIG_FILE_VARIABLE))
    .addHelpText('after', EXIT_CODES_HELP)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: writeError })
    .exitOverride();
  addStartCommand(program, finish);
  addStatusCommand(program, finish);
  addWorkersCommand(program, finish);
  const signal = program
    .command('signal')
    .description('send signals, look at them, cancel them, settle what is missing');
  addSignalSendCommand(signal, finish);
  addSignalShowCommand(signal, finish);
  addSignalListCommand(signal, finish);
  addSignalCancelCommand(signal, finish);
  addSignalSettleCommand(signal, finish);
  addSignalExportCommand(signal, finish);
  addExplainCommand(program, finish);
  addPositionCommands(program, finish);
  addTradesCommand(program, finish);
  addRiskCommand(program, finish);
  addMlCommands(program, finish);
  addTradingStateCommands(program, finish);
  addFlattenCommand(program, finish);
  addStoreCommands(program, finish);
  addTokenCommands(program, finish);
  addAlertsCommands(program, finish);
  addHooksCommands(program, finish);
  addDoctorCommand(program, finish);
  addVenueCommands(program, finish);
  addLogsCommand(program, finish);
  addAuditCommand(program, finish);
  addHistoryKeyCommands(program, finish);
  addWorkerCommand(program, finish);
  addApiCommand(program, finish);
  addPaperVenueCommand(program, finish);
  refuseDoubledOptions(program);
  return program;
}

/**
 * Runs one command line.
 *
 * @param words what follows the program's name
 */
export async function runCommandLine(words: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.SUCCESS;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(completeArguments(words), { from: 'user' });
    return exitCode;
  } catch (error) {
    // The parser has explained its own errors already; help and version end with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.SUCCESS : ExitCode.USAGE;
    const report = reportError(error);
    printErrorLine(report.message);
    return report.exitCode;
  }
}
