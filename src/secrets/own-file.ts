import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { encodingFault } from './encoding';

/** Any right of the group or of others. */
const FOREIGN_RIGHTS = 0o077;
const ROOT = 0;

/** What a file holds, and whose it is. */
export interface OwnFile {
  readonly text: string;
  /** Why it is no text in UTF-8, as the end of a sentence that begins with its name; absent: it is. */
  readonly encodingFault?: string;
  /** It belongs to us or to the system; true where files have no owners. */
  readonly isOurs: boolean;
  /** Nobody else may read or write it; true where files have no modes. */
  readonly isPrivate: boolean;
}

/** The file is not what was expected; the message ends a sentence that begins with its name. */
export class OwnFileError extends Error {
  override readonly name = 'OwnFileError';

  /** @param code of the file system, where it was its word */
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/**
 * Reads a small text file of the user's. What was opened is what is judged and read: nobody can put another file in its
 * place in between, and a device or a pipe is refused before it can hold us up.
 *
 * @param bytesMax the largest file that can be meant
 * @throws OwnFileError when it cannot be opened, is no regular file, or is larger
 */
export function readOwnFile(path: string, bytesMax: number): OwnFile {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new OwnFileError(`cannot be read (${code})`, code);
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new OwnFileError('is not a regular file');
    // One byte more than allowed is asked for: the file may have grown since.
    const bytes = Buffer.alloc(bytesMax + 1);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (status.size > bytesMax || length > bytesMax) throw new OwnFileError(`is larger than ${bytesMax} bytes`);
    const us = process.geteuid?.();
    return {
      text: bytes.toString('utf8', 0, length),
      encodingFault: encodingFault(bytes.subarray(0, length)),
      isOurs: us === undefined || status.uid === us || status.uid === ROOT,
      isPrivate: us === undefined || (status.mode & FOREIGN_RIGHTS) === 0,
    };
  } finally {
    closeSync(descriptor);
  }
}
