import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;

/** The ending of a file that is not whole yet; such a file is nobody's after a crash. */
export const DRAFT_ENDING = '.draft';

/**
 * Puts a text in the place of what is there, whole or not at all, and on the disk when it returns. Only its owner may read it.
 *
 * @throws the file system's error
 */
export function writeSafely(path: string, text: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  const draft = join(folder, `.${basename(path)}.${process.pid}${DRAFT_ENDING}`);
  try {
    const file = openSync(draft, NEW_FILE, FILE_MODE);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(folder);
}

/** A name is only as safe as its folder. */
function syncFolder(folder: string): void {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  const file = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
