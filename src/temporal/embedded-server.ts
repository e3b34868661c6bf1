import { mkdirSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { ConfigError } from '../config/config-error';
import type { TradingEnvironment } from '../config/trading-environment';
import { assertPortFree, isPortListening } from '../net/ports';
import { claimPidFile, isProcessRunning, type ProcessIdentity, releasePidFile } from '../process/pid-file';
import { pollUntil } from '../process/poll';
import type { Progress } from './binary-sources';
import { callInterceptors } from './closed-channel';
import { channelArgumentsFor, embeddedAddress } from './connection';
import { ServerJoinError, ServerUnavailableError } from './errors';
import { findTemporalServer } from './server-binary';
import { spawnServer, type ServerExit, type ServerProcess, stopServer } from './server-process';
import {
  readServerRecord,
  removeServerRecord,
  serverOwnerPath,
  type ServerRecord,
  whyNotJoin,
  writeServerRecord,
} from './server-record';
import { type Durability, serverArguments } from './server-settings';
import { prepareWebUi } from './web-ui';

/** Longest time from the start of the process until it serves; a cold disk and a busy machine included. */
const SERVE_TIMEOUT_MS = 60_000;
const SERVE_POLL_INTERVAL_MS = 50;
/** One attempt to talk to a server that may not listen yet. */
const SERVE_ATTEMPT_TIMEOUT_MS = 2_000;
/** How often a joined server, whose end the system does not report to us, is looked at. */
const JOINED_POLL_INTERVAL_MS = 500;
/** Attempts to start or join while other processes start and die at the same time. */
const ACQUIRE_ATTEMPTS_MAX = 3;

export interface EmbeddedServerOptions {
  readonly dataDir: string;
  readonly port: number;
  /** Absent: no Web UI. */
  readonly uiPort?: number;
  /** `paper` where nothing is traded that outlives this machine. */
  readonly durability: Durability;
  /** Whose signals it holds: a start of another environment does not join it. */
  readonly environment: TradingEnvironment;
  /** Receives one line at every long step. */
  readonly progress: Progress;
  readonly env?: NodeJS.ProcessEnv;
  /** Gives the start up: what it has started is ended. */
  readonly signal?: AbortSignal;
  /** Hears of the server's process as soon as there is one, long before it serves. */
  readonly onSpawned?: (server: ProcessIdentity) => void;
  /** Dynamic configuration on top of temporal-config's, for measurements. */
  readonly dynamicConfig?: Readonly<Record<string, unknown>>;
}

export interface EmbeddedServer {
  /** `host:port`. */
  readonly address: string;
  /** Absent when it runs without a Web UI. */
  readonly uiUrl?: string;
  readonly pid: number;
  /** False when another process of this data folder started it and will stop it. */
  readonly owned: boolean;
  /** Settles when the server ends, asked for or not. */
  readonly exited: Promise<ServerExit>;
  /** Stops the server if it is owned; a joined one stays. Returns when it has ended. */
  readonly stop: (timeoutMs?: number) => Promise<void>;
}

/**
 * The name of the server's database, in the folder where the server runs. The server puts it into a URI as it is, so that a
 * path would be cut at a `#` or `?` and decoded at a `%`; escaped, the server would not find the file it looks for first.
 */
const DATABASE_FILE = 'temporal.db';

/** The database of a data folder's embedded server, whether it is there or not. */
export function databasePath(dataDir: string): string {
  return resolve(dataDir, 'temporal', DATABASE_FILE);
}

/** The longest path that SQLite opens is 512 bytes; its journal's is longer than the database's. */
const DATABASE_PATH_BYTES_MAX = 500;

/**
 * The folder of the embedded server's database, without links, as SQLite sees it.
 *
 * @throws ConfigError when its path is longer than SQLite can open
 */
function makeDatabaseFolder(dataDir: string): string {
  const folder = resolve(dataDir, 'temporal');
  mkdirSync(folder, { recursive: true });
  const real = realpathSync(folder);
  const bytes = Buffer.byteLength(join(real, DATABASE_FILE));
  if (bytes <= DATABASE_PATH_BYTES_MAX) return real;
  const message = `names a folder whose database would have a path of ${bytes} bytes, and ${DATABASE_PATH_BYTES_MAX} are the most that SQLite opens; use a folder with a shorter path.`;
  throw new ConfigError([{ source: 'dataDir', path: 'dataDir', message }]);
}

/** Where the embedded server of a data folder writes its log. */
function serverLogPath(dataDir: string): string {
  return resolve(dataDir, 'logs', 'temporal-server.log');
}

async function isServing(port: number): Promise<boolean> {
  // gRPC waits a second after a refused connection before it tries again; asking the port first is quicker.
  if (!(await isPortListening(port))) return false;
  try {
    const connection = await Connection.connect({
      address: embeddedAddress(port),
      channelArgs: channelArgumentsFor(embeddedAddress(port)),
      interceptors: callInterceptors(),
      connectTimeout: SERVE_ATTEMPT_TIMEOUT_MS,
    });
    await connection.close();
    return true;
  } catch {
    // Whatever the reason, it does not serve yet; the caller's bound decides when that is an error.
    return false;
  }
}

async function waitUntilServing(server: ServerProcess, port: number, signal?: AbortSignal): Promise<void> {
  let exit: ServerExit | undefined;
  void server.exited.then((value) => (exit = value));
  const poll = { intervalMs: SERVE_POLL_INTERVAL_MS, timeoutMs: SERVE_TIMEOUT_MS };
  const served = await pollUntil(async () => {
    signal?.throwIfAborted();
    return exit !== undefined || isServing(port);
  }, poll);
  if (served && exit === undefined) return;
  const what =
    exit === undefined
      ? `did not serve within ${SERVE_TIMEOUT_MS} ms`
      : `ended at its start with ${exit.signal ?? `status ${exit.exitCode}`}`;
  const lines = server.lastLogLines().map((line) => `\n  ${line}`);
  throw new ServerUnavailableError(
    'TEMPORAL_EXITED',
    `The embedded Temporal server ${what}; its last words:${lines.join('')}`,
  );
}

function commandLine(
  { port, durability, dynamicConfig }: EmbeddedServerOptions,
  uiFlags: readonly string[],
): readonly string[] {
  // The HTTP and metrics ports are not given: the server then picks free ones, so two copies never clash over them.
  return [
    'server',
    'start-dev',
    '--port',
    String(port),
    ...uiFlags,
    '--db-filename',
    DATABASE_FILE,
    ...serverArguments(durability, dynamicConfig),
  ];
}

/** Stops the server of a caller that was killed: it may run with other settings, and only one may use the database. */
async function stopLeftover(dataDir: string, progress: Progress): Promise<void> {
  const leftover = readServerRecord(dataDir)?.server;
  if (leftover !== undefined && isProcessRunning(leftover)) {
    progress(`Stopping the Temporal server that an earlier run left behind (process ${leftover.pid})`);
    await stopServer(leftover);
  }
  removeServerRecord(dataDir);
}

async function startOwned(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { dataDir, port, durability, environment, progress, env } = options;
  const cwd = makeDatabaseFolder(dataDir);
  await stopLeftover(dataDir, progress);
  await assertPortFree(port, { variable: 'TEMPORAL_PORT' });
  const webUi = await prepareWebUi(options.uiPort, progress);
  const binary = await findTemporalServer({ progress, env });
  // Fetching it may have taken minutes.
  options.signal?.throwIfAborted();
  const args = commandLine(options, webUi.flags);
  const server = spawnServer({ binary: resolve(binary), args, cwd, logPath: serverLogPath(dataDir) });
  // In the same turn as the start: no crash of this process can leave a server that nobody knows of.
  writeServerRecord(dataDir, { server: server.identity, port, uiPort: webUi.port, durability, environment });
  options.onSpawned?.(server.identity);
  void server.exited.then(() => webUi.close());
  const stop = async (timeoutMs?: number): Promise<void> => {
    await webUi.close();
    await stopServer(server.identity, timeoutMs);
    removeServerRecord(dataDir);
    releasePidFile(serverOwnerPath(dataDir), process.pid);
  };
  try {
    await waitUntilServing(server, port, options.signal);
    await webUi.open();
  } catch (error) {
    await stop();
    throw error;
  }
  return describeServer(
    { server: server.identity, port, uiPort: webUi.port },
    { owned: true, exited: server.exited, stop },
  );
}

function describeServer(
  { server, port, uiPort }: ServerRecord,
  control: Pick<EmbeddedServer, 'owned' | 'exited' | 'stop'>,
): EmbeddedServer {
  const uiUrl = uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`;
  return { address: embeddedAddress(port), uiUrl, pid: server.pid, ...control };
}

async function watchJoined(server: ProcessIdentity): Promise<ServerExit> {
  while (isProcessRunning(server)) await sleep(JOINED_POLL_INTERVAL_MS, undefined, { ref: false });
  return {};
}

/**
 * Uses the server that another living process of this data folder runs.
 *
 * @returns undefined when that process died meanwhile
 */
async function joinServer(owner: ProcessIdentity, options: EmbeddedServerOptions): Promise<EmbeddedServer | undefined> {
  const poll = { intervalMs: SERVE_POLL_INTERVAL_MS, timeoutMs: SERVE_TIMEOUT_MS };
  let joined: ServerRecord | undefined;
  const answered = await pollUntil(async () => {
    options.signal?.throwIfAborted();
    if (!isProcessRunning(owner)) return true;
    const record = readServerRecord(options.dataDir);
    if (record === undefined || !isProcessRunning(record.server)) return false;
    const objection = whyNotJoin(record, options, owner.pid);
    if (objection !== undefined) throw new ServerJoinError(objection);
    if (await isServing(record.port)) joined = record;
    return joined !== undefined;
  }, poll);
  if (!answered) {
    const message = `Process ${owner.pid} uses the data folder ${options.dataDir}, but its Temporal server does not serve after ${SERVE_TIMEOUT_MS} ms; stop that process and start again.`;
    throw new ServerUnavailableError('TEMPORAL_UNREACHABLE', message);
  }
  if (joined === undefined) return undefined;
  if (joined.port !== options.port) {
    const message = `The Temporal server of the data folder ${options.dataDir} runs already, started by process ${owner.pid} on port ${joined.port}; set TEMPORAL_PORT to ${joined.port}, or DATA_DIR to another folder.`;
    throw new ServerUnavailableError('TEMPORAL_PORT_MISMATCH', message);
  }
  return describeServer(joined, { owned: false, exited: watchJoined(joined.server), stop: () => Promise.resolve() });
}

/**
 * Runs the embedded server of a data folder and waits until it serves. One server runs per data folder: if another living
 * process started it, it is joined; if that process died, its server is stopped first. Namespaces are not made here: see
 * `ensureNamespace`.
 *
 * @throws ServerUnavailableError, ServerJoinError, PortInUseError, ConfigError
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const ownerPath = serverOwnerPath(options.dataDir);
  for (let attempt = 0; attempt < ACQUIRE_ATTEMPTS_MAX; attempt += 1) {
    const owner = claimPidFile(ownerPath, process.pid);
    if (owner === undefined) {
      try {
        return await startOwned(options);
      } catch (error) {
        releasePidFile(ownerPath, process.pid);
        throw error;
      }
    }
    const joined = await joinServer(owner, options);
    if (joined !== undefined) return joined;
  }
  const message = `The processes that run the Temporal server of ${options.dataDir} keep ending; look at ${serverLogPath(options.dataDir)}.`;
  throw new ServerUnavailableError('TEMPORAL_EXITED', message);
}
