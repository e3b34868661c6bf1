import type { Command } from 'commander';
import type { PreflightFinding } from '../domain/preflight/finding';
import { ExitCode } from '../process/exit-codes';
import { loadCommandConfig, TRADING } from './command-config';
import { printJson, printLine, styleFor } from './terminal';

/** refused: no engine would start. stopped: no entry would be sent, of some symbols at least. warned: something should be known. */
export type VenueVerdict = 'well' | 'warned' | 'stopped' | 'refused';

const EXIT_CODES: Readonly<Record<VenueVerdict, ExitCode>> = {
  well: ExitCode.SUCCESS,
  warned: ExitCode.SUCCESS,
  stopped: ExitCode.FAILURE,
  refused: ExitCode.REFUSED,
};

export function verdictOf(findings: readonly PreflightFinding[]): VenueVerdict {
  const has = (severity: PreflightFinding['severity']): boolean =>
    findings.some((finding) => finding.severity === severity);
  if (has('refuse')) return 'refused';
  if (has('stop')) return 'stopped';
  return has('warn') ? 'warned' : 'well';
}

/** Adds `oncefill venue check`. */
export function addVenueCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const venue = program.command('venue').description('what the exchange tells of your account');
  venue
    .command('check')
    .description('check key, account, leverage, fees and symbols, as every start does; changes nothing')
    .option('--json', 'print JSON')
    .action(async (options: { readonly json?: boolean }, command: Command) => {
      const config = await loadCommandConfig(command, [], TRADING);
      const [{ askVenue }, { renderVenueCheck }] = await Promise.all([
        import('./ask-venue'),
        import('./render-venue-check'),
      ]);
      const check = await askVenue(config, process.env);
      const status = verdictOf(check.findings);
      if (options.json) printJson({ status, ...check });
      else printLine(renderVenueCheck(check, status, styleFor(process.stdout)));
      finish(EXIT_CODES[status]);
    });
}
