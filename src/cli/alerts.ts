import { Argument, InvalidArgumentError, type Command } from 'commander';
import { commandLineActor } from '../access/audit';
import { ALERT_RULES, type AlertRule } from '../domain/alerts/alert';
import { SILENCE_MAX_MS, SILENCES_MAX, SUBJECT_LENGTH_MAX } from '../domain/alerts/state';
import { quoteValue } from '../domain/quote-value';
import { faultOfReadableText, faultOfReason } from '../domain/readable-text';
import { ExitCode } from '../process/exit-codes';
import { addAlertsTestCommand } from './alerts-test';
import { CliError } from './cli-error';
import { auditAround } from './command-audit';
import { loadCommandConfig } from './command-config';
import { presentAlerts, renderAlerts } from './render-alerts';
import { printJson, printLine } from './terminal';

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A parser of spans such as `30m`, `2h`, `1d`. @returns milliseconds, at most SILENCE_MAX_MS */
export function spanOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const spanMs = Number(count) * (UNITS_MS[unit] ?? 0);
  if (spanMs > 0 && spanMs <= SILENCE_MAX_MS) return spanMs;
  throw new InvalidArgumentError('It must be a span such as 30m, 2h or 1d, at most 7d.');
}

interface SilenceOptions {
  readonly for: number;
  readonly reason: string;
  readonly subject?: string;
}

function checkTexts(reason: string | undefined, subject: string | undefined): void {
  const fault = reason === undefined ? undefined : faultOfReason(reason);
  if (fault !== undefined) throw new CliError(`The reason cannot be kept: it ${fault}.`, ExitCode.USAGE);
  if (subject === undefined) return;
  const tooLong = subject.length > SUBJECT_LENGTH_MAX ? `has more than ${SUBJECT_LENGTH_MAX} characters` : undefined;
  const unfit = faultOfReadableText(subject) ?? tooLong;
  if (unfit !== undefined) {
    throw new CliError(`The subject ${quoteValue(subject)} cannot be meant: it ${unfit}.`, ExitCode.USAGE);
  }
}

async function listAlerts(json: boolean, command: Command): Promise<ExitCode> {
  const { readBook } = await import('../observability/alerts/book-file');
  const { readSpool } = await import('../observability/alerts/spool');
  const { dataDir } = await loadCommandConfig(command);
  const found = readBook(dataDir);
  const shown = presentAlerts(found, readSpool(dataDir), Date.now());
  if (json) printJson(shown);
  else printLine(renderAlerts(shown));
  return ExitCode.SUCCESS;
}

async function silence(rule: AlertRule, options: SilenceOptions, command: Command): Promise<ExitCode> {
  const { readBook } = await import('../observability/alerts/book-file');
  const { leaveEvent } = await import('../observability/alerts/spool');
  const { subject } = options;
  const reason = options.reason.trim();
  checkTexts(reason, subject);
  const config = await loadCommandConfig(command);
  if (readBook(config.dataDir).book.state.silences.length >= SILENCES_MAX) {
    throw new CliError(
      `There are ${SILENCES_MAX} silences already: take one back with "oncefill alerts unsilence".`,
      ExitCode.REFUSED,
    );
  }
  const untilMs = Date.now() + options.for;
  const until = new Date(untilMs).toISOString();
  const about = subject === undefined ? rule : `${rule} (${subject})`;
  const act = { what: 'alerts.silence', target: about, why: reason } as const;
  await auditAround(config, act, async () => {
    const kept = { rule, ...(subject === undefined ? {} : { subject }), reason, who: commandLineActor().who, untilMs };
    leaveEvent(config.dataDir, { kind: 'silence', silence: kept });
    return { value: undefined, result: 'done', detail: `until ${until}` };
  });
  printLine(`Nobody is told of ${about} until ${until}; "oncefill alerts list" shows it all the same.`);
  return ExitCode.SUCCESS;
}

async function unsilence(rule: AlertRule, subject: string | undefined, command: Command): Promise<ExitCode> {
  const { leaveEvent } = await import('../observability/alerts/spool');
  checkTexts(undefined, subject);
  const config = await loadCommandConfig(command);
  const about = subject === undefined ? rule : `${rule} (${subject})`;
  await auditAround(config, { what: 'alerts.unsilence', target: about }, async () => {
    leaveEvent(config.dataDir, { kind: 'unsilence', rule, ...(subject === undefined ? {} : { subject }) });
    return { value: undefined, result: 'done' };
  });
  printLine(`A silence of ${about} is taken back: who is concerned is told again from now on.`);
  return ExitCode.SUCCESS;
}

/** `oncefill alerts list`, `test`, `silence` and `unsilence`. */
export function addAlertsCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const rule = (): Argument => new Argument('<rule>', 'which condition').choices(ALERT_RULES);
  const alerts = program.command('alerts').description('show what people are told of, and silence it for a while');
  alerts
    .command('list')
    .description('what holds now, what is silenced, and what waits to be told')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { readonly json?: boolean }, command: Command) =>
      finish(await listAlerts(json, command)),
    );
  addAlertsTestCommand(alerts, finish);
  alerts
    .command('silence')
    .description('tell nobody of a condition for a while; its end is told to those who heard of it')
    .addArgument(rule())
    .requiredOption('--for <span>', 'how long: 30m, 2h, 1d; at most 7d', spanOf)
    .requiredOption('--reason <text>', 'why; kept with the silence and in the audit')
    .option('--subject <subject>', 'only where it is about this, as printed by "alerts list"')
    .action(async (name: AlertRule, options: SilenceOptions, command: Command) =>
      finish(await silence(name, options, command)),
    );
  alerts
    .command('unsilence')
    .description('take a silence back')
    .addArgument(rule())
    .option('--subject <subject>', 'the one that was silenced alone')
    .action(async (name: AlertRule, { subject }: { readonly subject?: string }, command: Command) =>
      finish(await unsilence(name, subject, command)),
    );
}
