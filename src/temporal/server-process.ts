import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { identifyProcess, isProcessRunning, type ProcessIdentity } from '../process/pid-file';
import { pollUntil } from '../process/poll';
import { ServerUnavailableError } from './errors';

/** At a start, a log larger than this is moved aside; one older log is kept. */
const SERVER_LOG_BYTES_MAX = 20_000_000;
/** Lines of the log that an error repeats. */
const LOG_LINES_SHOWN_MAX = 8;
/** How long the server gets to close its database before it is killed. It survives that too: the database has a journal. */
const SERVER_STOP_TIMEOUT_MS = 5_000;
const STOP_POLL_INTERVAL_MS = 20;
const KILL_TIMEOUT_MS = 2_000;

/** How a server process ended. */
export interface ServerExit {
  /** Absent when the process was not ours to watch. */
  readonly exitCode?: number | null;
  readonly signal?: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly identity: ProcessIdentity;
  /** Settles when the process ends, asked for or not. */
  readonly exited: Promise<ServerExit>;
  /** The last lines that it wrote, oldest first. */
  readonly lastLogLines: () => readonly string[];
}

export interface ServerCommand {
  /** An absolute path. */
  readonly binary: string;
  readonly args: readonly string[];
  /** The folder that it runs in; it must be there. */
  readonly cwd: string;
  /** An absolute path. */
  readonly logPath: string;
}

/** Opens the log for appending. */
function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && statSync(path).size > SERVER_LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

function watchExit(child: ChildProcess): Promise<ServerExit> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    // No process came to be: the missing number tells the caller, and an event without a listener would end it.
    child.once('error', () => resolve({}));
  });
}

/** The server needs none of our credentials; what it inherits is what a program needs to run. */
const INHERITED_VARIABLES = ['HOME', 'LANG', 'PATH', 'TMPDIR', 'TZ'] as const;

function serverEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(INHERITED_VARIABLES.map((name) => [name, process.env[name]]));
}

/**
 * Starts the server in a session of its own: a Ctrl-C in the terminal reaches only the caller, which then stops the server
 * after everything that needs it. It writes to its log file directly, so it also outlives a caller that is killed.
 *
 * @throws ServerUnavailableError TEMPORAL_EXITED when it cannot be executed
 */
export function spawnServer({ binary, args, cwd, logPath }: ServerCommand): ServerProcess {
  const log = openLog(logPath);
  const logStartBytes = fstatSync(log).size;
  const child = spawn(binary, args, { cwd, detached: true, stdio: ['ignore', log, log], env: serverEnvironment() });
  closeSync(log);
  const exited = watchExit(child);
  // The caller must be able to end without waiting for the server.
  child.unref();
  if (child.pid === undefined) {
    const message = `The Temporal server ${binary} cannot be executed; remove it or set TEMPORAL_ADDRESS.`;
    throw new ServerUnavailableError('TEMPORAL_EXITED', message);
  }
  return {
    identity: identifyProcess(child.pid) ?? { pid: child.pid },
    exited,
    lastLogLines: () => {
      const text = readFileSync(logPath).subarray(logStartBytes).toString('utf8');
      const lines = text.split('\n').filter((line) => line.trim() !== '');
      return lines.slice(-LOG_LINES_SHOWN_MAX);
    },
  };
}

function sendSignal(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isProcessRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Stops a server and waits for its end: SIGTERM, and after `timeoutMs` SIGKILL. A later process with the same number is
 * left alone.
 */
export async function stopServer(identity: ProcessIdentity, timeoutMs = SERVER_STOP_TIMEOUT_MS): Promise<void> {
  const hasEnded = (): Promise<boolean> => Promise.resolve(!isProcessRunning(identity));
  sendSignal(identity, 'SIGTERM');
  if (await pollUntil(hasEnded, { intervalMs: STOP_POLL_INTERVAL_MS, timeoutMs })) return;
  sendSignal(identity, 'SIGKILL');
  await pollUntil(hasEnded, { intervalMs: STOP_POLL_INTERVAL_MS, timeoutMs: KILL_TIMEOUT_MS });
}
