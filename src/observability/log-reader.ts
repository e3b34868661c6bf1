import { LogCursor } from './log-cursor';
import { listLogFiles, type LogFile } from './log-files';
import type { LogLine } from './log-line';

/** Lines of errors that were shown from their part's file, and are awaited in the file of errors. */
const AWAITED_MAX = 10_000;

/** Files that somebody renamed while they were read, and into which somebody may write on; of more, the oldest are left. */
const RENAMED_MAX = 16;

/** A line that waits for its turn. */
interface Head {
  readonly cursor: LogCursor;
  readonly line: LogLine;
}

/**
 * Reads the logs of a data folder in the order of time, whole days one after the other, and again what came in since. Of each file
 * one piece is in memory. An error stands in two files, its part's and that of errors, and is told once.
 */
export class LogReader {
  readonly #cursors = new Map<string, LogCursor>();
  readonly #renamed: LogCursor[] = [];
  readonly #problemsTold = new Set<string>();
  /** How many of such a line are still to come in the file of errors. */
  readonly #awaited = new Map<string, number>();

  /** @param firstDay YYYYMMDD: files of earlier days are left out */
  constructor(
    private readonly dataDir: string,
    private readonly firstDay = '',
  ) {}

  /**
   * All lines that came in since the last call.
   *
   * @param isLast nobody asks again: a line without an end counts as one
   * @throws the file system's error when a file cannot be read
   */
  *lines(isLast: boolean): Generator<LogLine> {
    const files = listLogFiles(this.dataDir).filter(({ day }) => day >= this.firstDay);
    const days = [...new Set(files.map(({ day }) => day))];
    for (const day of days) {
      const named = files.filter((file) => file.day === day).map((file) => this.#cursorOf(file));
      const cursors = [...this.#renamed.filter((cursor) => cursor.file.day === day), ...named];
      yield* this.#merge(cursors, isLast);
    }
    this.#closeOld(days.slice(-2));
  }

  /** What is in the place of a log and cannot be read as one, a sentence each, which are told once. */
  takeProblems(): readonly string[] {
    const problems = [...this.#cursors.values()].flatMap(({ problem }) => problem ?? []);
    const untold = problems.filter((problem) => !this.#problemsTold.has(problem));
    for (const problem of untold) this.#problemsTold.add(problem);
    return untold;
  }

  close(): void {
    for (const cursor of [...this.#cursors.values(), ...this.#renamed]) cursor.close();
  }

  #cursorOf(file: LogFile): LogCursor {
    const known = this.#cursors.get(file.path);
    if (known !== undefined && !known.isReplaced()) return known;
    if (known !== undefined) this.#followRenamed(known);
    const cursor = new LogCursor(file);
    this.#cursors.set(file.path, cursor);
    return cursor;
  }

  #followRenamed(cursor: LogCursor): void {
    this.#renamed.push(cursor);
    if (this.#renamed.length > RENAMED_MAX) this.#renamed.shift()?.close();
  }

  /** Nothing is written any more into days before yesterday; a cursor that is closed opens its file again if asked. */
  #closeOld(recentDays: readonly string[]): void {
    for (const cursor of this.#cursors.values()) if (!recentDays.includes(cursor.file.day)) cursor.close();
    const old = this.#renamed.filter(({ file }) => !recentDays.includes(file.day));
    for (const cursor of old) {
      cursor.close();
      this.#renamed.splice(this.#renamed.indexOf(cursor), 1);
    }
  }

  *#merge(cursors: readonly LogCursor[], isLast: boolean): Generator<LogLine> {
    const read = (cursor: LogCursor): LogLine | undefined => cursor.next() ?? (isLast ? cursor.rest() : undefined);
    const heads = cursors.flatMap((cursor): Head[] => {
      const line = read(cursor);
      return line === undefined ? [] : [{ cursor, line }];
    });
    while (heads.length > 0) {
      const index = indexOfFirst(heads);
      const head = heads[index];
      if (head === undefined) return;
      if (!this.#wasTold(head)) yield head.line;
      const line = read(head.cursor);
      if (line === undefined) heads.splice(index, 1);
      else heads[index] = { cursor: head.cursor, line };
    }
  }

  #wasTold({ cursor, line: { text, fields } }: Head): boolean {
    const { kind } = cursor.file;
    const awaited = this.#awaited.get(text) ?? 0;
    if (kind === 'errors') {
      if (awaited <= 1) this.#awaited.delete(text);
      else this.#awaited.set(text, awaited - 1);
      return awaited > 0;
    }
    if (fields?.['level'] !== 'error' && fields?.['level'] !== 'fatal') return false;
    this.#awaited.set(text, awaited + 1);
    // The oldest was dropped there, because that file is full.
    const [oldest] = this.#awaited.size > AWAITED_MAX ? this.#awaited.keys() : [];
    if (oldest !== undefined) this.#awaited.delete(oldest);
    return false;
  }
}

/** Of lines of the same instant, those of parts come before those of the file of errors, which repeats them. */
function indexOfFirst(heads: readonly Head[]): number {
  let first = 0;
  heads.forEach((head, index) => {
    const other = heads[first] ?? head;
    const isEarlier = head.line.time < other.line.time;
    const isPreferred = head.line.time === other.line.time && other.cursor.file.kind === 'errors';
    if (isEarlier || isPreferred) first = index;
  });
  return first;
}
