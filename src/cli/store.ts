import type { Command } from 'commander';
import { addStoreAcceptCommand } from './store-accept';
import { addStoreShowCommand } from './store-show';
import type { ExitCode } from '../process/exit-codes';

/** Adds `oncefill store show` and `accept`. */
export function addStoreCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const store = program.command('store').description("look at the Temporal server's store, or accept another one");
  addStoreShowCommand(store, finish);
  addStoreAcceptCommand(store, finish);
}
