import type { Command } from 'commander';
import type { ExitCode } from '../process/exit-codes';
import { addPositionListCommand } from './position-list';
import { addPositionShowCommand } from './position-show';
import { addPositionCloseCommand, addPositionProtectCommand } from './position-tell';

/** `oncefill position list|show|close|protect` */
export function addPositionCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const position = program.command('position').description('look at open positions, close them, set what guards them');
  addPositionListCommand(position, finish);
  addPositionShowCommand(position, finish);
  addPositionCloseCommand(position, finish);
  addPositionProtectCommand(position, finish);
}
