import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Config } from '../config/schema';
import { checkTradingEnvironment } from './command-config';
import { checkVerification } from './verification';

/**
 * All that a start asks of the configuration and its variables before it writes or starts anything: a refusal comes here, and not
 * from a process that would be started again and again.
 *
 * @param trades whether an engine would run
 * @returns how the venue is reached, where that is worth a line
 * @throws ConfigError, CliError, CredentialsError, ProxyError, HistoryKeyError
 */
export async function checkStart(
  config: Config,
  {
    live,
    trades,
    env = process.env,
  }: { readonly live: boolean; readonly trades: boolean; readonly env?: NodeJS.ProcessEnv },
): Promise<string | undefined> {
  checkVerification(config, env);
  if (trades) await checkTradingEnvironment(config, live);
  const proxy = trades ? await describeVenueProxy(config) : undefined;
  const [{ resolveTarget }, { historyKeys }] = await Promise.all([
    import('../temporal/connection'),
    import('../temporal/codec/history-keys'),
  ]);
  // Asked for again by every process that connects.
  const { isEmbedded } = resolveTarget(config, env);
  historyKeys(env);
  if (isEmbedded) await checkCacheFolder(env);
  return proxy;
}

async function describeVenueProxy({ venue: name, venues }: Config): Promise<string | undefined> {
  const { venueProxyOf } = await import('../venues/create-venue');
  const venue = venues[name];
  const proxy = venue && venueProxyOf(venue);
  return proxy && `${name} is reached through the proxy ${proxy.origin} (${proxy.variable}).`;
}

/** @throws ConfigError where the variable names something that is no folder, and could not become one */
async function checkCacheFolder(env: NodeJS.ProcessEnv): Promise<void> {
  const [{ ConfigError }, { CACHE_FOLDER_VARIABLE }] = await Promise.all([
    import('../config/config-error'),
    import('../config/variables'),
  ]);
  const named = env[CACHE_FOLDER_VARIABLE];
  if (!named) return;
  let path = resolve(named);
  while (!existsSync(path) && path !== dirname(path)) path = dirname(path);
  if (statSync(path).isDirectory()) return;
  const message = `names ${named}, and ${path} is no folder: name one of your own, or leave the variable out.`;
  throw new ConfigError([{ source: CACHE_FOLDER_VARIABLE, path: '', message }]);
}
