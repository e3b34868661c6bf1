import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Transaction } from './records';

const JOURNAL_FILE = 'journal.jsonl';
const HEADER = '{"format":"oncefill-paper-journal","version":1}';
const READ_CHUNK_BYTES = 1024 * 1024;
/** Appending, so that the end stays the end after a failed write was cut off. */
const OPEN_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;

/** Longer than any transaction the book writes. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;

/** Enough to tell a line of ours from a damaged one; what is inside a record, the book's arithmetic checks. */
const transactionShape = z.strictObject({
  atMs: z.number().optional(),
  walletBalance: z.string().optional(),
  mntBalance: z.string().optional(),
  orders: z.array(z.looseObject({ orderId: z.string(), symbol: z.string(), status: z.string() })).optional(),
  executions: z.array(z.looseObject({ executionId: z.string(), orderId: z.string() })).optional(),
  positions: z.array(z.looseObject({ symbol: z.string(), size: z.string() })).optional(),
  retired: z.strictObject({ clientOrderIds: z.array(z.string()), orders: z.int() }).optional(),
  vanished: z.array(z.string()).optional(),
  forgotten: z.array(z.string()).optional(),
  remembered: z.array(z.string()).optional(),
  money: z.array(z.looseObject({ sequence: z.int(), type: z.string(), change: z.string() })).optional(),
  closings: z.array(z.looseObject({ sequence: z.int(), orderId: z.string(), symbol: z.string() })).optional(),
  fundedUntilMs: z.int().optional(),
  priceJumps: z.array(z.looseObject({ symbol: z.string(), factor: z.number() })).optional(),
  lives: z.array(z.looseObject({ symbol: z.string() })).optional(),
  oddExits: z.array(z.strictObject({ symbol: z.string(), what: z.enum(['nothing', 'too_large']) })).optional(),
});

const NO_ROOM: readonly string[] = ['ENOSPC', 'EDQUOT'];

/** The journal cannot be used as it is. The message names the file and line, and what to do. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly code = 'JOURNAL_DAMAGED';
}

/**
 * The paper venue's durable memory: one transaction per line, appended before the request is answered.
 *
 * Every append is one synchronous write to the operating system, a few microseconds, so a transaction that was
 * answered survives a SIGKILL of this process. There is no fsync: a power cut may cost the last seconds, which paper
 * money can bear. A last line without its line break was never answered and is dropped.
 */
export class Journal {
  readonly #path: string;
  #descriptor: number | undefined;
  #lengthBytes = 0;

  constructor(private readonly stateDir: string) {
    this.#path = join(stateDir, JOURNAL_FILE);
  }

  /**
   * Reads all transactions in order.
   *
   * @throws JournalError for any line but the last that is not what the venue writes
   */
  replay(apply: (transaction: Transaction) => void): void {
    let lineNumber = 0;
    for (const line of readLines(this.#path)) {
      lineNumber += 1;
      if (lineNumber === 1) {
        if (line !== HEADER) throw this.#damaged(lineNumber);
        continue;
      }
      try {
        apply(transactionShape.parse(JSON.parse(line)) as unknown as Transaction);
      } catch (error) {
        throw this.#damaged(lineNumber, error);
      }
    }
  }

  /**
   * Replaces the journal, in one step, by the fewest transactions that give the same book, and opens it for appending.
   *
   * @throws JournalError when the disk does not take it; the journal is then as it was before
   */
  compact(transactions: Iterable<Transaction>): void {
    const temporary = `${this.#path}.tmp`;
    let descriptor: number | undefined;
    try {
      mkdirSync(this.stateDir, { recursive: true });
      descriptor = openSync(temporary, OPEN_FLAGS);
      let lengthBytes = writeAll(descriptor, `${HEADER}\n`);
      for (const transaction of transactions) lengthBytes += writeAll(descriptor, `${JSON.stringify(transaction)}\n`);
      fsyncSync(descriptor);
      renameSync(temporary, this.#path);
      this.#descriptor = descriptor;
      this.#lengthBytes = lengthBytes;
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor);
      // What was begun would take the room that is missing; the journal that is there stays as it is.
      rmSync(temporary, { force: true });
      throw this.#unwritten(error as NodeJS.ErrnoException);
    }
  }

  /** @throws Error when the disk refuses the write; the journal is then as it was before */
  append(transaction: Transaction): void {
    if (this.#descriptor === undefined) throw new Error('The paper journal is not open.');
    try {
      this.#lengthBytes += writeAll(this.#descriptor, `${JSON.stringify(transaction)}\n`);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#lengthBytes);
      throw error;
    }
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #unwritten(cause: NodeJS.ErrnoException): JournalError {
    const isFull = NO_ROOM.includes(cause.code ?? '');
    const why = isFull ? `the disk is full (${cause.code}). Free some space` : `${cause.message}. Mend that`;
    return new JournalError(`${this.#path} cannot be written: ${why}; what is in it is kept.`, { cause });
  }

  #damaged(lineNumber: number, cause?: unknown): JournalError {
    return new JournalError(
      `${this.#path}:${lineNumber}: is not a line of the paper venue's journal. Restore the file, or delete it to start ` +
        'with a fresh account (used client order ids are then forgotten).',
      { cause },
    );
  }
}

function writeAll(descriptor: number, text: string): number {
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length;) offset += writeSync(descriptor, bytes, offset);
  return bytes.length;
}

/** The complete lines of a file, read in chunks; none for a file that does not exist. */
function* readLines(path: string): Generator<string> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const chunk = Buffer.alloc(READ_CHUNK_BYTES);
    let rest = Buffer.alloc(0);
    for (let count = readSync(descriptor, chunk); count > 0; count = readSync(descriptor, chunk)) {
      rest = Buffer.concat([rest, chunk.subarray(0, count)]);
      if (rest.length > LINE_BYTES_MAX)
        throw new JournalError(`${path}: holds a line longer than ${LINE_BYTES_MAX} bytes.`);
      let start = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
        yield rest.toString('utf8', start, end);
        start = end + 1;
      }
      rest = rest.subarray(start);
    }
  } finally {
    closeSync(descriptor);
  }
}
