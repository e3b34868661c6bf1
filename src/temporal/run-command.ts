import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The end of a program's complaint that a message repeats. */
const COMPLAINT_CHARACTERS_MAX = 300;

/**
 * What pip, Python, tar and the server's program may have: what a program needs to run, how to reach the world, and pip's
 * own settings. No key of ours, and nothing that loads code.
 */
const INHERITED =
  /^(?:HOME|LANG|LC_ALL|PATH|TMPDIR|TZ|USER|XDG_(?:CACHE|CONFIG)_HOME|PIP_\w+|SSL_CERT_(?:DIR|FILE)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY)$/;

function commandEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name)));
}

export interface CommandOptions {
  readonly timeoutMs: number;
  /** Receives every line of standard output. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program to its end.
 *
 * @throws Error in one line: it is not installed, ran past its time, or failed, with the last line of its complaint
 */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<void> {
  const child = spawn(command, args, { env: commandEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  // Not spawn's own timeout: its timer keeps running, and this process alive, when the program cannot be started.
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT_CHARACTERS_MAX);
  });
  createInterface({ input: child.stdout }).on('line', (line) => options.onLine?.(line));
  return new Promise<void>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error(`${command} is not installed`, { cause: error }) : error);
    });
    child.once('close', (exitCode, signal) => {
      if (exitCode === 0) resolve();
      else if (signal !== null) reject(new Error(`${command} was ended by ${signal}`));
      else reject(new Error(complaint.trim().split('\n').at(-1) || `${command} ended with status ${exitCode}`));
    });
  }).finally(() => clearTimeout(timer));
}
