import type { Connection } from '@temporalio/client';
import type { Command } from 'commander';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig, STARTING } from './command-config';
import type { Check, DoctorContext } from './doctor/check';
import { printJson, printLine, styleFor } from './terminal';

/** In the order in which people would mend them. */
async function allChecks(): Promise<readonly Check[]> {
  const [machine, files, server, venue, preflight] = await Promise.all([
    import('./doctor/machine-checks'),
    import('./doctor/file-checks'),
    import('./doctor/server-checks'),
    import('./doctor/venue-checks'),
    import('./doctor/venue-preflight-check'),
  ]);
  return [
    machine.NODE_CHECK,
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
      const config = await loadCommandConfig(command, [], STARTING);
      const [{ runChecks }, { renderDoctor }, { connectServer, resolveAnyTarget }] = await Promise.all([
        import('./doctor/check'),
        import('./doctor/render-doctor'),
        import('../temporal/connection'),
      ]);
      let connecting: Promise<Connection> | undefined;
      const { env } = process;
      const server = (): Promise<Connection> => (connecting ??= connectServer(resolveAnyTarget(config, env)));
      const context: DoctorContext = { config, cwd: process.cwd(), env, server };
      const checked = await runChecks(await allChecks(), context);
      // A server that hangs may answer after all; nobody waits for it.
      connecting?.then((connection) => connection.close()).catch(() => undefined);
      const isWell = checked.every(({ verdict }) => verdict !== 'mend');
      if (options.json) printJson({ status: isWell ? 'well' : 'mend', checks: checked });
      else printLine(renderDoctor(checked, styleFor(process.stdout)));
      finish(isWell ? ExitCode.SUCCESS : ExitCode.FAILURE);
    });
}
