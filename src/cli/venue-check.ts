import type { Command } from 'commander';
import { environmentOf } from '../config/trading-environment';
import type { AccountReport, Answered } from '../domain/preflight/facts';
import type { PreflightFinding } from '../domain/preflight/finding';
import { ExitCode } from '../process/exit-codes';
import type { VenueCheck } from './ask-venue';
import { loadCommandConfig, TRADING } from './command-config';
import { printErrorLine, printJson, printLine, styleFor } from './terminal';

/**
 * refused: no engine would start. stopped: no entry would be sent, of some symbols at least. unknown: not everything could be read.
 * warned: something should be known.
 */
export type VenueVerdict = 'well' | 'warned' | 'unknown' | 'stopped' | 'refused';

const EXIT_CODES: Readonly<Record<VenueVerdict, ExitCode>> = {
  well: ExitCode.SUCCESS,
  warned: ExitCode.SUCCESS,
  unknown: ExitCode.UNAVAILABLE,
  stopped: ExitCode.FAILURE,
  refused: ExitCode.REFUSED,
};

/** What was not read is never taken for good. */
export function verdictOf({
  report,
  findings,
  problems,
  tradingState = 'active',
  held,
}: Omit<VenueCheck, 'venue' | 'environment'>): VenueVerdict {
  if (held !== undefined) return held.why === 'banned' ? 'stopped' : 'unknown';
  const has = (severity: PreflightFinding['severity']): boolean =>
    findings.some((finding) => finding.severity === severity && finding.code !== 'NOT_READ');
  if (has('refuse')) return 'refused';
  if (has('stop') || tradingState !== 'active') return 'stopped';
  const answers = report ? answersOf(report) : [];
  if (!answers.some(({ status }) => status === 'known')) return 'unknown';
  if (answers.some((answer) => answer.status === 'unread' && !answer.isFinal)) return 'unknown';
  const isStopped = findings.some(({ severity }) => severity === 'stop');
  if (isStopped) return 'stopped';
  return has('warn') || problems.length > 0 || findings.some(({ code }) => code === 'NOT_READ') ? 'warned' : 'well';
}

function answersOf(report: AccountReport): readonly Answered<unknown>[] {
  const { key, account, habits, fees, tradable, maintenance, symbols } = report;
  return [key, account, habits, fees, tradable, maintenance, ...Object.values(symbols)];
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
      const tell = (line: string): void => {
        if (!options.json) printErrorLine(line);
      };
      tell(`Asking ${config.venue} (${environmentOf(config)}) about the account …`);
      const onWait = (seconds: number): void =>
        tell(`More symbols than half of the request limits hold: the rest follows in ${seconds} s. Ctrl-C ends this.`);
      const check = await askVenue(config, process.env, { onWait });
      const status = verdictOf(check);
      if (options.json) printJson({ status, ...check });
      else printLine(renderVenueCheck(check, status, styleFor(process.stdout)));
      finish(EXIT_CODES[status]);
    });
}
