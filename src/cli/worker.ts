import { Option, type Command } from 'commander';
import { openDataFolder } from '../access/private-folder';
import { COMPONENTS, type ComponentName } from '../messages/component';
import { followSupervisor } from '../process/lifeline';
import { candlesFlag, checkTradingEnvironment, loadCommandConfig } from './command-config';
import type { ExitCode } from '../process/exit-codes';

interface WorkerOptions {
  readonly taskQueue: readonly string[];
  readonly component?: ComponentName;
  readonly candles?: string;
  readonly live?: boolean;
}

/** `oncefill worker`: serves task queues in this process; `start` runs one such process per component. */
export function addWorkerCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('worker')
    .description('serve task queues in this process (start runs these for you)')
    .requiredOption('--task-queue <name...>', 'queues to serve: signals, entities, venue-<name>, inference')
    .addOption(
      new Option('--component <name>', 'register under this name, of which only one process may run').choices(
        COMPONENTS,
      ),
    )
    .option('--candles <dir>', 'the candle files that the paper venue plays')
    .option('--live', 'trade with real money; needs a live venue in the configuration')
    .action(async (options: WorkerOptions, command: Command) => {
      followSupervisor();
      const config = await loadCommandConfig(command, candlesFlag(options.candles));
      await checkTradingEnvironment(config, options.live ?? false);
      openDataFolder(config.dataDir);
      const [{ runWorkers }, { resolveTarget }, { claimDataFolder }] = await Promise.all([
        import('../../workers/run-workers'),
        import('../temporal/connection'),
        import('../temporal/folder-environment'),
      ]);
      claimDataFolder(config);
      const exitCode = await runWorkers({
        config,
        target: resolveTarget(config),
        taskQueues: options.taskQueue,
        component: options.component,
      });
      finish(exitCode as ExitCode);
    });
}
