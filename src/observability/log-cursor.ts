import { closeSync, fstatSync, readSync, statSync, type Stats } from 'node:fs';
import { FileUnusableError, openRegularFile } from '../process/bounded-file';
import type { LogFile } from './log-files';
import { parseFields, type LogLine } from './log-line';

/** Read at once. */
const CHUNK_BYTES = 65_536;
/** A longer line is cut, and says by how much: the reader's memory has a bound. */
export const LINE_BYTES_MAX = 1_048_576;
const NEWLINE = 0x0a;

/**
 * Reads the lines of one file, from its beginning on; what is appended later comes with later calls. It stays with the file that it
 * opened, whatever is put under its name: whoever writes into that may go on. A file that was emptied is read from its beginning.
 */
export class LogCursor {
  #descriptor: number | undefined;
  #position = 0;
  /** Read and not yet handed out. */
  #unread: Buffer = Buffer.alloc(0);
  /** The beginning of a line whose end is not there yet. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #cutBytes = 0;
  #time = '';
  #identity: string | undefined;
  #problem: string | undefined;

  constructor(readonly file: LogFile) {}

  /** @returns undefined: no other whole line is there (yet) */
  next(): LogLine | undefined {
    for (;;) {
      const end = this.#unread.indexOf(NEWLINE);
      if (end !== -1) {
        this.#keep(this.#unread.subarray(0, end));
        this.#unread = this.#unread.subarray(end + 1);
        return this.#take();
      }
      this.#keep(this.#unread);
      this.#unread = this.#readChunk();
      if (this.#unread.length === 0) return undefined;
    }
  }

  /** What stands behind the last line break: the file's writer was killed meanwhile, or is at it. */
  rest(): LogLine | undefined {
    return this.#begunBytes + this.#cutBytes === 0 ? undefined : this.#take();
  }

  /** Why nothing can be read of it, one sentence; undefined: nothing stands in the way. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether another file has its name by now, as after a rotation by somebody else. */
  isReplaced(): boolean {
    if (this.#identity === undefined) return false;
    const there = statSync(this.file.path, { throwIfNoEntry: false });
    return there !== undefined && identityOf(there) !== this.#identity;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #readChunk(): Buffer {
    const descriptor = this.#open();
    if (descriptor === undefined) return Buffer.alloc(0);
    if (fstatSync(descriptor).size < this.#position) this.#startOver();
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readSync(descriptor, chunk, 0, CHUNK_BYTES, this.#position);
    this.#position += length;
    return chunk.subarray(0, length);
  }

  #open(): number | undefined {
    if (this.#descriptor !== undefined || this.#problem !== undefined) return this.#descriptor;
    try {
      const what = 'The log';
      const descriptor = openRegularFile(this.file.path, { bytesMax: Number.POSITIVE_INFINITY, what });
      const identity = identityOf(fstatSync(descriptor));
      if (this.#identity !== undefined && identity !== this.#identity) this.#startOver();
      this.#identity = identity;
      this.#descriptor = descriptor;
      return descriptor;
    } catch (error) {
      if (!(error instanceof FileUnusableError)) throw error;
      // Days that are too old are removed while others read.
      if (error.code !== 'ENOENT') this.#problem = `${error.message.replace(/\.$/, '')}, and is left out.`;
      return undefined;
    }
  }

  /** What was begun has no end any more. */
  #startOver(): void {
    this.#position = 0;
    this.#forgetBegun();
  }

  #forgetBegun(): void {
    this.#begun = [];
    this.#begunBytes = 0;
    this.#cutBytes = 0;
  }

  #keep(piece: Buffer): void {
    const room = LINE_BYTES_MAX - this.#begunBytes;
    const kept = piece.subarray(0, room);
    if (kept.length > 0) this.#begun.push(kept);
    this.#begunBytes += kept.length;
    this.#cutBytes += piece.length - kept.length;
  }

  #take(): LogLine {
    const text = Buffer.concat(this.#begun).toString('utf8');
    const cutBytes = this.#cutBytes;
    this.#forgetBegun();
    const fields = cutBytes === 0 ? parseFields(text) : undefined;
    if (typeof fields?.['time'] === 'string') this.#time = fields['time'];
    return { text, cutBytes, time: this.#time, fields };
  }
}

function identityOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}
