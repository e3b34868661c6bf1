import type { Command } from 'commander';
import type { FlagValue } from '../config/load-config';
import type { Config } from '../config/schema';
import { environmentOf, type TradingEnvironment } from '../config/trading-environment';
import { CliError } from './cli-error';
import { ExitCode } from '../process/exit-codes';

/**
 * Reads the configuration for a command: `.env`, files, environment, then the command's own flags.
 *
 * @throws ConfigError that lists every problem
 */
export async function loadCommandConfig(command: Command, flags: readonly FlagValue[] = []): Promise<Config> {
  const [{ loadConfig }, { loadDotEnv }] = await Promise.all([
    import('../config/load-config'),
    import('../config/dot-env'),
  ]);
  const cwd = process.cwd();
  loadDotEnv(cwd);
  const sources = { file: configFileOf(command), env: process.env, cwd };
  const config = loadConfig({ ...sources, flags });
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

/** The file given with `--config`, if any. */
export function configFileOf(command: Command): string | undefined {
  return command.optsWithGlobals<{ config?: string }>().config;
}

/** `--candles DIR` as a setting. */
export function candlesFlag(folder: string | undefined): readonly FlagValue[] {
  return folder === undefined ? [] : [{ flag: '--candles', path: 'paperVenue.candlesDir', value: folder }];
}

/**
 * Real money needs two yeses: the configuration's and the command line's. A flag that contradicts the configuration is
 * refused too, because one of the two is not what the user believes.
 *
 * @throws CliError when they disagree
 * @throws CredentialsError when the venue's keys are missing or malformed
 */
export async function checkTradingEnvironment(config: Config, live: boolean): Promise<void> {
  const environment = checkLiveFlag(config, live);
  if (environment === 'paper') return;
  const { resolveCredentials } = await import('../venues/ccxt/credentials');
  resolveCredentials({ venue: config.venue, environment });
}

/**
 * The same without the venue's keys, for commands that need none.
 *
 * @throws CliError when they disagree
 */
export function checkLiveFlag(config: Config, live: boolean): TradingEnvironment {
  const environment = environmentOf(config);
  if (environment === 'live' && !live) {
    throw new CliError(
      `venues.${config.venue}.environment is live: orders would use real money. Add --live if you mean it, or set it to paper.`,
      ExitCode.USAGE,
    );
  }
  if (environment !== 'live' && live) {
    throw new CliError(
      `--live was given, but venues.${config.venue}.environment is ${environment}: no real orders would be sent. Set it to live, or leave --live out.`,
      ExitCode.USAGE,
    );
  }
  return environment;
}
