import { Argument, InvalidArgumentError, type Command } from 'commander';
import { commandLineActor } from '../access/audit';
import type { Config } from '../config/schema';
import { SILENCED_RULES, silenceSpanOf } from '../domain/alerts/silence-words';
import { EVERY_RULE, type SilencedRule } from '../domain/alerts/state';
import type { SilenceError, SilencePlan } from '../observability/alerts/silencing';
import { ExitCode } from '../process/exit-codes';
import { addAlertsTestCommand } from './alerts-test';
import { CliError } from './cli-error';
import { auditAround } from './command-audit';
import { loadCommandConfig } from './command-config';
import { presentAlerts, renderAlerts } from './render-alerts';
import { printErrorLine, printJson, printLine } from './terminal';

/** A parser of spans such as `30m`, `2h`, `1d`. @returns milliseconds, at most SILENCE_MAX_MS */
export function spanOf(text: string): number {
  const spanMs = silenceSpanOf(text);
  if (spanMs !== undefined) return spanMs;
  throw new InvalidArgumentError('It must be a span such as 30m, 2h or 1d, at most 7d.');
}

interface SilenceOptions {
  readonly for: number;
  readonly reason: string;
  readonly subject?: string;
}

async function listAlerts(json: boolean, command: Command): Promise<ExitCode> {
  const { dataDir } = await loadCommandConfig(command);
  const { lookAtAlerts } = await import('../observability/alerts/look-at-alerts');
  const looked = lookAtAlerts(dataDir);
  const shown = presentAlerts(looked, Date.now());
  if (json) printJson(shown);
  else printLine(renderAlerts(shown));
  return looked.unknown.length === 0 ? ExitCode.SUCCESS : ExitCode.FAILURE;
}

const EXIT_CODES: Readonly<Record<SilenceError['code'], ExitCode>> = {
  INVALID: ExitCode.USAGE,
  TOO_MANY: ExitCode.REFUSED,
  NOT_FOUND: ExitCode.NOT_FOUND,
};

/** @throws CliError in place of a SilenceError */
function planned(plan: () => SilencePlan): SilencePlan {
  try {
    return plan();
  } catch (error) {
    if ((error as Error).name !== 'SilenceError') throw error;
    throw new CliError((error as Error).message, EXIT_CODES[(error as SilenceError).code]);
  }
}

async function silence(rule: SilencedRule, options: SilenceOptions, command: Command): Promise<ExitCode> {
  const { planSilence } = await import('../observability/alerts/silencing');
  const config = await loadCommandConfig(command);
  const { for: spanMs, reason, subject } = options;
  const { who } = commandLineActor();
  const plan = planned(() => planSilence(config.dataDir, { rule, subject, spanMs, reason, who }, Date.now()));
  return carryOut(config, 'alerts.silence', plan);
}

async function unsilence(rule: SilencedRule, subject: string | undefined, command: Command): Promise<ExitCode> {
  const { planUnsilence } = await import('../observability/alerts/silencing');
  const config = await loadCommandConfig(command);
  return carryOut(
    config,
    'alerts.unsilence',
    planned(() => planUnsilence(config.dataDir, { rule, subject }, Date.now())),
  );
}

async function carryOut(
  config: Config,
  what: 'alerts.silence' | 'alerts.unsilence',
  { target, reason, detail, leave, done, hint }: SilencePlan,
): Promise<ExitCode> {
  await auditAround(config, { what, target, why: reason }, async () => {
    leave();
    return { value: undefined, result: 'done', detail };
  });
  printLine(done);
  if (hint !== undefined) printErrorLine(hint);
  return ExitCode.SUCCESS;
}

/** `oncefill alerts list`, `test`, `silence` and `unsilence`. */
export function addAlertsCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const rule = (): Argument => new Argument('<rule>', `which condition, or ${EVERY_RULE}`).choices([...SILENCED_RULES]);
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
