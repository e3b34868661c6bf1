import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import {
  type ClientConfigProfile,
  type ClientConnectConfig,
  type ConfigDataSource,
  loadClientConfigProfile,
  toClientOptions,
} from '@temporalio/envconfig';
import { ConfigError } from '../config/config-error';
import { secretValues } from '../config/variables';
import { readYesNo, TLS_VARIABLES } from '../config/yes-no';
import { rememberSecret } from '../secrets/known-secrets';
import { OwnFileError, readOwnFile } from '../secrets/own-file';
import { shownPath } from '../secrets/shown-path';

/** A profile's file is read only when one of these names it: a file that lies in the home folder is not a decision. */
export const PROFILE_VARIABLES = ['TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'] as const;

/** Profiles are a page; a key and a certificate are smaller. */
const FILE_BYTES_MAX = 65_536;
/** A whole system's certificates are some 200 kB. */
const AUTHORITIES_BYTES_MAX = 1_048_576;

export interface StandardConfigOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The configured address, which wins over the variable. */
  readonly address?: string;
  /** Whether files that hold secrets must be ours and closed to others. */
  readonly mustBePrivate: boolean;
}

/**
 * Temporal's standard variables, and the files that they and the profile name. Every file is read here, within a bound, and
 * handed over as data: Temporal's own reader waits for a pipe, and reads a device, for ever. Secrets that come to light are
 * blotted out of whatever this process writes from then on.
 *
 * @throws ConfigError when a file cannot be used or the settings make no sense; it tells places, and nothing of what stands there
 */
export function loadStandardConfig(options: StandardConfigOptions): ClientConnectConfig {
  const { env, address, mustBePrivate } = options;
  const set = Object.entries({ ...env, ...(address === undefined ? {} : { TEMPORAL_ADDRESS: address }) });
  const variables = set.filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  for (const value of secretValues(env)) rememberSecret(value);
  const file = profileFile(env);
  const profile = parseProfile(file, {
    overrideEnvVars: { ...Object.fromEntries(variables), ...inTemporalsWords(env) },
    ...(file === undefined ? { disableFile: true } : { configSource: { data: readProfile(file, env, mustBePrivate) } }),
  });
  rememberProfile(profile);
  const { tls } = profile;
  if (tls === undefined || tls.disabled === true) return toClientOptions(profile);
  return toClientOptions({
    ...profile,
    tls: {
      ...tls,
      clientCert: asData('client certificate', tls.clientCert, FILE_BYTES_MAX),
      clientKey: readKey(tls.clientKey, mustBePrivate),
      serverCACert: asData("server's authority", tls.serverCACert, AUTHORITIES_BYTES_MAX),
    },
  });
}

/** Temporal's reader takes every word that it does not know for "no", `TRUE` included. */
function inTemporalsWords(env: NodeJS.ProcessEnv): Record<string, string> {
  const said = TLS_VARIABLES.map((name) => [name, readYesNo(name, env)] as const);
  return Object.fromEntries(said.flatMap(([name, yes]) => (yes === undefined ? [] : [[name, String(yes)]])));
}

function refusal(source: string, message: string): ConfigError {
  return new ConfigError([{ source, path: '', message }]);
}

/** The file that holds the profile; undefined when none is named. */
function profileFile(env: NodeJS.ProcessEnv): string | undefined {
  if (env.TEMPORAL_CONFIG_FILE) return env.TEMPORAL_CONFIG_FILE;
  if (!env.TEMPORAL_PROFILE) return undefined;
  const folder = configFolder(env);
  if (folder === undefined) {
    throw refusal('TEMPORAL_PROFILE', 'is set, and no folder of configurations is known; set TEMPORAL_CONFIG_FILE.');
  }
  return join(folder, 'temporalio', 'temporal.toml');
}

/** Where Temporal's own programs look. */
function configFolder(env: NodeJS.ProcessEnv): string | undefined {
  if (process.platform === 'win32') return env.APPDATA;
  const home = env.HOME ?? homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support');
  if (!env.XDG_CONFIG_HOME) return join(home, '.config');
  return isAbsolute(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : undefined;
}

function readProfile(file: string, env: NodeJS.ProcessEnv, mustBePrivate: boolean): string {
  const named = env.TEMPORAL_CONFIG_FILE ? 'TEMPORAL_CONFIG_FILE' : 'TEMPORAL_PROFILE';
  return readFile({
    what: `file of Temporal profiles (${named})`,
    path: file,
    bytesMax: FILE_BYTES_MAX,
    mustBePrivate,
  });
}

type ProfileOptions = NonNullable<Parameters<typeof loadClientConfigProfile>[0]>;

function parseProfile(file: string | undefined, options: ProfileOptions): ClientConfigProfile {
  try {
    return loadClientConfigProfile(options);
  } catch (error) {
    const { line, column, message } = error as Error & { readonly line?: unknown; readonly column?: unknown };
    // The parser's message shows the line, which may be the one with the key.
    if (file !== undefined && typeof line === 'number' && typeof column === 'number') {
      throw refusal(`${file}:${line}:${column}`, 'is not valid TOML.');
    }
    if (error instanceof TypeError)
      throw refusal(file ?? 'environment', 'holds no profiles, or settings of a wrong type.');
    const [sentence] = message.split('\n');
    throw refusal(file ?? 'environment', `Temporal's connection settings cannot be read: ${sentence}.`);
  }
}

/** Secrets of a profile's file, by the rules for the variables that mean the same. */
function rememberProfile({ apiKey, grpcMeta = {}, tls }: ClientConfigProfile): void {
  const headers = Object.entries(grpcMeta).map(([name, value]) => [`TEMPORAL_GRPC_META_${name.toUpperCase()}`, value]);
  const variables: NodeJS.ProcessEnv = Object.fromEntries(headers) as NodeJS.ProcessEnv;
  if (apiKey !== undefined) variables.TEMPORAL_API_KEY = apiKey;
  if (tls?.clientKey !== undefined && 'data' in tls.clientKey) {
    variables.TEMPORAL_TLS_CLIENT_KEY_DATA = Buffer.from(tls.clientKey.data).toString('utf8');
  }
  for (const value of secretValues(variables)) rememberSecret(value);
}

function readKey(source: ConfigDataSource | undefined, mustBePrivate: boolean): ConfigDataSource | undefined {
  if (source === undefined || !('path' in source)) return source;
  const what = 'key of the client certificate';
  const data = readFile({ what, path: source.path, bytesMax: FILE_BYTES_MAX, mustBePrivate });
  rememberSecret(data);
  return { data };
}

function asData(what: string, source: ConfigDataSource | undefined, bytesMax: number): ConfigDataSource | undefined {
  if (source === undefined || !('path' in source)) return source;
  return { data: readFile({ what, path: source.path, bytesMax, mustBePrivate: false }) };
}

interface FileToRead {
  /** What it is, for the message. */
  readonly what: string;
  readonly path: string;
  readonly bytesMax: number;
  readonly mustBePrivate: boolean;
}

/** @throws ConfigError */
function readFile({ what, path, bytesMax, mustBePrivate }: FileToRead): string {
  const refuse = (problem: string): ConfigError =>
    refusal(mustBePrivate ? shownPath(path) : path, `the ${what} ${problem}.`);
  try {
    const { text, isOurs, isPrivate } = readOwnFile(path, bytesMax);
    if (mustBePrivate && !isOurs) throw refuse('belongs to another user; make a copy of your own');
    if (mustBePrivate && !isPrivate) throw refuse(`may be read or written by others; run: chmod 600 ${path}`);
    return text;
  } catch (error) {
    if (error instanceof OwnFileError) throw refuse(error.message);
    throw error;
  }
}
