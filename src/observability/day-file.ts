import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DestinationStream } from 'pino';
import { destination } from 'pino';
import { ABOUT_LOG } from './log-line';

const DAY_MS = 86_400_000;
/** What waits in memory while the disk refuses writes; beyond it lines are lost, and the process lives. */
const UNWRITTEN_BYTES_MAX = 1_048_576;
/** Of one kind of file, days before today are kept while they are no larger together than this many full ones. */
const FULL_DAYS_KEPT_MAX = 5;
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
  /**
   * The largest size of one day's file, bytes; at least 1. A line that would exceed it is dropped, and so is every later one
   * of that day; a line of the log says so, and one at the day's end how many there were.
   */
  readonly bytesPerDayMax: number;
  /** Told once a day, when the first line is dropped. */
  readonly onFull?: (sentence: string) => void;
  /** Milliseconds UTC. */
  readonly clock?: () => number;
}

function dayName(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Removes files of days before the oldest one, and of others, from the oldest on, what is too much. */
function removeOldDays(folder: string, stem: string, oldestDay: string, today: string, bytesMax: number): void {
  const pattern = new RegExp(`^${stem}_(\\d{8})\\.log$`);
  let bytes = 0;
  for (const name of readdirSync(folder).toSorted().toReversed()) {
    const day = pattern.exec(name)?.[1];
    if (day === undefined || day >= today) continue;
    const path = join(folder, name);
    // Another process that writes the same kind of file may have removed it first.
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (day < oldestDay || bytes > bytesMax) rmSync(path, { force: true });
  }
}

/** A line of the log about the log. */
function notice(timeMs: number, message: string): string {
  return `${JSON.stringify({ level: 'warn', time: new Date(timeMs).toISOString(), [ABOUT_LOG]: true, message })}\n`;
}

/**
 * Opens today's file, and the next day's when the UTC day changes. Lines are written at once and appended whole, so
 * that a killed process loses none and several processes may share a file.
 *
 * @throws the file system's error when today's file cannot be opened; later failures go to stderr
 */
export function openDayFile(options: DayFileOptions): DayFile {
  const { folder, stem, keepDays, bytesPerDayMax, clock = Date.now } = options;
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
  const dayBudget = new DayBudget(bytesPerDayMax);

  const tellDropped = (timeMs: number): void => {
    const dropped = dayBudget.startDay();
    if (dropped > 0) file.write(notice(timeMs, `${dropped} lines were dropped while the day's file was full`));
  };
  const startDay = (timeMs: number): void => {
    try {
      const oldestDay = dayName(timeMs - (keepDays - 1) * DAY_MS);
      removeOldDays(folder, stem, oldestDay, dayName(timeMs), FULL_DAYS_KEPT_MAX * bytesPerDayMax);
      if (current === fileOf(timeMs)) return;
      file.reopen(fileOf(timeMs));
      current = fileOf(timeMs);
      tellDropped(timeMs);
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
      const verdict = dayBudget.judge(line, current);
      if (verdict === 'write') file.write(line);
      if (verdict === 'drop first') {
        options.onFull?.(
          `${basename(current)} has reached ${bytesPerDayMax} bytes (logging.bytesPerDayMax): lines are dropped until tomorrow. Errors have a file of their own.`,
        );
        file.write(notice(timeMs, `this file has reached ${bytesPerDayMax} bytes; lines are dropped until tomorrow`));
      }
    },
    close() {
      if (!open) return;
      open = false;
      tellDropped(clock());
      file.flushSync();
      file.end();
    },
  };
}

/** How much of a day's file is left. */
class DayBudget {
  /** Lines dropped since the file is full; undefined while it is not. */
  #dropped: number | undefined;

  constructor(private readonly bytesMax: number) {}

  /** @returns how many lines of the day before were dropped */
  startDay(): number {
    const dropped = this.#dropped ?? 0;
    this.#dropped = undefined;
    return dropped;
  }

  /** @param path of the file: other processes may write into it, so the file itself knows its size best */
  judge(line: string, path: string): 'write' | 'drop first' | 'drop' {
    if (this.#dropped === undefined) {
      if (sizeOf(path) + Buffer.byteLength(line) <= this.bytesMax) return 'write';
      this.#dropped = 1;
      return 'drop first';
    }
    this.#dropped += 1;
    return 'drop';
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    // Without a folder that can be read nothing is written either; whoever writes says why.
    return 0;
  }
}
