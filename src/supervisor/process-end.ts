import type { ChildProcess } from 'node:child_process';
import { errorCode } from '../process/error-code';
import type { Silent } from './liveness';

/** After a process ended: how long its last output may take to arrive when something else holds its pipes open. */
const OUTPUT_DRAIN_MAX_MS = 1_000;

/** Why somebody was ended who does not say it. */
export function hangCause({ silentMs }: Silent): string {
  return `no sign of life for ${Math.round(silentMs / 1_000)} s, so it was killed`;
}

export interface ProcessEnd {
  readonly exitCode?: number;
  readonly cause: string;
}

/** Resolves when the process ended, its group is gone, and its last output and messages have arrived. */
export function whenEnded(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      // Without a process id it never started; otherwise a signal could not be sent, and its end is still to come.
      if (child.pid === undefined) resolve({ cause: `it could not be started: ${error.message}` });
    });
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) killGroup(child.pid);
      const cause = signal === null ? `exit code ${code}` : `killed by ${signal}`;
      const end: ProcessEnd = code === null ? { cause } : { exitCode: code, cause };
      const timer = setTimeout(() => resolve(end), OUTPUT_DRAIN_MAX_MS);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(end);
      });
    });
  });
}

/** SIGKILL to a whole process group; one that is gone already is what we want. */
export function killGroup(processGroup: number): void {
  try {
    process.kill(-processGroup, 'SIGKILL');
  } catch (error) {
    // EPERM: macOS says so of a group whose last member is not yet reaped.
    if (!['ESRCH', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
  }
}
