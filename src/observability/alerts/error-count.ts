import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../process/error-code';
import { logDay, logFolder } from '../log-files';
import { parseFields } from '../log-line';

const SPAN_MS = 60_000;
/** Of the lines that came since the last look, at most so many bytes are read: the rest is many errors in any case. */
const READ_BYTES_MAX = 4 * 1_048_576;
/** Processes that errors are counted for. */
const COMPONENTS_MAX = 50;
/** Of one process: more change nothing. */
const COUNTED_MAX = 100_000;

/** Counts the lines of the errors' log, which all processes write, in the last minute. */
export class ErrorCount {
  private path = '';
  private offset = 0;
  /** When they were seen, on the monotonic clock. */
  private readonly seen = new Map<string, number[]>();

  /** Errors of before count as told. @param clock UTC, milliseconds */
  constructor(
    private readonly dataDir: string,
    private readonly clock: () => number = Date.now,
    private readonly ticker: () => number = () => performance.now(),
  ) {
    this.path = this.todaysPath();
    this.offset = sizeOf(this.path);
  }

  /** @returns errors of the last minute by process; of one that had some before and has none now, 0 */
  look(): ReadonlyMap<string, number> {
    const path = this.todaysPath();
    if (path !== this.path) this.readOn();
    if (path !== this.path) [this.path, this.offset] = [path, 0];
    this.readOn();
    const oldestMs = this.ticker() - SPAN_MS;
    const counts = new Map<string, number>();
    for (const [component, times] of this.seen) {
      const young = times.filter((atMs) => atMs > oldestMs);
      counts.set(component, young.length);
      this.seen.set(component, young);
    }
    return counts;
  }

  private todaysPath(): string {
    return join(logFolder(this.dataDir), `errors_${logDay(this.clock())}.log`);
  }

  private readOn(): void {
    const size = sizeOf(this.path);
    if (size < this.offset) this.offset = 0;
    const length = Math.min(size - this.offset, READ_BYTES_MAX);
    if (length <= 0) return;
    const bytes = Buffer.alloc(length);
    const file = openSync(this.path, 'r');
    try {
      const read = readSync(file, bytes, 0, length, this.offset);
      // A line that is not whole yet is left for the next look.
      const end = bytes.lastIndexOf(0x0a, read - 1) + 1;
      for (const line of bytes.toString('utf8', 0, end).split('\n')) this.count(line);
      const isBehind = size - this.offset > READ_BYTES_MAX;
      this.offset = isBehind ? size : this.offset + end;
    } finally {
      closeSync(file);
    }
  }

  private count(line: string): void {
    const component = componentOf(line);
    if (component === undefined) return;
    const times = this.seen.get(component) ?? [];
    if (times.length >= COUNTED_MAX || (times.length === 0 && this.seen.size >= COMPONENTS_MAX)) return;
    times.push(this.ticker());
    this.seen.set(component, times);
  }
}

function componentOf(line: string): string | undefined {
  const component = parseFields(line)?.['component'];
  return typeof component === 'string' ? component : undefined;
}

function sizeOf(path: string): number {
  try {
    const stats = statSync(path);
    // A folder or a pipe of that name holds no lines.
    return stats.isFile() ? stats.size : 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
