import { Argument, InvalidArgumentError, type Command } from 'commander';
import { commandLineActor } from '../access/audit';
import { ALERT_RULES } from '../domain/alerts/alert';
import {
  EVERY_RULE,
  SILENCE_MAX_MS,
  SILENCES_MAX,
  SUBJECT_LENGTH_MAX,
  type AlertState,
  type Silence,
  type SilencedRule,
} from '../domain/alerts/state';
import { quoteValue } from '../domain/quote-value';
import { faultOfReadableText, faultOfReason } from '../domain/readable-text';
import { ExitCode } from '../process/exit-codes';
import { printable } from '../process/printable';
import { addAlertsTestCommand } from './alerts-test';
import { CliError } from './cli-error';
import { auditAround } from './command-audit';
import { loadCommandConfig } from './command-config';
import { presentAlerts, renderAlerts } from './render-alerts';
import { printErrorLine, printJson, printLine } from './terminal';

/** Of those that a sentence names. */
const SUBJECTS_NAMED_MAX = 10;
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

async function lookNow(dataDir: string) {
  const { lookAtAlerts, stateAfterSpool } = await import('../observability/alerts/look-at-alerts');
  const looked = lookAtAlerts(dataDir);
  return { looked, state: stateAfterSpool(looked, Date.now()) };
}

async function listAlerts(json: boolean, command: Command): Promise<ExitCode> {
  const { dataDir } = await loadCommandConfig(command);
  const { looked } = await lookNow(dataDir);
  const shown = presentAlerts(looked, Date.now());
  if (json) printJson(shown);
  else printLine(renderAlerts(shown));
  return looked.unknown.length === 0 ? ExitCode.SUCCESS : ExitCode.FAILURE;
}

/** What a silence is about, in words. */
function inWords({ rule, subject }: Pick<Silence, 'rule' | 'subject'>): string {
  const what = rule === EVERY_RULE ? 'any alert' : rule;
  return subject === undefined ? what : `${what} (${printable(subject)})`;
}

async function silence(rule: SilencedRule, options: SilenceOptions, command: Command): Promise<ExitCode> {
  const { leaveEvent } = await import('../observability/alerts/spool');
  const { subject } = options;
  const reason = options.reason.trim();
  checkTexts(reason, subject);
  const config = await loadCommandConfig(command);
  const { state } = await lookNow(config.dataDir);
  const isNew = !state.silences.some((other) => other.rule === rule && other.subject === subject);
  if (isNew && state.silences.length >= SILENCES_MAX) {
    throw new CliError(
      `There are ${SILENCES_MAX} silences already: take one back with "oncefill alerts unsilence".`,
      ExitCode.REFUSED,
    );
  }
  const untilMs = Date.now() + options.for;
  const until = new Date(untilMs).toISOString();
  const target = subject === undefined ? rule : `${rule} (${subject})`;
  const act = { what: 'alerts.silence', target, why: reason } as const;
  await auditAround(config, act, async () => {
    const kept = { rule, ...(subject === undefined ? {} : { subject }), reason, who: commandLineActor().who, untilMs };
    leaveEvent(config.dataDir, { kind: 'silence', silence: kept });
    return { value: undefined, result: 'done', detail: `until ${until}` };
  });
  const about = inWords({ rule, subject });
  printLine(`Nobody is told of ${about} until ${until}; "oncefill alerts list" shows it all the same.`);
  const hint = hintOfSubject(rule, subject, state);
  if (hint !== undefined) printErrorLine(hint);
  return ExitCode.SUCCESS;
}

/** A subject that nothing is about now may be meant for later, or be a slip. */
function hintOfSubject(rule: SilencedRule, subject: string | undefined, { alerts }: AlertState): string | undefined {
  const subjects = alerts.filter((alert) => rule === EVERY_RULE || alert.rule === rule).map((alert) => alert.subject);
  if (subject === undefined || subjects.includes(subject)) return undefined;
  const named = [...new Set(subjects)].slice(0, SUBJECTS_NAMED_MAX).map(printable).join(', ');
  const others = named === '' ? 'it holds about nothing' : `it holds about ${named}`;
  return `Is the subject right? ${rule === EVERY_RULE ? 'No alert' : rule} is about ${printable(subject)} now: ${others}.`;
}

/** @throws CliError where there is no such silence */
function checkSilenced(target: Pick<Silence, 'rule' | 'subject'>, { silences }: AlertState): void {
  const { rule, subject } = target;
  if (silences.some((other) => other.rule === rule && other.subject === subject)) return;
  const near = silences.filter((other) => other.rule === rule || other.rule === EVERY_RULE || rule === EVERY_RULE);
  const named = near.slice(0, SUBJECTS_NAMED_MAX).map((other) => {
    const option = other.subject === undefined ? '' : ` --subject ${quoteValue(other.subject)}`;
    return `"oncefill alerts unsilence ${other.rule}${option}"`;
  });
  const stands = named.length === 0 ? '' : ` What stands is taken back by ${named.join(', ')}.`;
  throw new CliError(`No silence of ${inWords(target)} stands, so none was taken back.${stands}`, ExitCode.NOT_FOUND);
}

async function unsilence(rule: SilencedRule, subject: string | undefined, command: Command): Promise<ExitCode> {
  const { leaveEvent } = await import('../observability/alerts/spool');
  checkTexts(undefined, subject);
  const config = await loadCommandConfig(command);
  const { looked, state } = await lookNow(config.dataDir);
  // Of what cannot be read it is not known whether it is silenced.
  if (looked.unknown.length === 0) checkSilenced({ rule, subject }, state);
  const target = subject === undefined ? rule : `${rule} (${subject})`;
  await auditAround(config, { what: 'alerts.unsilence', target }, async () => {
    leaveEvent(config.dataDir, { kind: 'unsilence', rule, ...(subject === undefined ? {} : { subject }) });
    return { value: undefined, result: 'done' };
  });
  const left = state.silences.filter((other) => other.rule === EVERY_RULE || other.rule === rule).length - 1;
  const more = left > 0 ? ' Other silences about it still stand: "oncefill alerts list".' : '';
  printLine(
    `The silence of ${inWords({ rule, subject })} is taken back: who is concerned is told again from now on.${more}`,
  );
  return ExitCode.SUCCESS;
}

/** `oncefill alerts list`, `test`, `silence` and `unsilence`. */
export function addAlertsCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const rule = (): Argument =>
    new Argument('<rule>', `which condition, or ${EVERY_RULE}`).choices([...ALERT_RULES, EVERY_RULE]);
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
    .action(async (name: SilencedRule, options: SilenceOptions, command: Command) =>
      finish(await silence(name, options, command)),
    );
  alerts
    .command('unsilence')
    .description('take a silence back')
    .addArgument(rule())
    .option('--subject <subject>', 'the one that was silenced alone')
    .action(async (name: SilencedRule, { subject }: { readonly subject?: string }, command: Command) =>
      finish(await unsilence(name, subject, command)),
    );
}
