import type { Command } from 'commander';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';

/**
 * Refuses an option with a value that is given twice: the parser would take the last one without a word, and of two amounts
 * that would be an order of either size.
 *
 * @throws CliError while the command line is parsed
 */
export function refuseDoubledOptions(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || option.variadic) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) throw new CliError(`${option.long} is given twice; give it once.`, ExitCode.USAGE);
      isGiven = true;
    });
  }
  for (const child of command.commands) refuseDoubledOptions(child);
}
