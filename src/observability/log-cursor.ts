import { closeSync, openSync, readSync } from 'node:fs';
import type { LogFile } from './log-files';
import { parseFields, type LogLine } from './log-line';

/** Read at once. */
const CHUNK_BYTES = 65_536;
/** A longer line is cut, and says by how much: the reader's memory has a bound. */
export const LINE_BYTES_MAX = 1_048_576;
const NEWLINE = 0x0a;

/** Reads the lines of one file, from its beginning on; what is appended later comes with later calls. */
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

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #readChunk(): Buffer {
    try {
      this.#descriptor ??= openSync(this.file.path, 'r');
    } catch (error) {
      // Days that are too old are removed while others read.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    }
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readSync(this.#descriptor, chunk, 0, CHUNK_BYTES, this.#position);
    this.#position += length;
    return chunk.subarray(0, length);
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
    this.#begun = [];
    this.#begunBytes = 0;
    this.#cutBytes = 0;
    const fields = cutBytes === 0 ? parseFields(text) : undefined;
    if (typeof fields?.['time'] === 'string') this.#time = fields['time'];
    return { text, cutBytes, time: this.#time, fields };
  }
}
