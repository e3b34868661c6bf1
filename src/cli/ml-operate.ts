import type { Command } from 'commander';
import { commandLineActor, type AuditedAct } from '../access/audit';
import type { FlagValue } from '../config/load-config';
import type { Config } from '../config/schema';
import { CHANGEABLE_SETTINGS, type WishedSettings } from '../domain/model-gate/changes';
import { quoteValue } from '../domain/quote-value';
import { ExitCode } from '../process/exit-codes';
import type { PredictionsControl } from '../intake/predictions-control';
import { readReason } from './change-trading-state';
import { CliError } from './cli-error';
import { auditAround, auditAttempt } from './command-audit';
import { checkLiveFlag, LIVE_FLAG, loadCommandConfig, refuseNeedlessLive } from './command-config';
import { presentPause, presentServed, presentSettings, renderSettings } from './render-ml-operation';
import { withClient, type Purpose } from './temporal-access';
import { printJson, printLine, styleFor } from './terminal';

interface OperationOptions {
  readonly reason?: string;
  readonly configured?: boolean;
  readonly live?: boolean;
  readonly json?: boolean;
}

const SETTINGS_ARGUMENT = `settings to change, such as minimumReturn=0.0005; one of: ${CHANGEABLE_SETTINGS.join(', ')}`;

/** `oncefill ml pause`, `resume`, `config` and `load`: what people do to the predictions while they are made. */
export function addMlOperationCommands(ml: Command, finish: (exitCode: ExitCode) => void): void {
  ml.command('pause')
    .description('make no predictions until "ml resume", over every restart; positions go on')
    .requiredOption('--reason <text>', 'why; shown with the pause')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (options: OperationOptions, command: Command) => finish(await pausePredictions(command, options)));
  ml.command('resume')
    .description('make predictions again after "ml pause"')
    .requiredOption('--reason <text>', 'why; kept in the audit')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (options: OperationOptions, command: Command) => finish(await resumePredictions(command, options)));
  ml.command('config')
    .description('print how predictions become signals, or change it until the configuration says something new')
    .argument('[setting=value...]', SETTINGS_ARGUMENT)
    .option('--configured', 'change everything back to what the configuration says')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (words: readonly string[], options: OperationOptions, command: Command) =>
      finish(await showOrChangeSettings(command, words, options)),
    );
  ml.command('load')
    .description(
      'let another model predict, once it has answered; until then, and if it does not, the one before it goes on',
    )
    .argument('[file]', 'an .onnx file, of which a copy is kept in the data folder')
    .option('--configured', 'go back to the configured one')
    .option(...LIVE_FLAG)
    .option('--json', 'print JSON')
    .action(async (file: string | undefined, options: OperationOptions, command: Command) =>
      finish(await loadModel(command, file, options)),
    );
}

async function pausePredictions(
  command: Command,
  { reason = '', live = false, json }: OperationOptions,
): Promise<ExitCode> {
  const kept = readReason(reason, 'halted');
  const settings = await loadCommandConfig(command);
  refuseNeedlessLive(settings, live);
  const act = { what: 'ml.pause', target: settings.venue, why: kept } as const;
  const { who: by } = commandLineActor();
  try {
    const pausedNow = await withControl(settings, 'halt', (control) => control.pause({ by, reason: kept }));
    auditAttempt(settings, { ...act, result: 'done' });
    if (json) printJson({ running: false, pause: presentPause(pausedNow) });
    else printLine('Predictions are paused: no new signal is made until "oncefill ml resume". Positions go on.');
    return ExitCode.SUCCESS;
  } catch (error) {
    auditAttempt(settings, { ...act, result: 'failed' });
    throw error;
  }
}

async function resumePredictions(
  command: Command,
  { reason = '', live = false, json }: OperationOptions,
): Promise<ExitCode> {
  const why = readReason(reason, 'active');
  const settings = await loadCommandConfig(command);
  checkLiveFlag(settings, live);
  await audited(settings, 'ml.resume', settings.venue, why, (control, by) => control.resume({ by, reason: why }));
  if (json) printJson({ running: true });
  else printLine('Predictions are made again, with the newest candle.');
  return ExitCode.SUCCESS;
}

async function showOrChangeSettings(
  command: Command,
  words: readonly string[],
  { configured = false, live = false, json }: OperationOptions,
): Promise<ExitCode> {
  if (configured && words.length > 0) throw new CliError('Give settings or --configured, not both.', ExitCode.USAGE);
  const { settingFromText } = await import('../config/load-config');
  // What the configuration would refuse is refused in its own words.
  const flags = words.map((word) => readSetting(word, settingFromText));
  const settings = await loadCommandConfig(command, flags);
  const isChange = configured || words.length > 0;
  if (isChange) checkLiveFlag(settings, live);
  else refuseNeedlessLive(settings, live);
  const view = isChange
    ? await audited(
        settings,
        'ml.config',
        configured ? 'all as configured' : words.join(' '),
        '',
        async (control, by) => control.change({ settings: await wishedSettings(settings, flags), by }),
      )
    : await withControl(settings, 'look', (control) => control.settings());
  if (json) printJson(presentSettings(view));
  else printLine(renderSettings(view, styleFor(process.stdout)));
  return ExitCode.SUCCESS;
}

function readSetting(word: string, settingFromText: (path: string, text: string) => unknown): FlagValue {
  const [setting = '', value] = word.split(/=(.*)/s);
  const isKnown = CHANGEABLE_SETTINGS.some((name) => name === setting);
  if (!isKnown || !value) {
    const message = `${quoteValue(word)} is no setting=value that can be changed while predictions are made; these can: ${CHANGEABLE_SETTINGS.join(', ')}.`;
    throw new CliError(message, ExitCode.USAGE);
  }
  const path = `ml.${setting}`;
  return { flag: setting, path, value: settingFromText(path, value) };
}

/** As the gate has them, once the whole configuration has passed its checks with them. */
async function wishedSettings(settings: Config, flags: readonly FlagValue[]): Promise<WishedSettings> {
  const { gateSettingsOf } = await import('../config/gate-settings');
  const gate: Readonly<Record<string, unknown>> = { ...gateSettingsOf(settings) };
  return Object.fromEntries(flags.map(({ flag }) => [flag, gate[flag]])) as WishedSettings;
}

async function loadModel(
  command: Command,
  file: string | undefined,
  { configured = false, live = false, json }: OperationOptions,
): Promise<ExitCode> {
  if ((file === undefined) !== configured) throw new CliError('Give a file, or --configured.', ExitCode.USAGE);
  const settings = await loadCommandConfig(command);
  checkLiveFlag(settings, live);
  const [{ ModelShelf }, { openDataFolder }] = await Promise.all([
    import('../inference/model-shelf'),
    import('../access/private-folder'),
  ]);
  openDataFolder(settings.dataDir);
  const shelf = new ModelShelf(settings.dataDir);
  const sha256 = file === undefined ? undefined : await shelf.keep(file);
  try {
    const model = await audited(settings, 'ml.load', sha256 ?? 'the configured model', '', (control, by) =>
      control.load({ ...(sha256 !== undefined && { sha256 }), by }),
    );
    if (json) printJson({ status: 'loaded', model: presentServed(model) });
    else printLine(`${model.name} ${model.version} predicts from the next candle on (SHA-256 ${model.sha256}).`);
    return ExitCode.SUCCESS;
  } catch (error) {
    // One that nobody answered for may be loaded yet.
    const isRefused = error instanceof CliError && error.exitCode === ExitCode.REFUSED;
    if (!isRefused || file === undefined || sha256 === undefined) throw error;
    await shelf.forget(sha256);
    // The process that predicts knows the copy alone.
    throw new CliError(error.message.replaceAll(shelf.pathOf(sha256), file), error.exitCode);
  }
}

/** Does what lets signals be made, or makes other ones, with a line in the audit before it. */
function audited<Value>(
  settings: Config,
  what: AuditedAct,
  target: string,
  why: string,
  work: (control: PredictionsControl, by: string) => Promise<Value>,
): Promise<Value> {
  const { who } = commandLineActor();
  return auditAround(settings, { what, target, why }, async () => ({
    value: await withControl(settings, 'act', (control) => work(control, who)),
    result: 'done',
  }));
}

async function withControl<Value>(
  settings: Config,
  purpose: Purpose,
  work: (control: PredictionsControl) => Promise<Value>,
): Promise<Value> {
  const [{ createPredictionsControl, PredictionsError }, { environmentOf }] = await Promise.all([
    import('../intake/predictions-control'),
    import('../config/trading-environment'),
  ]);
  try {
    return await withClient(settings, purpose, ({ client }) =>
      work(createPredictionsControl(client, environmentOf(settings))),
    );
  } catch (error) {
    if (!(error instanceof PredictionsError)) throw error;
    const codes = {
      REFUSED: ExitCode.REFUSED,
      UNANSWERED: ExitCode.UNAVAILABLE,
      NOT_RUNNING: ExitCode.FAILURE,
    } as const;
    const code = error.refusal === undefined ? '' : ` (${error.refusal})`;
    throw new CliError(`${error.message}${code}`, codes[error.code]);
  }
}
