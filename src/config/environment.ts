import { statSync } from 'node:fs';
import { CRASH_FILE_VARIABLE, CRASH_POINT_VARIABLE } from '../process/crash-points';
import { readCredentialFile } from '../venues/ccxt/credentials';
import { FILE_SUFFIX, isCredentialVariable } from '../venues/credential-variables';

/** A setting that an environment variable (or a line of `.env`) may set. */
export interface EnvironmentVariable {
  readonly name: string;
  /** The setting's path in the configuration, for example `api.port`. */
  readonly path: string;
}

/** Environment variables that set a setting. Units are those of the setting. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  { name: 'DATA_DIR', path: 'dataDir' },
  { name: 'LOG_LEVEL', path: 'logging.level' },
  { name: 'API_PORT', path: 'api.port' },
  { name: 'PAPER_VENUE_PORT', path: 'paperVenue.port' },
  { name: 'TEMPORAL_ADDRESS', path: 'temporal.address' },
  { name: 'TEMPORAL_NAMESPACE', path: 'temporal.namespace' },
  { name: 'TEMPORAL_PORT', path: 'temporal.port' },
  { name: 'TEMPORAL_UI_PORT', path: 'temporal.uiPort' },
  { name: 'SIGNAL_DEDUP_WINDOW', path: 'signals.dedupWindowSeconds' },
  { name: 'RATE_LIMIT_SAFETY_MARGIN', path: 'rateLimits.safetyMargin' },
  { name: 'BALANCE_UPDATE_INTERVAL', path: 'balances.updateIntervalSeconds' },
  { name: 'WORKER_HEARTBEAT_TIMEOUT', path: 'workers.heartbeatTimeoutSeconds' },
];

/** Names the user's configuration file. */
export const CONFIG_FILE_VARIABLE = 'ONCEFILL_CONFIG';

const OWN_PREFIX = 'ONCEFILL_';
/** Every variable with the product's prefix. */
const OWN_VARIABLES: readonly string[] = [
  CONFIG_FILE_VARIABLE,
  'ONCEFILL_CACHE_DIR',
  'ONCEFILL_HISTORY_KEYS',
  'ONCEFILL_HISTORY_KEYS_FILE',
  CRASH_POINT_VARIABLE,
  CRASH_FILE_VARIABLE,
];

/**
 * Variables with this product's prefix that nothing reads: almost always a misspelt name, which would otherwise be
 * ignored without a word.
 */
export function unknownOwnVariables(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(env).filter((name) => name.startsWith(OWN_PREFIX) && !OWN_VARIABLES.includes(name));
}

/**
 * The values of all credentials that are set, in variables or in the files that variables name, for the logger to blot
 * out wherever they appear. Credentials are no settings: only the code that signs requests uses them.
 */
export function secretValues(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || value === '') return [];
    if (isCredentialVariable(name)) return [value];
    const isFile = name.endsWith(FILE_SUFFIX) && isCredentialVariable(name.slice(0, -FILE_SUFFIX.length));
    return isFile ? secretInFile(name, value) : [];
  });
}

function secretInFile(variable: string, path: string): readonly string[] {
  try {
    // Reading from a pipe would take the key away from whoever signs with it.
    const text = statSync(path).isFile() ? readCredentialFile(variable, path).trim() : '';
    return text === '' ? [] : [text];
  } catch {
    // Whoever needs the key says what is wrong with its file.
    return [];
  }
}
