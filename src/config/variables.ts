import { CRASH_FILE_VARIABLE, CRASH_POINT_VARIABLE } from '../process/crash-points';
import { credentialVariables, FILE_SUFFIX, isCredentialVariable } from '../venues/credential-variables';
import { alertSecrets, ALERTS_FILE_VARIABLE, isAlertVariable } from './alert-variables';
import { ENVIRONMENT_VARIABLES } from './environment';
import { hookSecretsIn, isHookVariable } from './hook-variables';

/** Names the user's configuration file. */
export const CONFIG_FILE_VARIABLE = 'ONCEFILL_CONFIG';
/** Names the folder of fetched binaries. */
export const CACHE_FOLDER_VARIABLE = 'ONCEFILL_CACHE_DIR';
/** The keys that seal histories, or the file that holds them. */
export const HISTORY_KEYS_VARIABLE = 'ONCEFILL_HISTORY_KEYS';

/** Whether the SDK's own watchdog over workflows is left on; not set: it is off. */
export const WATCHDOG_VARIABLE = 'ONCEFILL_WORKFLOW_WATCHDOG';

/** Temporal's standard variables, as its client reads them. */
const TEMPORAL_VARIABLES = [
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_PROFILE',
  'TEMPORAL_CONFIG_FILE',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_CERT_DATA',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_DATA',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
  'TEMPORAL_CODEC_ENDPOINT',
  'TEMPORAL_CODEC_AUTH',
];
/** What follows names a header of every request to the Temporal server. */
const TEMPORAL_HEADER_PREFIX = 'TEMPORAL_GRPC_META_';

/**
 * What a variable is for, which decides who gets it:
 * - `settings`: every process of the product;
 * - `server access`: those that speak to the Temporal server;
 * - `exchange keys`: the trading engine, and `start`, which hands them to it;
 * - `alert channels`: who tells people, and `start`, which hands them to it;
 * - `hook secrets`: the API, which takes the alerts of others, and `start`, which hands them to it;
 * - `unused`: nobody. They belong to other programs and may stay in a `.env` file.
 */
export type VariableGroup =
  'settings' | 'server access' | 'exchange keys' | 'alert channels' | 'hook secrets' | 'unused';

/** The one table of the variables that mean something to us; `.env` may set these and no others. */
const GROUP_OF: ReadonlyMap<string, VariableGroup> = new Map<string, VariableGroup>([
  ...['PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD', 'PGDATABASE', 'REDIS_HOST', 'REDIS_PORT', 'REDIS_DB'].map(
    (name) => [name, 'unused'] as const,
  ),
  ...[...TEMPORAL_VARIABLES, HISTORY_KEYS_VARIABLE, `${HISTORY_KEYS_VARIABLE}${FILE_SUFFIX}`].map(
    (name) => [name, 'server access'] as const,
  ),
  ...[
    CONFIG_FILE_VARIABLE,
    CACHE_FOLDER_VARIABLE,
    WATCHDOG_VARIABLE,
    ALERTS_FILE_VARIABLE,
    ...ENVIRONMENT_VARIABLES.map(({ name }) => name),
  ].map((name) => [name, 'settings'] as const),
]);

/** The group of a variable; undefined for one that oncefill does not read. Keys belong to any venue, configured or not. */
export function groupOf(name: string): VariableGroup | undefined {
  const group = GROUP_OF.get(name);
  if (group !== undefined) return group;
  if (name.startsWith(TEMPORAL_HEADER_PREFIX)) return 'server access';
  if (isAlertVariable(name)) return 'alert channels';
  if (isHookVariable(name)) return 'hook secrets';
  const value = name.endsWith(FILE_SUFFIX) ? name.slice(0, -FILE_SUFFIX.length) : name;
  // Other names that begin so are misspelt: no venue may be called after the server or after us.
  return isCredentialVariable(value) && !/^(TEMPORAL|ONCEFILL)_/.test(name) ? 'exchange keys' : undefined;
}

/** Whether a variable holds a key of this venue, or names the file that does. */
export function isKeyOf(venueName: string, variable: string): boolean {
  return Object.values(credentialVariables(venueName)).some((key) => [key, `${key}${FILE_SUFFIX}`].includes(variable));
}

/**
 * Kubernetes and older links of Docker tell every container in this form of what runs beside it: a Service named `temporal` sets
 * TEMPORAL_PORT to an address.
 */
const SERVICE_ADDRESS = /^(?:tcp|udp|sctp):\/\//i;
const SERVICE_VARIABLE = /_(?:SERVICE_(?:HOST|PORT)(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;

/** Whether a variable tells of another program's address: it is no setting, and no misspelt name of ours. */
export function isServiceVariable(name: string, value: string | undefined): boolean {
  if (name.endsWith('_PORT') && SERVICE_ADDRESS.test(value?.trim() ?? '')) return true;
  return SERVICE_VARIABLE.test(name);
}

/** Variables that would be settings, were they not somebody's address. */
export function foreignAddresses(env: NodeJS.ProcessEnv): readonly string[] {
  return ENVIRONMENT_VARIABLES.map(({ name }) => name).filter((name) => isServiceVariable(name, env[name]));
}

/** Tests of the guarantees set these; in the environment only, and only for paper. */
export const CRASH_VARIABLES: readonly string[] = [CRASH_POINT_VARIABLE, CRASH_FILE_VARIABLE];

const OWN_PREFIX = 'ONCEFILL_';

/**
 * Variables with this product's prefix that nothing reads: almost always a misspelt name, which would otherwise be
 * ignored without a word.
 */
export function unknownOwnVariables(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(env).filter(
    (name) =>
      name.startsWith(OWN_PREFIX) &&
      groupOf(name) === undefined &&
      !CRASH_VARIABLES.includes(name) &&
      !isServiceVariable(name, env[name]),
  );
}

/**
 * The values of variables that are secrets, whoever they belong to. What variables name files for is not read here: who
 * reads such a file remembers what it holds.
 */
export function secretValues(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (value === undefined || value === '') return [];
    if (isCredentialVariable(name) || SECRET_VARIABLE.test(name)) return [value];
    if (PROXY_VARIABLE.test(name)) return proxySecrets(value);
    if (isAlertVariable(name)) return alertSecrets(name, value);
    if (isHookVariable(name)) return hookSecretsIn(name, value);
    // A list of keys, each with its id: the keys by themselves count too.
    return name === HISTORY_KEYS_VARIABLE ? [value, ...value.split(/[\s,;:=]+/).filter(isLongKey)] : [];
  });
}

/** Of a list of keys with their ids, a key: 128 bits in hexadecimal digits have as many. */
function isLongKey(text: string): boolean {
  return text.length >= 32;
}

/** Variables that name a proxy, whose address may begin with a user and a password. */
const PROXY_VARIABLE = /^(?:https?|all|grpc)_proxy$/i;

/** The password, as it is written and as it is meant, by itself and as it travels. */
function proxySecrets(address: string): readonly string[] {
  const user = /^(?:[^/@]*:\/\/)?(?<user>.*)@/s.exec(address)?.groups?.user;
  if (user === undefined) return [];
  const [written, meant] = [user, decodeIfPossible(user)];
  return [written, meant].flatMap((text) => [
    text,
    text.slice(text.indexOf(':') + 1),
    Buffer.from(text).toString('base64'),
  ]);
}

function decodeIfPossible(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Refused where it is used; it may be a password all the same.
    return text;
  }
}

/** Secrets among Temporal's variables, beside its API key. */
const SECRET_VARIABLE = /^TEMPORAL_(?:CODEC_AUTH|TLS_CLIENT_KEY_DATA|GRPC_META_.*(?:AUTH|TOKEN|KEY|SECRET).*)$/;
