import type { Command } from 'commander';
import { addStoreAcceptCommand, type StoreAudit } from './store-accept';
import { addStoreShowCommand } from './store-show';
import type { ExitCode } from '../process/exit-codes';

/** Adds `oncefill store show` and `accept`. @param audit absent: the log `bot_trading` */
export function addStoreCommands(program: Command, finish: (exitCode: ExitCode) => void, audit?: StoreAudit): void {
  const store = program.command('store').description("look at the Temporal server's store, or accept another one");
  addStoreShowCommand(store, finish);
  addStoreAcceptCommand(store, finish, audit);
}
