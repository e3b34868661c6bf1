import { Option, type Command } from 'commander';
import { openDataFolder, tightenDataFolder } from '../access/private-folder';
import type { Config } from '../config/schema';
import { releaseStartLocks } from '../supervisor/start-locks';
import type { Finding } from '../domain/alerts/alert';
import { followNpm } from '../supervisor/npm-parent';
import { START_MODES, type StartMode } from '../supervisor/plan';
import type { System } from '../supervisor/system';
import { CliError } from './cli-error';
import { candlesFlag, checkLiveFlag, configFileOf, loadCommandConfig, STARTING } from './command-config';
import { ExitCode } from '../process/exit-codes';
import { outlastOutput } from './lost-output';
import { faultsOption } from './paper-venue';
import { checkStart } from './start-checks';
import { openPrinter } from './start-printer';
import { showStatus } from './status';
import { tellFindings } from './tell-finding';
import { printErrorLine } from './terminal';
import { describeExtraTrust } from './verification';

interface StartOptions {
  readonly mode: StartMode;
  readonly candles?: string;
  readonly faults?: string;
  readonly live?: boolean;
  readonly status?: boolean;
  readonly json?: boolean;
}

/** Counts how often processes die, for `/metrics`. Supervisors of several modes on one data folder are told apart by their mode. */
async function countRestarts(
  config: Config,
  mode: StartMode,
  { warn, errors }: Awaited<ReturnType<typeof openPrinter>>,
) {
  const { removeDeadSockets } = await import('../observability/metrics/metrics-socket');
  await removeDeadSockets(config.dataDir);
  const [{ openProcessMetrics }, { restartCounter }, { planProcesses }, { resolveTarget }] = await Promise.all([
    import('../observability/metrics/open-process-metrics'),
    import('../observability/metrics/process-metrics'),
    import('../supervisor/plan'),
    import('../temporal/connection'),
  ]);
  const name = mode === 'all' ? 'supervisor' : `supervisor_${mode}`;
  const metrics = openProcessMetrics({ config, name, errors, warn });
  const names: string[] = planProcesses(mode, config).map((planned) => planned.name);
  if (resolveTarget(config).isEmbedded) names.push('temporal');
  return { died: restartCounter(metrics.registry, names), close: () => metrics.close() };
}

/** The first request to stop is obeyed in good order, the second at once. */
function stopOnSignals(system: System, leave: () => void): void {
  let requested = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (!requested) {
      requested = true;
      system.requestStop();
      return;
    }
    printErrorLine(`Second ${signal}: ending everything at once.`);
    system.kill();
    leave();
    process.exit(ExitCode.INTERRUPTED);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  followNpm(() => {
    requested = true;
    system.requestStop();
  });
}

/** @throws CliError or FaultPlanError now, instead of from a child process that would be restarted */
async function checkFaults(faults: string | undefined, mode: StartMode, config: Config): Promise<void> {
  if (faults === undefined) return;
  const [{ planProcesses }, { readFaultSpecification }] = await Promise.all([
    import('../supervisor/plan'),
    import('../paper-venue/faults/fault-specification'),
  ]);
  readFaultSpecification(faults);
  if (planProcesses(mode, config).some(({ name }) => name === 'paper_venue')) return;
  throw new CliError('--faults was given, but no paper venue would be started. Leave it out.', ExitCode.USAGE);
}

/** Told here and to whoever keeps the book: that a start of before did not end in good order. */
async function tellFormerDeaths(
  dataDir: string,
  mode: StartMode,
  print: (line: string, important: boolean) => void,
  tell: (finding: Finding) => void,
): Promise<void> {
  const [{ deathsBefore }, { LOCKS_OF_MODE }] = await Promise.all([
    import('./former-start'),
    import('../supervisor/plan'),
  ]);
  for (const finding of deathsBefore(dataDir, LOCKS_OF_MODE[mode], Date.now())) {
    print(`ALERT ${finding.text}`, true);
    tell(finding);
  }
}

/** Who gets no predictions, where this start makes them. */
async function describeLeftOut(config: Config, mode: StartMode): Promise<string | undefined> {
  if (!config.ml.enabled || (mode !== 'all' && mode !== 'ml')) return undefined;
  const { predictedSymbols } = await import('../config/predicted-symbols');
  return predictedSymbols(config).leftOut;
}

async function startSystem(options: StartOptions, command: Command): Promise<ExitCode> {
  outlastOutput();
  const config = await loadCommandConfig(command, candlesFlag(options.candles), STARTING);
  const live = options.live ?? false;
  checkLiveFlag(config, live);
  const trades = options.mode === 'all' || options.mode === 'core';
  const proxy = await checkStart(config, { live, trades });
  const { describeAlerts, loadAlerts } = await import('../config/alerts');
  const alerts = describeAlerts(loadAlerts({ env: process.env, cwd: process.cwd() }));
  if (options.mode === 'all' || options.mode === 'api') {
    const { loadHookSecrets } = await import('../config/hook-secrets');
    loadHookSecrets(config, process.env);
  }
  await checkFaults(options.faults, options.mode, config);
  const [{ System }, { claimDataFolder }] = await Promise.all([
    import('../supervisor/system'),
    import('../temporal/folder-environment'),
  ]);
  // Before anything is written into it.
  const wasOpen = openDataFolder(config.dataDir);
  claimDataFolder(config);
  const closed = tightenDataFolder(config.dataDir);
  const printer = await openPrinter(config);
  const trusted = describeExtraTrust(config);
  if (trusted !== undefined) printer.print(trusted, true);
  if (proxy !== undefined) printer.print(proxy);
  const leftOut = await describeLeftOut(config, options.mode);
  if (leftOut !== undefined) printer.print(leftOut, true);
  const { foreignAddresses } = await import('../config/variables');
  for (const name of foreignAddresses(process.env))
    printer.print(
      `${name} holds the address of a service beside us, as Kubernetes sets it, and is taken for no setting.`,
    );
  if (wasOpen || closed > 0)
    printer.print(`${config.dataDir} was open to other users of this machine, and is private now.`);
  const findings = tellFindings(config.dataDir, printer.print);
  await tellFormerDeaths(config.dataDir, options.mode, printer.print, findings);
  const metrics = await countRestarts(config, options.mode, printer);
  try {
    const system = new System({
      config,
      mode: options.mode,
      configFile: configFileOf(command),
      candlesDir: options.candles,
      faults: options.faults,
      live,
      alerts,
      print: printer.print,
      findings,
      onDeath: metrics.died,
    });
    // Who was told to end at once did not die: the next start finds no lock.
    stopOnSignals(system, () => releaseStartLocks(config.dataDir, options.mode));
    const exitCode = await system.run();
    printer.print('Stopped.');
    return exitCode;
  } catch (error) {
    const isTaken = error instanceof Error && error.name === 'DataFolderInUseError';
    // As for any second ML manager: said, and no failure.
    if (!isTaken || options.mode !== 'ml') throw error;
    printer.print(error.message);
    return ExitCode.SUCCESS;
  } finally {
    metrics.close();
    printer.close();
  }
}

/** `oncefill start`: runs the system, or a part of it, until Ctrl-C. */
export function addStartCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('start')
    .description('run everything, or one part, until Ctrl-C')
    .addOption(
      new Option('--mode <mode>', 'what to run: ml (inference, ML manager), core (trading engine), api (HTTP API)')
        .choices(START_MODES)
        .default('all'),
    )
    .option('--candles <dir>', 'let the paper venue play candle files instead of simulated prices')
    .addOption(faultsOption())
    .option('--live', 'trade with real money; needs a live venue in the configuration, and its keys')
    .option('--status', 'start nothing; print a line per part, as "oncefill status" does')
    .option('--json', 'with --status: print JSON')
    .action(async (options: StartOptions, command: Command) => {
      finish(options.status ? await showStatus(command, options.json ?? false) : await startSystem(options, command));
    });
}
