import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { errorCode } from './error-code';

export interface BoundedFileOptions {
  /** The largest file that is read, in bytes; at least 1. */
  readonly bytesMax: number;
  /** What the file is, as the message begins: `The candle file`. */
  readonly what: string;
}

/** A file cannot be used. The message is one sentence with what it is, its path and what is wrong. */
export class FileUnusableError extends Error {
  override readonly name = 'FileUnusableError';

  constructor(
    what: string,
    path: string,
    /** What is wrong, without a full stop: `is larger than 8192 bytes`. */
    readonly problem: string,
    /** The system's code, such as `ENOENT`, when the system refused. */
    readonly code?: string,
  ) {
    super(`${what} ${path} ${problem}.`);
  }
}

/** What a path is when it is no regular file. */
function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** Says what the system's refusal means. */
function describeFileRefusal(code: string | undefined): string {
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown reason'})`;
}

/**
 * Opens a regular file for reading. A pipe or a device is refused without being opened: it has no size, may never end, and
 * reading may take what belongs to another reader.
 *
 * @returns the open file; the caller closes it
 * @throws FileUnusableError
 */
export function openRegularFile(path: string, { bytesMax, what }: BoundedFileOptions): number {
  let file: number | undefined;
  try {
    const before = statSync(path);
    // Should a pipe take the file's place now, opening it must not wait for a writer.
    if (before.isFile()) file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = file === undefined ? before : fstatSync(file);
    if (file === undefined || !stats.isFile()) {
      throw new FileUnusableError(what, path, `is ${kindOf(stats)}, not a regular file`);
    }
    if (stats.size > bytesMax) throw new FileUnusableError(what, path, tooLarge(bytesMax));
    return file;
  } catch (error) {
    if (file !== undefined) closeSync(file);
    if (error instanceof FileUnusableError) throw error;
    throw new FileUnusableError(what, path, describeFileRefusal(errorCode(error)), errorCode(error));
  }
}

function tooLarge(bytesMax: number): string {
  return `is larger than ${bytesMax} bytes`;
}

/**
 * Reads a whole regular file of a bounded size. The bound holds for what is read, too: a file that grows meanwhile, or one
 * of the kernel's that has no size, is no way around it.
 *
 * @throws FileUnusableError: missing, unreadable, no regular file, or too large
 */
export function readBoundedFile(path: string, options: BoundedFileOptions): Buffer {
  const { bytesMax, what } = options;
  const file = openRegularFile(path, options);
  try {
    // One byte more than allowed tells that there is more.
    const buffer = Buffer.allocUnsafe(Math.min(bytesMax, fstatSync(file).size || bytesMax) + 1);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(file, buffer, length, buffer.length - length, null);
      if (count === 0) return buffer.subarray(0, length);
      length += count;
    }
    throw new FileUnusableError(
      what,
      path,
      buffer.length > bytesMax ? tooLarge(bytesMax) : 'grew while it was read; try again',
    );
  } catch (error) {
    if (error instanceof FileUnusableError) throw error;
    throw new FileUnusableError(what, path, describeFileRefusal(errorCode(error)), errorCode(error));
  } finally {
    closeSync(file);
  }
}
