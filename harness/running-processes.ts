import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess, isProcessRunning, readRunningPid } from '../src/process/pid-file';
import { readServerRecord } from '../src/temporal/server-record';

/**
 * The processes of an installation that run, by number, this one left out: those that its run folder names, and, where
 * there is a /proc, every one that inherited its DATA_DIR, noted or not.
 */
export function runningProcesses(dataDir: string): readonly number[] {
  const server = runningServer(dataDir);
  const found = new Set([
    ...notedProcesses(dataDir),
    ...inheritors(dataDir),
    ...(server === undefined ? [] : [server]),
  ]);
  return [...found].filter((pid) => pid !== process.pid && identifyProcess(pid) !== undefined);
}

/** The embedded Temporal server's process, which inherits nothing. */
export function runningServer(dataDir: string): number | undefined {
  const server = readServerRecord(dataDir)?.server;
  return server && isProcessRunning(server) ? server.pid : undefined;
}

function notedProcesses(dataDir: string): readonly number[] {
  const folder = join(dataDir, 'run');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith('.pid'));
  return files.flatMap((name) => readRunningPid(join(folder, name)) ?? []);
}

function inheritors(dataDir: string): readonly number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/environ`, 'utf8').includes(`DATA_DIR=${dataDir}\0`);
      } catch {
        // It ended while we looked, or belongs to somebody else.
        return false;
      }
    })
    .map(Number);
}
