import type { Connection } from '@temporalio/client';
import type { Command } from 'commander';
import { ExitCode } from '../process/exit-codes';
import type { Config } from '../config/schema';
import { configFileOf, loadCommandConfig, STARTING } from './command-config';
import type { BareContext, Check, Checked } from './doctor/check';
import { printJson, printLine, styleFor } from './terminal';

/** In the order in which people would mend them. */
async function allChecks(config: Check): Promise<readonly Check[]> {
  const [machine, files, server, venue, preflight] = await Promise.all([
    import('./doctor/machine-checks'),
    import('./doctor/file-checks'),
    import('./doctor/server-checks'),
    import('./doctor/venue-checks'),
    import('./doctor/venue-preflight-check'),
  ]);
  return [
    machine.NODE_CHECK,
    config,
    machine.INSTALLATION_CHECK,
    files.FOLDER_CHECK,
    files.DOT_ENV_CHECK,
    machine.DISK_CHECK,
    files.LOGS_CHECK,
    machine.PORTS_CHECK,
    server.SERVER_CHECK,
    server.REACH_CHECK,
    server.NAMESPACE_CHECK,
    server.RETENTION_CHECK,
    server.ATTRIBUTES_CHECK,
    server.SERVER_CLOCK_CHECK,
    venue.VENUE_CLOCK_CHECK,
    venue.VENUE_ACCOUNT_CHECK,
    preflight.VENUE_PREFLIGHT_CHECK,
    files.MODEL_CHECK,
    files.ALERTS_CHECK,
  ];
}

/** `oncefill doctor` */
export function addDoctorCommand(program: Command, finish: (exitCode: ExitCode) => void): void {
  program
    .command('doctor')
    .description('check this installation, running or not: what was found, and how to mend it; changes nothing')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const checked = await check(command);
      const isWell = checked.every(({ verdict }) => verdict !== 'mend');
      if (options.json) printJson({ status: isWell ? 'well' : 'mend', checks: checked });
      else {
        const { renderDoctor } = await import('./doctor/render-doctor');
        printLine(renderDoctor(checked, styleFor(process.stdout)));
      }
      finish(isWell ? ExitCode.SUCCESS : ExitCode.FAILURE);
    });
}

/** A configuration that cannot be used is one thing to mend: what needs none is checked all the same. */
async function check(command: Command): Promise<readonly Checked[]> {
  const [{ runChecks }, { configCheck, judgeConfigFault }, { connectServer, resolveAnyTarget }] = await Promise.all([
    import('./doctor/check'),
    import('./doctor/config-check'),
    import('../temporal/connection'),
  ]);
  const bare: BareContext = { cwd: process.cwd(), env: process.env };
  const file = configFileOf(command);
  let config: Config;
  try {
    config = await loadCommandConfig(command, [], STARTING);
  } catch (error) {
    return runChecks(await allChecks(configCheck(file, judgeConfigFault(error))), bare);
  }
  let connecting: Promise<Connection> | undefined;
  const server = (): Promise<Connection> => (connecting ??= connectServer(resolveAnyTarget(config, bare.env)));
  const checked = await runChecks(await allChecks(configCheck(file)), { ...bare, config, server });
  // A server that hangs may answer after all; nobody waits for it.
  connecting?.then((connection) => connection.close()).catch(() => undefined);
  return checked;
}
