import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';

/** Size of one raw output file; the one before it is kept beside it as `<name>.1`. */
export const OUTPUT_LOG_BYTES_MAX = 5_000_000;
/** Characters of output kept in memory, and the lines of it that are shown when a process dies. */
const LAST_OUTPUT_LENGTH_MAX = 8_192;
export const LAST_LINES_MAX = 12;

/**
 * What a process wrote to stdout and stderr: a file of bounded size, and its end in memory. The structured logs are the
 * process's own; this catches what happens before logging works, and what native code prints.
 */
export class OutputLog {
  private descriptor: number | undefined;
  private bytes = 0;
  private lastOutput = '';

  /** @param onFileError the file cannot be written (a full disk, say); the process itself goes on */
  constructor(
    private readonly path: string,
    private readonly onFileError: (error: Error) => void,
  ) {
    this.attempt(() => this.open());
  }

  /** Reads a stream of the process to its end. */
  follow(stream: Readable): void {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      this.lastOutput = (this.lastOutput + text).slice(-LAST_OUTPUT_LENGTH_MAX);
      this.attempt(() => this.write(text));
    });
  }

  /** The last lines since the previous call, oldest first. */
  takeLastLines(): readonly string[] {
    const lines = this.lastOutput.split('\n').filter((line) => line.trim() !== '');
    this.lastOutput = '';
    return lines.slice(-LAST_LINES_MAX);
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
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
