import { CRASH_FILE_VARIABLE, CRASH_POINT_VARIABLE } from '../process/crash-points';

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

/** Credentials. They are no settings: only the code that signs requests reads them, and nothing prints them. */
export const SECRET_VARIABLES = ['BYBIT_API_KEY', 'BYBIT_API_SECRET', 'TEMPORAL_API_KEY'] as const;

const OWN_PREFIX = 'ONCEFILL_';
/** Every variable with the product's prefix. */
const OWN_VARIABLES: readonly string[] = [
  CONFIG_FILE_VARIABLE,
  'ONCEFILL_CACHE_DIR',
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

/** The values of all credentials that are set, for the logger to blot out wherever they appear. */
export function secretValues(env: NodeJS.ProcessEnv): readonly string[] {
  return SECRET_VARIABLES.map((name) => env[name] ?? '').filter((value) => value !== '');
}
