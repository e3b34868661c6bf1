import type { Command } from 'commander';
import type { FlagValue } from '../config/load-config';
import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import type { VariableGroup } from '../config/variables';
import { CliError } from './cli-error';
import { ExitCode } from '../process/exit-codes';

/** What a command may take from `.env`, beside settings. Exchange keys are never taken for paper. */
type Needs = readonly VariableGroup[];
/** It speaks to nobody but its clients. */
export const ALONE: Needs = [];
/** It speaks to the Temporal server. */
export const TALKING: Needs = ['server access'];
/** It trades. */
export const TRADING: Needs = ['server access', 'exchange keys'];
/** It tells people. */
export const ALERTING: Needs = ['server access', 'alert channels'];
/** It takes the alerts of others. */
export const SERVING: Needs = ['server access', 'hook secrets'];
/** It starts what trades, what tells people, and what takes alerts. */
export const STARTING: Needs = [...TRADING, 'alert channels', 'hook secrets'];

/**
 * Reads the configuration for a command: `.env`, files, environment, then the command's own flags. Secrets among the
 * variables are blotted out of what this process writes from then on.
 *
 * @throws ConfigError that lists every problem
 */
export async function loadCommandConfig(
  command: Command,
  flags: readonly FlagValue[] = [],
  needs: Needs = TALKING,
): Promise<Config> {
  const [{ loadConfig }, { applyDotEnv, checkDotEnv, readDotEnv }, { secretValues }, { rememberSecret }] =
    await Promise.all([
      import('../config/load-config'),
      import('../config/dot-env'),
      import('../config/variables'),
      import('../secrets/known-secrets'),
    ]);
  const cwd = process.cwd();
  const { env } = process;
  const remember = (variables: NodeJS.ProcessEnv): void => secretValues(variables).forEach(rememberSecret);
  // Before anything can be refused: a refusal may show what somebody put into the wrong place.
  remember(env);
  const dotEnv = readDotEnv(cwd);
  remember(Object.fromEntries((dotEnv?.lines ?? []).map(({ name, value }) => [name, value])));
  applyDotEnv(dotEnv, ['settings', ...needs.filter((group) => group !== 'exchange keys')], env);
  const sources = { file: configFileOf(command), env, cwd };
  const config = loadConfig({ ...sources, flags });
  checkDotEnv(dotEnv, config);
  if (needs.includes('exchange keys') && environmentOf(config) !== 'paper') applyDotEnv(dotEnv, ['exchange keys'], env);
  const symbols = await symbolsOfCandles(config);
  return symbols === undefined ? config : loadConfig({ ...sources, flags: [...flags, symbols] });
}

/** With candle files the paper venue trades the files' symbols, so that every other part must watch the same ones. */
async function symbolsOfCandles({ venue, venues, paperVenue }: Config): Promise<FlagValue | undefined> {
  const { environment, settleAsset } = venues[venue] ?? {};
  if (paperVenue.candlesDir === undefined || environment !== 'paper') return undefined;
  const { candleSymbols } = await import('../paper-venue/market/candle-directory');
  const symbols = candleSymbols(paperVenue.candlesDir, settleAsset);
  // A folder without candle files is reported by the paper venue, in its own words.
  if (symbols.length === 0) return undefined;
  return { flag: '--candles', path: `venues.${venue}.symbols`, value: symbols };
}

/**
 * The file given with `--config` or by its variable, if any. A variable that is set to nothing counts as not set, as
 * everywhere; an option with nothing behind it is most likely a script's empty variable, and meant a file.
 *
 * @throws CliError when the option names nothing: what follows would be done to another system
 */
export function configFileOf(command: Command): string | undefined {
  const file = command.optsWithGlobals<{ config?: string }>().config?.trim();
  if (file !== '') return file;
  if (command.getOptionValueSourceWithGlobals('config') === 'env') return undefined;
  throw new CliError('--config is empty: name a file, or leave it out to use the defaults.', ExitCode.USAGE);
}

/** `--candles DIR` as a setting. */
export function candlesFlag(folder: string | undefined): readonly FlagValue[] {
  return folder === undefined ? [] : [{ flag: '--candles', path: 'paperVenue.candlesDir', value: folder }];
}

/** What `--live` means, for commands that act on signals and trading. */
export const LIVE_FLAG = ['--live', 'act on real money; needed where the configuration is live'] as const;

/**
 * Real money needs two yeses: the configuration's and the command line's. A flag that contradicts the configuration is
 * refused too, because one of the two is not what the user believes.
 *
 * @throws CliError when they disagree
 */
export function checkLiveFlag(config: Config, live: boolean): void {
  const environment = environmentOf(config);
  if (environment === 'live' && !live) {
    throw new CliError(
      `venues.${config.venue}.environment is live: orders would use real money. Add --live if you mean it, or set it to paper.`,
      ExitCode.USAGE,
    );
  }
  refuseNeedlessLive(config, live);
}

/**
 * For what only makes trading safer, and has to work at the first attempt: it needs no `--live`. One that is given all the
 * same has to be true, or the user would believe that live trading stops while something else does.
 *
 * @throws CliError when it is not
 */
export function refuseNeedlessLive(config: Config, live: boolean): void {
  const environment = environmentOf(config);
  if (environment !== 'live' && live) {
    throw new CliError(
      `--live was given, but venues.${config.venue}.environment is ${environment}: no real orders would be sent. Set it to live, or leave --live out.`,
      ExitCode.USAGE,
    );
  }
}

/**
 * Whether this process may trade as it is configured.
 *
 * @param needsKeys whether this process, or one that it starts, signs requests
 * @throws CliError when `--live` and the configuration disagree
 * @throws CredentialsError when the venue's keys are missing or malformed
 */
export async function checkTradingEnvironment(config: Config, live: boolean, needsKeys = true): Promise<void> {
  checkLiveFlag(config, live);
  if (environmentOf(config) === 'paper' || !needsKeys) return;
  const { credentialsOf } = await import('../venues/ccxt/credentials');
  credentialsOf(config);
}
