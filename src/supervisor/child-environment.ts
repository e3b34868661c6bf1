import type { Config } from '../config/schema';
import { isAlertVariable } from '../config/alert-variables';
import { environmentOf } from '../config/trading-environment';
import { CRASH_VARIABLES, groupOf, isKeyOf, type VariableGroup } from '../config/variables';
import { OUTWARD_PROXY_VARIABLES } from '../net/outward-proxy';
import { externalTarget, isServerHere } from '../temporal/connection';
import type { ProcessName } from './plan';

/** What every program needs to run. */
const SYSTEM_VARIABLES: readonly string[] = ['HOME', 'LANG', 'LC_ALL', 'PATH', 'TMPDIR', 'TZ'];
/** Certificates that are trusted beside the system's, for those that speak to other machines. */
const TRUST_VARIABLES: readonly string[] = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_DIR', 'SSL_CERT_FILE'];
/** How the Temporal server is reached through a proxy, where it runs on another machine: as its client's library spells them. */
const SERVER_PROXY_VARIABLES: readonly string[] = [
  'grpc_proxy',
  'https_proxy',
  'http_proxy',
  'no_grpc_proxy',
  'no_proxy',
];

/** The groups of our own variables that each process reads. */
const GROUPS_OF: Readonly<Record<ProcessName, readonly VariableGroup[]>> = {
  // To register, in paper alone.
  paper_venue: ['settings', 'server access'],
  trading_engine: ['settings', 'server access', 'exchange keys'],
  ml_manager: ['settings', 'server access'],
  api: ['settings', 'server access', 'hook secrets'],
  system_monitor: ['settings', 'server access', 'alert channels'],
};

/**
 * Whether a process of the product may have a variable. A list, so that nothing leads a process elsewhere, runs code in
 * it or hands it a key that it does not need: Node's own options (NODE_OPTIONS, NODE_TLS_REJECT_UNAUTHORIZED) are never
 * passed on. Options given to `node` itself, such as `--require`, are: they are what tests use.
 *
 * - exchange keys: those of the venue that is traded, to the trading engine, and none in paper;
 * - what opens alert channels: to who tells people, and to nobody else;
 * - secrets of those whose alerts become signals: to the API;
 * - proxies, which may hold a password: to who tells people, where something opens a channel; to who speaks to the venue, other
 *   than in paper; and to all who speak to a Temporal server on another machine;
 * - crash points: in paper only.
 *
 * @param tellsPeople whether a variable is set that opens an alert channel
 * @throws ConfigError when Temporal's own variables cannot be read
 */
export function isPassedOn(variable: string, to: ProcessName, config: Config, tellsPeople = false): boolean {
  if (SYSTEM_VARIABLES.includes(variable)) return true;
  const isPaper = environmentOf(config) === 'paper';
  if (CRASH_VARIABLES.includes(variable)) return isPaper;
  const groups = GROUPS_OF[to];
  const talks = groups.includes('server access');
  if (TRUST_VARIABLES.includes(variable)) return talks;
  if (OUTWARD_PROXY_VARIABLES.includes(variable)) {
    if (groups.includes('alert channels') && tellsPeople) return true;
    if (groups.includes('exchange keys') && !isPaper) return true;
  }
  if (SERVER_PROXY_VARIABLES.includes(variable)) return talks && isServerElsewhere(config);
  const group = groupOf(variable);
  if (group === undefined || !groups.includes(group)) return false;
  return group !== 'exchange keys' || (!isPaper && isKeyOf(config.venue, variable));
}

/** @throws ConfigError */
function isServerElsewhere({ temporal }: Config): boolean {
  const target = externalTarget(temporal);
  return target !== undefined && !isServerHere(target.address);
}

/**
 * The environment of a process of the product.
 *
 * @param env the supervisor's own
 * @throws ConfigError as isPassedOn
 */
export function childEnvironment(name: ProcessName, config: Config, env = process.env): NodeJS.ProcessEnv {
  const tellsPeople = Object.keys(env).some(isAlertVariable);
  return Object.fromEntries(
    Object.entries(env).filter(([variable]) => isPassedOn(variable, name, config, tellsPeople)),
  );
}
