import type { Command } from 'commander';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig } from './command-config';
import { presentWorkers, renderWorkers } from './render-workers';
import { withClient } from './temporal-access';
import { printJson, printLine, styleFor } from './terminal';

/** `oncefill workers`: who is registered, and who should be. */
export function addWorkersCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('workers')
    .description('print who is registered: heartbeat ages, status, active tasks, sums (1: one is missing or silent)')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command);
      const { readWorkers } = await import('../observability/workers-report');
      const report = await withClient(config, 'look', ({ client }) => readWorkers(client, config));
      if (options.json) printJson(presentWorkers(report));
      else printLine(renderWorkers(report, styleFor(process.stdout)));
      finish(report.isComplete ? ExitCode.SUCCESS : ExitCode.FAILURE);
    });
}
