import type { Command } from 'commander';
import { addTradingStateCommand } from './change-trading-state';
import type { ExitCode } from '../process/exit-codes';

/** `oncefill reduce --reason TEXT` */
export function addReduceCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  addTradingStateCommand(
    program,
    {
      name: 'reduce',
      to: 'reducing',
      description: 'send only orders that reduce a position, until "resume"',
      done: 'reduced to exits. No entry will be sent.',
    },
    finish,
  );
}
