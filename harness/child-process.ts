import type { ChildProcess } from 'node:child_process';
import { errorCode } from '../src/process/error-code';

/** The product promises to stop within 10 s; the rest is for a busy machine. */
const STOP_MAX_MS = 20_000;

/** Whether a child's end has been heard of: a process that is gone may not have been yet. */
export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** @returns the exit code once the child has ended; null: a signal ended it. @throws when it could not be started */
export async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.pid !== undefined && hasEnded(child)) return child.exitCode;
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/**
 * Ctrl-C: SIGINT to the child's process group, as a terminal sends it, and SIGKILL when it does not obey in time.
 *
 * @param child the leader of its group, which is what `detached` makes it
 * @returns its exit code; null: it had to be killed, or never ran
 */
export async function stopChild(child: ChildProcess): Promise<number | null> {
  if (child.pid === undefined) return null;
  if (hasEnded(child)) return child.exitCode;
  const ended = exitCodeOf(child);
  sendSignal(-child.pid, 'SIGINT');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param pid a process, or less than zero: a process group
 * @returns whether there was something to send it to
 */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    // It ended between the look and the signal. EPERM: macOS says so of a group whose last member is not yet reaped.
    if (['ESRCH', 'EPERM'].includes(errorCode(error) ?? '')) return false;
    throw error;
  }
}
