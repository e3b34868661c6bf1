import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A step of the bootstrap failed; what failed has printed its reason already. */
export class StepFailure extends Error {
  /**
   * @param {string} message one sentence
   * @param {number} exitCode to leave with
   */
  constructor(message, exitCode) {
    super(message);
    this.name = 'StepFailure';
    this.exitCode = exitCode;
  }
}

/** What a shell reports for a program that was ended by a signal: this and the signal's number. */
const SIGNAL_EXIT_CODE_BASE = 128;

/** Installing and building need no key of an exchange or a server, and run programs of others. */
function environmentWithoutKeys() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/_(API_(KEY|SECRET)|HISTORY_KEYS)(_FILE)?$/.test(name)),
  );
}

/**
 * Runs a program in the project's folder with this process's terminal.
 *
 * @param {string} name for the message of a failure
 * @param {readonly string[]} command program and arguments
 * @param {object} options
 * @param {string} options.cwd
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {boolean} [options.quiet] standard output goes to standard error, away from what the program itself prints
 * @throws StepFailure
 */
export async function runStep(name, [program, ...args], { cwd, env = environmentWithoutKeys(), quiet = false }) {
  const child = spawn(program, args, { cwd, env, stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit'] });
  // Ctrl-C reaches the child from the terminal: it ends itself, and this process reports it.
  const wait = () => undefined;
  const pass = (signal) => child.kill(signal);
  process.on('SIGINT', wait).on('SIGTERM', pass).on('SIGHUP', pass);
  try {
    const { exitCode, signal } = await new Promise((resolve, reject) => {
      child.once('error', ({ code }) => {
        const message = `${name} could not be started: ${program} is not there, or this user may not run it (${code}).`;
        reject(new StepFailure(message, 1));
      });
      child.once('close', (code, by) => resolve({ exitCode: code, signal: by }));
    });
    if (signal !== null)
      throw new StepFailure(`${name} was ended by ${signal}.`, SIGNAL_EXIT_CODE_BASE + constants.signals[signal]);
    if (exitCode !== 0) throw new StepFailure(`${name} failed with status ${exitCode}.`, exitCode);
  } finally {
    process.off('SIGINT', wait).off('SIGTERM', pass).off('SIGHUP', pass);
  }
}
