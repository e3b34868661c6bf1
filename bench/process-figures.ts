import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second on every platform that Node.js runs on (USER_HZ). */
const TICK_MS = 10;
const BYTES_PER_KIBIBYTE = 1_024;

/** What a process has used since its start, as the system tells it. */
export interface ProcessFigures {
  /** Processor time of all its threads, milliseconds. */
  readonly cpuMs: number;
  /** Resident memory, bytes. */
  readonly memoryBytes: number;
}

/**
 * Reads a running process's figures: from /proc on Linux, from `ps` elsewhere.
 *
 * @returns undefined when the system tells nothing about it
 */
export function readProcessFigures(pid: number): ProcessFigures | undefined {
  try {
    if (existsSync('/proc/self/stat')) {
      return parseProc(readFileSync(`/proc/${pid}/stat`, 'utf8'), readFileSync(`/proc/${pid}/status`, 'utf8'));
    }
    return parsePs(execFileSync('ps', ['-o', 'time=,rss=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    // A process that has ended, or a system without either source: the report says that it was not measured.
    return undefined;
  }
}

/**
 * Reads proc_pid_stat(5) and proc_pid_status(5). The process's name may hold blanks and brackets: fields are counted from
 * behind its closing bracket, so that field 14 (utime) is the twelfth there, and field 15 (stime) the thirteenth.
 */
export function parseProc(stat: string, status: string): ProcessFigures | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  const memoryBytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * BYTES_PER_KIBIBYTE;
  return Number.isFinite(cpuMs) && Number.isFinite(memoryBytes) ? { cpuMs, memoryBytes } : undefined;
}

/** Reads `[[days-]hours:]minutes:seconds[.hundredths]` and kibibytes, the two columns of `ps -o time=,rss=`. */
export function parsePs(line: string): ProcessFigures | undefined {
  const match = /^(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+(?:\.\d+)?)\s+(\d+)$/.exec(line.trim());
  if (!match) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0, kibibytes = 0] = match
    .slice(1)
    .map((text) => Number(text ?? 0));
  const cpuMs = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
  return { cpuMs, memoryBytes: kibibytes * BYTES_PER_KIBIBYTE };
}

/** The processes whose work is told apart. */
export const PARTS = ['server', 'workers', 'venue'] as const;
type Part = (typeof PARTS)[number];
export type ByPart<Value> = Readonly<Record<Part, Value>>;

/** Processor time of each piece in the processes that only HTTP has, milliseconds; undefined: there is none, or nobody reads it. */
export interface HttpCpu {
  readonly api?: number;
  /** Of the process that sends and does nothing else. */
  readonly sender?: number;
}

/** A figure of every part. */
export function byPart<Value>(figureOf: (part: Part) => Value): ByPart<Value> {
  return { server: figureOf('server'), workers: figureOf('workers'), venue: figureOf('venue') };
}

/** What every part used between two readings, milliseconds of processor time for each of `count` pieces of work. */
export function cpuPerPiece(
  before: ByPart<ProcessFigures | undefined>,
  after: ByPart<ProcessFigures | undefined>,
  count: number,
): ByPart<number | undefined> {
  return byPart((part) => {
    const [start, end] = [before[part], after[part]];
    return start && end ? (end.cpuMs - start.cpuMs) / count : undefined;
  });
}

/** @returns undefined when one part is unknown */
export function sumOf(parts: ByPart<number | undefined>): number | undefined {
  return PARTS.reduce<number | undefined>((sum, part) => {
    const value = parts[part];
    return sum === undefined || value === undefined ? undefined : sum + value;
  }, 0);
}
