import type { Command } from 'commander';
import { addTradingStateCommand } from './change-trading-state';
import type { ExitCode } from '../process/exit-codes';

/** `oncefill resume --reason TEXT` */
export function addResumeCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  addTradingStateCommand(
    program,
    {
      name: 'resume',
      to: 'active',
      description: 'trade again after "halt" or "reduce"; signals refused meanwhile stay refused',
      done: 'active.',
    },
    finish,
  );
}
