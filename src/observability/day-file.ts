import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import { destination } from 'pino';

const DAY_MS = 86_400_000;
/** What waits in memory while the disk refuses writes; beyond it lines are lost, and the process lives. */
const UNWRITTEN_BYTES_MAX = 1_048_576;
/** Only the owner may read: logs tell what is traded. */
const FILE_MODE = 0o600;

/** A stream of lines into one file per UTC day. */
export interface DayFile extends DestinationStream {
  /** Flushes and closes; later lines are dropped. */
  readonly close: () => void;
}

export interface DayFileOptions {
  readonly folder: string;
  /** The file's name is `<stem>_YYYYMMDD.log`. */
  readonly stem: string;
  /** Files of this stem that are older are removed at every change of the day. At least 1. */
  readonly keepDays: number;
  /** Milliseconds UTC. */
  readonly clock?: () => number;
}

function dayName(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
}

function removeOldDays(folder: string, stem: string, oldestDay: string): void {
  const pattern = new RegExp(`^${stem}_(\\d{8})\\.log$`);
  for (const name of readdirSync(folder)) {
    const day = pattern.exec(name)?.[1];
    // `force`: another process that writes the same kind of file may have removed it first.
    if (day !== undefined && day < oldestDay) rmSync(join(folder, name), { force: true });
  }
}

/**
 * Opens today's file, and the next day's when the UTC day changes. Lines are written at once and appended whole, so
 * that a killed process loses none and several processes may share a file.
 *
 * @throws the file system's error when today's file cannot be opened; later failures go to stderr
 */
export function openDayFile({ folder, stem, keepDays, clock = Date.now }: DayFileOptions): DayFile {
  const fileOf = (timeMs: number): string => join(folder, `${stem}_${dayName(timeMs)}.log`);
  let day = Math.floor(clock() / DAY_MS);
  let current = fileOf(clock());
  const file = destination({
    dest: current,
    append: true,
    mkdir: true,
    mode: FILE_MODE,
    sync: true,
    maxLength: UNWRITTEN_BYTES_MAX,
  });
  let failed = false;
  const complain = (error: Error): void => {
    if (!failed) process.stderr.write(`The log in ${folder} cannot be written: ${error.message}.\n`);
    failed = true;
  };
  file.on('error', complain);
  file.on('write', () => (failed = false));

  const startDay = (timeMs: number): void => {
    try {
      removeOldDays(folder, stem, dayName(timeMs - (keepDays - 1) * DAY_MS));
      if (current === fileOf(timeMs)) return;
      file.reopen(fileOf(timeMs));
      current = fileOf(timeMs);
    } catch (error) {
      // Yesterday's file stays open: a line in the wrong file beats a lost line or a dead process.
      complain(error as Error);
    }
  };
  startDay(clock());

  let open = true;
  return {
    write(line) {
      if (!open) return;
      const timeMs = clock();
      const today = Math.floor(timeMs / DAY_MS);
      if (today !== day) {
        day = today;
        startDay(timeMs);
      }
      file.write(line);
    },
    close() {
      if (!open) return;
      open = false;
      file.flushSync();
      file.end();
    },
  };
}
