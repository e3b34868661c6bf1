import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '../process/error-code';

/** What a data folder keeps is its owner's alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** What a data folder keeps of itself cannot be read. */
export class KeptFileError extends Error {
  override readonly name = 'KeptFileError';
  readonly code = 'KEPT_FILE_UNREADABLE';
}

/**
 * @returns undefined when there is no such file
 * @throws KeptFileError when there is something else
 */
export function readKept(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    const message = `${path} cannot be read (${errorCode(error)}): mend it, or set DATA_DIR to another folder.`;
    throw new KeptFileError(message, { cause: error });
  }
}

/** Writes a file unless there is one: of several processes that start at once, one has the word, and it is whole. */
export function keepFirst(path: string, text: string): void {
  withDraft(path, text, (draftPath) => {
    try {
      linkSync(draftPath, path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  });
}

/** Writes a file in the place of the one that is there, whole or not at all. */
export function keepInstead(path: string, text: string): void {
  withDraft(path, text, (draftPath) => renameSync(draftPath, path));
}

function withDraft(path: string, text: string, use: (draftPath: string) => void): void {
  mkdirSync(dirname(path), { recursive: true, mode: FOLDER_MODE });
  const draftPath = `${path}.${process.pid}`;
  try {
    writeFileSync(draftPath, text, { mode: FILE_MODE });
    use(draftPath);
  } finally {
    rmSync(draftPath, { force: true });
  }
}
