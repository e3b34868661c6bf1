import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The end of a program's complaint that a message repeats. */
const COMPLAINT_CHARACTERS_MAX = 300;

/**
 * What pip, Python, tar and the server's program may have: what a program needs to run, how to reach the world, and pip's
 * own settings. No key of ours, and nothing that loads code.
 */
const INHERITED =
  /^(?:HOME|LANG|LC_ALL|PATH|TMPDIR|TZ|USER|XDG_(?:CACHE|CONFIG)_HOME|PIP_\w+|SSL_CERT_(?:DIR|FILE)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY)$/;

function environmentFrom(env = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => INHERITED.test(name)));
}

export interface CommandOptions {
  readonly timeoutMs: number;
  /** Where the program runs; absent: the caller's folder. */
  readonly cwd?: string;
  /** What the program's environment is picked from; absent: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Receives every line of standard output. */
  readonly onLine?: (line: string) => void;
  /** Standard output goes into this new file, unless it is larger. */
  readonly saveOutput?: { readonly path: string; readonly bytesMax: number };
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/**
 * Runs a program to its end.
 *
 * @throws Error in one line: it is not installed, ran past its time, or failed, with the last line of its complaint
 */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<void> {
  const { timeoutMs, cwd, env, saveOutput, onLine } = options;
  const child = spawn(command, args, { cwd, env: environmentFrom(env), stdio: ['ignore', 'pipe', 'pipe'] });
  // Not spawn's own timeout: its timer keeps running, and this process alive, when the program cannot be started.
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  try {
    const ended = endOf(command, child);
    if (saveOutput === undefined) createInterface({ input: child.stdout }).on('line', (line) => onLine?.(line));
    const saved = saveOutput === undefined ? undefined : save(child, saveOutput);
    const [end, rest] = await Promise.allSettled([ended, saved]);
    // What the program says of its end tells more than that its output broke off, unless we broke it off.
    if (rest.status === 'rejected' && rest.reason instanceof OutputTooLargeError) throw rest.reason;
    if (end.status === 'rejected') throw end.reason;
    if (rest.status === 'rejected') throw rest.reason;
  } finally {
    clearTimeout(timer);
  }
}

function endOf(command: string, child: Child): Promise<void> {
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT_CHARACTERS_MAX);
  });
  return new Promise<void>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`${command} is not installed`, { cause: error }) : error);
    });
    child.once('close', (exitCode, signal) => {
      if (exitCode === 0) resolve();
      else if (signal !== null) reject(new Error(`${command} was ended by ${signal}`));
      else reject(new Error(complaint.trim().split('\n').at(-1) || `${command} ended with status ${exitCode}`));
    });
  });
}

async function save(child: Child, { path, bytesMax }: { path: string; bytesMax: number }): Promise<void> {
  try {
    await pipeline(child.stdout, byteLimit(bytesMax), createWriteStream(path, { flags: 'wx' }));
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

class OutputTooLargeError extends Error {
  override readonly name = 'OutputTooLargeError';
}

/** Lets bytes through up to a number, and fails with the one after. */
function byteLimit(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > bytesMax) done(new OutputTooLargeError(`it holds more than ${bytesMax} bytes`));
      else done(null, chunk);
    },
  });
}
