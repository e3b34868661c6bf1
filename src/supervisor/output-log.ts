import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { redact } from '../secrets/known-secrets';

/** Size of one raw output file; the one before it is kept beside it as `<name>.1`. */
export const OUTPUT_LOG_BYTES_MAX = 5_000_000;
/** Characters of output kept in memory, and the lines of it that are shown when a process dies. */
const LAST_OUTPUT_LENGTH_MAX = 8_192;
export const LAST_LINES_MAX = 12;
/** What a process wrote longer before its end tells nothing of it. */
export const LAST_LINES_AGE_MAX_MS = 5_000;
/** A line that is longer is written in pieces. */
const LINE_LENGTH_MAX = 65_536;

/** What came at once. */
interface Piece {
  readonly atMs: number;
  readonly text: string;
}

/** The newest pieces that are together no longer than what is kept; of the oldest one its end. */
function lastOf(pieces: readonly Piece[]): readonly Piece[] {
  const kept: Piece[] = [];
  let room = LAST_OUTPUT_LENGTH_MAX;
  for (const { atMs, text } of pieces.toReversed()) {
    if (room === 0) break;
    const end = text.slice(-room);
    kept.unshift({ atMs, text: end });
    room -= end.length;
  }
  return kept;
}

/**
 * What a process wrote to stdout and stderr: a file of bounded size, and its end in memory. The structured logs are the
 * process's own; this catches what happens before logging works, and what native code prints. No logger has cleaned that,
 * so secrets that the supervisor knows are taken out here, line by line.
 */
export class OutputLog {
  private descriptor: number | undefined;
  private bytes = 0;
  private lastOutput: readonly Piece[] = [];

  /**
   * @param onFileError the file cannot be written (a full disk, say); the process itself goes on
   * @param nowMs a clock that never goes back, milliseconds
   */
  constructor(
    private readonly path: string,
    private readonly onFileError: (error: Error) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.attempt(() => this.open());
  }

  /** Reads a stream of the process to its end. */
  follow(stream: Readable): void {
    let unfinished = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const read = unfinished + text;
      const end = read.length > LINE_LENGTH_MAX ? read.length : read.lastIndexOf('\n') + 1;
      unfinished = read.slice(end);
      this.take(read.slice(0, end));
    });
    stream.on('end', () => this.take(unfinished));
  }

  /** The lines of the last seconds since the previous call, oldest first, as plain text: older ones do not tell of its end. */
  takeLastLines(): readonly string[] {
    const sinceMs = this.nowMs() - LAST_LINES_AGE_MAX_MS;
    const recent = this.lastOutput.filter(({ atMs }) => atMs >= sinceMs).map(({ text }) => text);
    this.lastOutput = [];
    const lines = recent.join('').split('\n').map(stripVTControlCharacters);
    return lines.filter((line) => line.trim() !== '').slice(-LAST_LINES_MAX);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private take(output: string): void {
    if (output === '') return;
    const text = redact(output);
    this.lastOutput = lastOf([...this.lastOutput, { atMs: this.nowMs(), text: text.slice(-LAST_OUTPUT_LENGTH_MAX) }]);
    this.attempt(() => this.write(text));
  }

  private open(): void {
    mkdirSync(dirname(this.path), { recursive: true });
    this.descriptor = openSync(this.path, 'a', 0o600);
    this.bytes = fstatSync(this.descriptor).size;
  }

  private write(text: string): void {
    if (this.descriptor === undefined) return;
    if (this.bytes >= OUTPUT_LOG_BYTES_MAX) {
      this.close();
      renameSync(this.path, `${this.path}.1`);
      this.open();
    }
    // Synchronous, so that there is no queue to bound: the disk's cache takes it at once.
    this.bytes += writeSync(this.descriptor, text);
  }

  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      // After the first failure the file stays closed: a full disk would otherwise be reported with every line.
      this.close();
      this.onFileError(error as Error);
    }
  }
}
