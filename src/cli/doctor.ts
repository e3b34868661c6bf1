import type { Connection } from '@temporalio/client';
import type { Command } from 'commander';
import { ExitCode } from '../process/exit-codes';
import type { Config } from '../config/schema';
import { configFileOf, loadCommandConfig, STARTING } from './command-config';
import { HEALTH, type BareContext, type Check, type Checked } from './doctor/check';
import type { VenueAccess } from './venue-access';
import { printJson, printLine, styleFor } from './terminal';

/** In the order in which people would mend them. */
async function allChecks(config: Check): Promise<readonly Check[]> {
  const [machine, files, kept, server, health, venue, preflight, protection, start] = await Promise.all([
    import('./doctor/machine-checks'),
    import('./doctor/file-checks'),
    import('./doctor/kept-checks'),
    import('./doctor/server-checks'),
    import('./doctor/health-check'),
    import('./doctor/venue-checks'),
    import('./doctor/venue-preflight-check'),
    import('./doctor/protection-check'),
    import('./doctor/start-check'),
  ]);
  return [
    machine.NODE_CHECK,
    config,
    start.START_CHECK,
    machine.INSTALLATION_CHECK,
    files.FOLDER_CHECK,
    ...kept.KEPT_CHECKS,
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
    health.HEALTH_CHECK,
    venue.VENUE_CLOCK_CHECK,
    venue.VENUE_ACCOUNT_CHECK,
    preflight.VENUE_PREFLIGHT_CHECK,
    protection.PROTECTION_CHECK,
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
      const status = statusOf(checked);
      if (options.json) printJson({ status, checks: checked });
      else {
        const { renderDoctor } = await import('./doctor/render-doctor');
        printLine(renderDoctor(checked, styleFor(process.stdout)));
      }
      finish(status === 'mend' ? ExitCode.FAILURE : ExitCode.SUCCESS);
    });
}

/**
 * How the whole is. What a busy machine did not tell in time is no fault of a system that is known to be healthy; of any other it may
 * be the very thing that is wrong.
 */
export function statusOf(checked: readonly Checked[]): 'well' | 'unknown' | 'mend' {
  if (checked.some(({ verdict }) => verdict === 'mend')) return 'mend';
  if (checked.every(({ verdict }) => verdict !== 'unknown')) return 'well';
  return checked.some(({ name, verdict }) => name === HEALTH && verdict === 'well') ? 'unknown' : 'mend';
}

/** A configuration that cannot be used is one thing to mend: what needs none is checked all the same. */
async function check(command: Command): Promise<readonly Checked[]> {
  const [checks, { configCheck, judgeConfigFault }, connections, { openVenueAccess }] = await Promise.all([
    import('./doctor/check'),
    import('./doctor/config-check'),
    import('../temporal/connection'),
    import('./venue-access'),
  ]);
  const { runChecks } = checks;
  const { connectServer, resolveAnyTarget } = connections;
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
  let opening: Promise<VenueAccess> | undefined;
  const access = (): Promise<VenueAccess> => (opening ??= openVenueAccess(config, bare.env));
  const checked = await runChecks(await allChecks(configCheck(file)), { ...bare, config, server, access });
  opening?.then((opened) => (opened.status === 'open' ? opened.close() : undefined)).catch(() => undefined);
  // A server that hangs may answer after all; nobody waits for it.
  connecting?.then((connection) => connection.close()).catch(() => undefined);
  return checked;
}
