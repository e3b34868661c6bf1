import type { Command } from 'commander';
import { addTradingStateCommand } from './change-trading-state';
import type { ExitCode } from '../process/exit-codes';

/** `oncefill halt --reason TEXT` */
export function addHaltCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  addTradingStateCommand(
    program,
    {
      name: 'halt',
      to: 'halted',
      description: 'send no more orders, not even exits, until "resume"; orders at the venue stay as they are',
      done: 'halted. No order will be sent.',
    },
    finish,
  );
}
