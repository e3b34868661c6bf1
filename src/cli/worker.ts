import { Option, type Command } from 'commander';
import { openDataFolder } from '../access/private-folder';
import { COMPONENTS, type ComponentName } from '../messages/component';
import { INFERENCE_TASK_QUEUE, MONITOR_TASK_QUEUE } from '../messages/ids';
import { ALERTING, candlesFlag, checkTradingEnvironment, loadCommandConfig, TALKING, TRADING } from './command-config';
import type { ExitCode } from '../process/exit-codes';
import { followStarter } from './follow-starter';
import { printErrorLine } from './terminal';
import { checkVerification, describeExtraTrust } from './verification';

interface WorkerOptions {
  readonly taskQueue: readonly string[];
  readonly component?: ComponentName;
  readonly candles?: string;
  readonly live?: boolean;
  readonly monitored?: boolean;
}

/** `oncefill worker`: serves task queues in this process; `start` runs one such process per component. */
export function addWorkerCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('worker')
    .description('serve task queues in this process (start runs these for you)')
    .requiredOption(
      '--task-queue <name...>',
      'queues to serve: signals, entities, venue-<name>, inference; or monitor, alone',
    )
    .addOption(
      new Option('--component <name>', 'register under this name, of which only one process may run').choices(
        COMPONENTS,
      ),
    )
    .option('--candles <dir>', 'the candle files that the paper venue plays')
    .addOption(new Option('--monitored', 'a system monitor starts beside it').hideHelp())
    .option('--live', 'trade with real money; needs a live venue in the configuration')
    .action(async (options: WorkerOptions, command: Command) => {
      followStarter();
      // Predictions need no keys of an exchange, so that process is given none.
      const needsKeys = options.taskQueue.some((queue) => ![INFERENCE_TASK_QUEUE, MONITOR_TASK_QUEUE].includes(queue));
      const isMonitor = options.taskQueue.every((queue) => queue === MONITOR_TASK_QUEUE);
      const needs = isMonitor ? ALERTING : needsKeys ? TRADING : TALKING;
      const config = await loadCommandConfig(command, candlesFlag(options.candles), needs);
      checkVerification(config);
      const trusted = describeExtraTrust(config);
      if (trusted !== undefined) printErrorLine(trusted);
      await checkTradingEnvironment(config, options.live ?? false, needsKeys);
      openDataFolder(config.dataDir);
      const [{ resolveTarget }, { claimDataFolder }] = await Promise.all([
        import('../temporal/connection'),
        import('../temporal/folder-environment'),
      ]);
      claimDataFolder(config);
      if (isMonitor) {
        const [{ runMonitor }, { loadAlerts }] = await Promise.all([
          import('../../workers/run-monitor'),
          import('../config/alerts'),
        ]);
        const alerts = loadAlerts({ env: process.env, cwd: process.cwd() });
        return finish((await runMonitor({ config, alerts, target: resolveTarget(config) })) as ExitCode);
      }
      const { runWorkers } = await import('../../workers/run-workers');
      const exitCode = await runWorkers({
        config,
        target: resolveTarget(config),
        taskQueues: options.taskQueue,
        component: options.component,
        isMonitored: options.monitored ?? false,
      });
      finish(exitCode as ExitCode);
    });
}
