import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import type { NativeConnection, NativeConnectionOptions } from '@temporalio/worker';
import { serverAddressProblem } from '../config/address-text';
import { ConfigError } from '../config/config-error';
import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { withoutGrpcWords } from '../net/grpc-words';
import { isThisMachine } from '../net/this-machine';
import { openClient } from './client';
import { callInterceptors } from './closed-channel';
import { historyKeyErrorIn } from './codec/history-key-error';
import { claimHistoryKeys } from './codec/key-marks';
import { NamespaceError, ServerUnavailableError } from './errors';
import { GrpcStatus, isCausedByStatus } from './grpc-status';
import { showsWhoWeAre } from './server-authentication';
import { loadStandardConfig, PROFILE_VARIABLES } from './standard-config';

/** Longest wait for a server to answer before it counts as unreachable. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Where the Temporal server is and which part of it is ours. */
export interface ServerTarget {
  /** `host:port`, for people. */
  readonly address: string;
  readonly namespace: string;
  /** The server that a start on the data folder runs. */
  readonly isEmbedded?: boolean;
  /** What both kinds of connection need; may hold credentials. */
  readonly connectionOptions: NativeConnectionOptions;
}

export interface ExternalTargetOptions {
  /** The configured namespace. It always wins: a profile cannot move live trading into another one unnoticed. */
  readonly namespace: string;
  /** The configured address, if there is one. */
  readonly address?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Whether files that hold secrets must be ours and closed to others; absent: they need not. */
  readonly mustBePrivate?: boolean;
}

/**
 * The server that the user named: `TEMPORAL_ADDRESS` or a profile, with Temporal's other standard variables (TLS, API key).
 *
 * @returns undefined when none is named, which means the embedded server
 * @throws ConfigError when the settings cannot be read or contradict the configured namespace
 */
export function externalTarget(options: ExternalTargetOptions): ServerTarget | undefined {
  const { namespace, address: configured, env = process.env, mustBePrivate = false } = options;
  const isNamed = configured !== undefined || env.TEMPORAL_ADDRESS || PROFILE_VARIABLES.some((name) => env[name]);
  if (!isNamed) return undefined;

  const loaded = loadStandardConfig({ env, address: configured, mustBePrivate });
  const { address } = loaded.connectionOptions;
  const source = 'Temporal profile';
  if (address === undefined) {
    throw new ConfigError([{ source, path: 'temporal.address', message: 'names no address; set TEMPORAL_ADDRESS.' }]);
  }
  const problem = serverAddressProblem(address);
  if (problem !== undefined) throw new ConfigError([{ source, path: 'temporal.address', message: problem }]);
  if (loaded.namespace !== undefined && loaded.namespace !== namespace && !env.TEMPORAL_NAMESPACE) {
    const message = `names the namespace "${loaded.namespace}", but "${namespace}" is configured; set TEMPORAL_NAMESPACE to the one that is meant.`;
    throw new ConfigError([{ source, path: 'temporal.namespace', message }]);
  }
  return { address, namespace, connectionOptions: loaded.connectionOptions };
}

/** A server on this machine without credentials, such as the embedded one. */
export function localTarget(address: string, namespace: string): ServerTarget {
  return { address, namespace, connectionOptions: { address } };
}

/** The address that the embedded server listens on. */
export function embeddedAddress(port: number): string {
  return `127.0.0.1:${port}`;
}

/**
 * The server that every process of this configuration uses: the one that the user named, else the embedded one. For looking,
 * and for halting, which a server that trusts everybody must not stand in the way of; whoever acts asks `resolveTarget`.
 *
 * @throws ConfigError as `externalTarget`
 */
export function resolveAnyTarget(config: Config, env: NodeJS.ProcessEnv = process.env): ServerTarget {
  return targetOf(config, env, false);
}

function targetOf({ temporal }: Config, env: NodeJS.ProcessEnv, mustBePrivate: boolean): ServerTarget {
  const { address, namespace, port } = temporal;
  const external = externalTarget({ address, namespace, env, mustBePrivate });
  return external ?? { ...localTarget(embeddedAddress(port), namespace), isEmbedded: true };
}

/**
 * The same server, for acting: with real money it has to ask who is there, because whoever reaches one that does not can
 * trade, and take the place of it. Where keys are worth something, files with them must be closed to others.
 *
 * @throws ConfigError as `externalTarget`, and when live trading would use a server that trusts everybody
 */
export function resolveTarget(config: Config, env: NodeJS.ProcessEnv = process.env): ServerTarget {
  const target = targetOf(config, env, environmentOf(config) !== 'paper');
  const isTrusted = config.temporal.allowUnauthenticatedServer || showsWhoWeAre(target.connectionOptions);
  if (environmentOf(config) !== 'live' || isTrusted) return target;
  const path = 'temporal.allowUnauthenticatedServer';
  const message = `Live trading needs a Temporal server that asks who is there, and ${target.address} is reached without TLS and a client certificate or an API key: set TEMPORAL_ADDRESS with TEMPORAL_API_KEY or TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH to one that does, or, on a machine that only you use, set ${path}: true.`;
  throw new ConfigError([{ source: 'temporal', path, message }]);
}

/** The native connection reports Rust structures, in which the words for people stand in quotes. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return withoutGrpcWords(/(?:message|error): "(?<words>[^"]+)"/.exec(text)?.groups?.words ?? text);
}

/** What the way to the server said. */
function causeIn(error: unknown): unknown {
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
}

function describeFailure({ address, isEmbedded = false }: ServerTarget, error: unknown): ServerUnavailableError {
  const cause = causeIn(error);
  const isRefusal =
    isGrpcServiceError(cause) &&
    (cause.code === GrpcStatus.UNAUTHENTICATED || cause.code === GrpcStatus.PERMISSION_DENIED);
  const reach = isEmbedded
    ? 'start one with "oncefill start", or set TEMPORAL_ADDRESS to a running server'
    : 'start that server, or unset TEMPORAL_ADDRESS (temporal.address) to use the one that `npm start` runs';
  const advice = isRefusal ? 'check TEMPORAL_API_KEY and the TEMPORAL_TLS settings' : reach;
  const message = `No Temporal server can be used at ${address} (${reasonOf(cause)}): ${advice}.`;
  return new ServerUnavailableError(isRefusal ? 'TEMPORAL_REFUSED' : 'TEMPORAL_UNREACHABLE', message, { cause: error });
}

/** What an error of a connection that was made means where it tells that the server does not answer any more; else undefined. */
export function unansweredError({ address }: ServerTarget, error: unknown): ServerUnavailableError | undefined {
  const { UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED } = GrpcStatus;
  // An error of ours has its own words, whatever caused it.
  if (!isGrpcServiceError(error) && !(error instanceof ServiceError)) return undefined;
  if (!isCausedByStatus(error, UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED)) return undefined;
  const message = `The Temporal server at ${address} was reached and does not answer (${reasonOf(causeIn(error))}): it hangs, is being started again, or is overloaded; "oncefill doctor" looks into it. Repeat the command in a few seconds.`;
  return new ServerUnavailableError('TEMPORAL_UNREACHABLE', message, { cause: error });
}

/**
 * How gRPC reaches a server: through the proxy that the environment names, as Temporal's own programs do, but never where the
 * server is on this machine.
 *
 * @param address `host:port`
 */
export function channelArgumentsFor(address: string): Record<string, number> {
  return isServerHere(address) ? { 'grpc.enable_http_proxy': 0 } : {};
}

/** Whether a server's address, `host:port`, is one of this machine. */
export function isServerHere(address: string): boolean {
  const text = `tcp://${address}`;
  return URL.canParse(text) && isThisMachine(new URL(text).hostname);
}

/**
 * Connects for preparing a namespace and for asking how the system is. The caller closes the connection.
 *
 * @throws ServerUnavailableError when nothing usable answers within CONNECT_TIMEOUT_MS
 */
export async function connectServer(target: ServerTarget): Promise<Connection> {
  try {
    return await Connection.connect({
      ...target.connectionOptions,
      channelArgs: channelArgumentsFor(target.address),
      interceptors: callInterceptors(),
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
  } catch (error) {
    throw describeFailure(target, error);
  }
}

/**
 * Connects for starting, signalling and querying workflows, after making sure that this process and the trading engine read
 * each other's histories. The caller closes the connection.
 *
 * @throws ServerUnavailableError when nothing usable answers within CONNECT_TIMEOUT_MS; HistoryKeyError; NamespaceError
 */
export async function connectClient(
  target: ServerTarget,
): Promise<{ readonly connection: Connection; readonly client: Client }> {
  const connection = await connectServer(target);
  try {
    const client = openClient(connection, target.namespace);
    await client.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () => claimHistoryKeys(client, 'other'));
    return { connection, client };
  } catch (error) {
    await connection.close();
    if (historyKeyErrorIn(error) || error instanceof NamespaceError) throw error;
    throw describeFailure(target, error);
  }
}

/**
 * Connects for workers; pass the target's namespace to each Worker and Client that uses it. The caller closes it.
 *
 * @throws ServerUnavailableError when nothing usable answers within CONNECT_TIMEOUT_MS
 */
export async function connectNative(target: ServerTarget): Promise<NativeConnection> {
  // Loaded here, because its native library takes longer to load than a command that only sends a signal takes to run.
  const { NativeConnection: connection } = await import('@temporalio/worker');
  const connecting = connection.connect(target.connectionOptions);
  const deadline = new AbortController();
  const giveUp = sleep(CONNECT_TIMEOUT_MS, undefined, { signal: deadline.signal, ref: false }).then(() => {
    // Nobody waits for it any more: a connection that is made after all must not stay open, and a failure tells nothing new.
    connecting.then(
      (late) => late.close(),
      () => undefined,
    );
    throw new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`);
  });
  try {
    return await Promise.race([connecting, giveUp]);
  } catch (error) {
    throw describeFailure(target, error);
  } finally {
    giveUp.catch(() => undefined);
    deadline.abort();
  }
}
