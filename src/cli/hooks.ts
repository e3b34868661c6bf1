import type { Command } from 'commander';
import { hookSecretsVariable } from '../config/hook-variables';
import type { HookSource } from '../config/hooks-schema';
import type { Config } from '../config/schema';
import type { Secret } from '../secrets/secret';
import { ExitCode } from '../process/exit-codes';
import { CliError } from './cli-error';
import { loadCommandConfig, SERVING } from './command-config';
import { renderForeseen, renderSource, type ShownSource } from './render-hooks';
import { printJson, printLine } from './terminal';

/** Beyond hooks.bodyLimitBytes, and so refused with the reason; what is larger yet was meant for something else. */
const BODY_BYTES_MAX = 16 * 1_048_576;

/** @throws CliError where there is no such source */
function sourceNamed({ hooks }: Config, name: string): HookSource {
  const source = Object.hasOwn(hooks.sources, name) ? hooks.sources[name] : undefined;
  if (source !== undefined) return source;
  const names = Object.keys(hooks.sources);
  const known =
    names.length === 0 ? 'hooks.sources names none; docs/hooks.md has an example' : `there are: ${names.join(', ')}`;
  throw new CliError(`No source "${name}" is configured; ${known}.`, ExitCode.USAGE);
}

/** What is wrong with the settings of hooks, also while they are off and nothing else looks at them. */
async function settingFaults(config: Config): Promise<readonly string[]> {
  const { checkHooks } = await import('../config/hooks-checks');
  const enabled = { ...config, hooks: { ...config.hooks, enabled: true } };
  return checkHooks(enabled, config.venues[config.venue]).map(({ path, message }) => `${path} ${message}.`);
}

/** @returns the secrets of a source, or what is wrong with them */
async function secretsOf(config: Config, name: string): Promise<readonly Secret[] | string> {
  const [{ loadHookSecrets }, { ConfigError }] = await Promise.all([
    import('../config/hook-secrets'),
    import('../config/config-error'),
  ]);
  const { hooks } = config;
  const sources = { [name]: sourceNamed(config, name) };
  try {
    const secrets = loadHookSecrets({ hooks: { ...hooks, enabled: true, sources } }, process.env);
    return secrets.get(name) ?? [];
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ source, message }) => `${source} ${message}`).join(' ');
    throw error;
  }
}

async function showSource(name: string, json: boolean, command: Command): Promise<ExitCode> {
  const config = await loadCommandConfig(command, [], SERVING);
  const source = sourceNamed(config, name);
  const { alertTemplate } = await import('../hooks/alert-template');
  const { enabled, port, allowedHosts } = config.hooks;
  const secrets = await secretsOf(config, name);
  const shown: ShownSource = {
    source: name,
    enabled,
    url: `http://127.0.0.1:${port}/hooks/${name}`,
    public_urls: allowedHosts.map((host) => `https://${host}/hooks/${name}`),
    authentication: source.authentication,
    secrets_variable: hookSecretsVariable(name),
    secrets: typeof secrets === 'string' ? 0 : secrets.length,
    ...(typeof secrets === 'string' && { secrets_fault: secrets }),
    message: alertTemplate(source),
    faults: (await settingFaults(config)).filter((fault) => fault.includes(`.${name}.`)),
    mapping: source,
  };
  if (json) printJson(shown);
  else printLine(renderSource(shown));
  return shown.faults.length === 0 && typeof secrets !== 'string' ? ExitCode.SUCCESS : ExitCode.FAILURE;
}

interface TestOptions {
  readonly body: string;
  readonly arrived?: string;
  readonly json?: boolean;
}

async function arrivalOf(text: string | undefined): Promise<number> {
  if (text === undefined) return Date.now();
  const { readTime } = await import('../intake/time-text');
  const time = readTime(text, Date.now());
  if ('timestampMs' in time) return time.timestampMs;
  throw new CliError(`--arrived is "${text}"; ${time.fault}.`, ExitCode.USAGE);
}

async function testSource(name: string, { body, arrived, json }: TestOptions, command: Command): Promise<ExitCode> {
  const config = await loadCommandConfig(command, [], SERVING);
  const source = sourceNamed(config, name);
  const [{ readBoundedFile, FileUnusableError }, { foreseeAlert }, { presentRequest }] = await Promise.all([
    import('../process/bounded-file'),
    import('../hooks/foresee-alert'),
    import('../api/present-signal'),
  ]);
  let bytes: Buffer;
  try {
    bytes = readBoundedFile(body, { bytesMax: BODY_BYTES_MAX, what: 'The body' });
  } catch (error) {
    if (error instanceof FileUnusableError) throw new CliError(error.message, ExitCode.USAGE);
    throw error;
  }
  const secrets = await secretsOf(config, name);
  const nowMs = await arrivalOf(arrived);
  const foreseen = foreseeAlert(config, source, typeof secrets === 'string' ? undefined : secrets, bytes, nowMs);
  const { signal, ...rest } = foreseen;
  if (json) {
    const { refusal, ...facts } = rest;
    printJson({
      source: name,
      accepted: refusal === undefined,
      ...facts,
      signal: signal && presentRequest(signal),
      ...refusal,
    });
  } else printLine(renderForeseen(foreseen, { enabled: config.hooks.enabled, secretsFault: secrets }));
  return foreseen.refusal === undefined ? ExitCode.SUCCESS : ExitCode.REFUSED;
}

/** `oncefill hooks show SOURCE` and `test SOURCE --body FILE`. */
export function addHooksCommands(program: Command, finish: (exitCode: ExitCode) => void): void {
  const hooks = program
    .command('hooks')
    .description('alerts of others that become signals: what to paste where, and a trial');
  hooks
    .command('show')
    .description('print the address and the message to paste into alerts, and how they are read')
    .argument('<source>', 'a name of hooks.sources')
    .option('--json', 'print JSON')
    .action(async (source: string, options: { readonly json?: boolean }, command: Command) =>
      finish(await showSource(source, options.json ?? false, command)),
    );
  hooks
    .command('test')
    .description('show which signal an alert would become, or why none, and send nothing')
    .argument('<source>', 'a name of hooks.sources')
    .requiredOption('--body <file>', 'what the sender sends')
    .option('--arrived <time>', 'judge it as if it came in then (default: now)')
    .option('--json', 'print JSON')
    .action(async (source: string, options: TestOptions, command: Command) =>
      finish(await testSource(source, options, command)),
    );
}
