import { join } from 'node:path';
import type { StartMode } from './plan';

/** Where one data folder keeps what belongs to running processes. */
export function pidFilePath(dataDir: string, name: string): string {
  return join(dataDir, 'run', `${name}.pid`);
}

/** Held by the `start` command that runs a mode on this data folder. */
export function startLockPath(dataDir: string, mode: StartMode): string {
  return join(dataDir, 'run', `start-${mode}.lock`);
}

/** The raw output of a process; its structured logs lie beside it. */
export function outputLogPath(dataDir: string, name: string): string {
  return join(dataDir, 'logs', `${name}.out.log`);
}
