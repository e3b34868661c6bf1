import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LogComponent } from './logging';

/** What one file of the log folder holds: the lines of one part, or all errors, of one UTC day. */
export interface LogFile {
  readonly path: string;
  readonly kind: LogComponent | 'errors';
  /** YYYYMMDD, UTC. */
  readonly day: string;
}

const DAY_FILE = /^([a-z][a-z_]*)_(\d{8})\.log$/;
/** Lies beside the logs and has lines of another kind; `oncefill audit` reads it. */
const AUDIT = 'audit';

export function logFolder(dataDir: string): string {
  return join(dataDir, 'logs');
}

/** @param timeMs milliseconds UTC */
export function logDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
}

/**
 * The files of logs that are there now, the oldest day first. A folder that is not there holds none.
 *
 * @throws the file system's error when the folder cannot be read
 */
export function listLogFiles(dataDir: string): readonly LogFile[] {
  const folder = logFolder(dataDir);
  return namesIn(folder)
    .flatMap((name): LogFile[] => {
      const [, kind = '', day = ''] = DAY_FILE.exec(name) ?? [];
      if (kind === '' || kind === AUDIT) return [];
      return [{ path: join(folder, name), kind: kind as LogFile['kind'], day }];
    })
    .toSorted((one, other) => one.day.localeCompare(other.day) || one.kind.localeCompare(other.kind));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
