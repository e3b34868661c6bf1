import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';

/** Every bit that lets the group or others in. */
const OTHERS_BITS = 0o077;
const FOLDER_MODE = 0o700;
/** What releases made there before every process of ours made its files private. */
const OLDER_FOLDERS = ['candles', 'logs', 'paper-venue', 'run', 'temporal'] as const;
/** Files and folders that one start looks at; the folder above them is private whatever they are. */
const ENTRIES_MAX = 20_000;

/** The data folder is not ours alone. The message says what to do. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
  readonly code = 'DATA_FOLDER_REFUSED';
}

/** Where the system has no users, nothing is anybody's. */
function isOurs({ uid }: Stats): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

function isOpen({ mode }: Stats): boolean {
  return process.geteuid !== undefined && (mode & OTHERS_BITS) !== 0;
}

/**
 * Makes a folder and those above it, one by one: Node.js, asked for all at once, gives every refusal on the way the same name,
 * and where the system says that a folder is missing which is there (a link that leads nowhere, /proc) it asks for ever.
 *
 * @throws what the system refuses, under its own code, and DataFolderError where a part of the path leads nowhere
 */
function makeFolder(folder: string): void {
  const missing = [folder];
  for (let above = dirname(folder); !existsSync(above) && above !== dirname(above); above = dirname(above)) {
    missing.unshift(above);
  }
  for (const path of missing) {
    try {
      mkdirSync(path, { mode: FOLDER_MODE });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const isLink = lookAt(path)?.isSymbolicLink() ?? false;
      // Two that start at once make it both.
      if (code === 'EEXIST' && !isLink) continue;
      if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
      const why = isLink ? `${path} is a link that leads nowhere` : `no folder can be made at ${path}`;
      throw new DataFolderError(
        `The data folder ${folder} cannot be made: ${why}. Set DATA_DIR to a folder of your own.`,
      );
    }
  }
}

/**
 * Makes sure that the data folder is there and that only we can look into it or write there: whoever can write there decides
 * what our processes believe. One of ours that is open to others is closed.
 *
 * @returns whether it was open to others
 * @throws DataFolderError when it belongs to another user, by itself or by a link, or cannot be closed
 */
export function openDataFolder(dataDir: string): boolean {
  // Every line of the audit asks: looking costs less than making.
  if (!existsSync(dataDir)) makeFolder(dataDir);
  const advice = 'set DATA_DIR to a folder of your own';
  if (!isOurs(lstatSync(dataDir))) {
    throw new DataFolderError(`The data folder ${dataDir} belongs to another user: ${advice}.`);
  }
  const folder = statSync(dataDir);
  if (!folder.isDirectory()) throw new DataFolderError(`${dataDir} is not a folder: ${advice}.`);
  if (!isOurs(folder)) {
    throw new DataFolderError(`The data folder ${dataDir} is a link to a folder of another user: ${advice}.`);
  }
  if (!isOpen(folder)) return false;
  chmodSync(dataDir, FOLDER_MODE);
  if (isOpen(statSync(dataDir))) {
    const message = `The data folder ${dataDir} stays open to other users, because its file system keeps no permissions: ${advice} on another one.`;
    throw new DataFolderError(message);
  }
  return true;
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // It is not there (yet), or vanished meanwhile.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/**
 * Takes away what older releases, which did not think of it, let the group and others do with the files of the data folder.
 * Follows no link, and leaves alone what is not ours.
 *
 * @returns how many files and folders were closed
 */
export function tightenDataFolder(dataDir: string): number {
  const waiting = OLDER_FOLDERS.map((name) => join(dataDir, name));
  let closed = 0;
  for (let seen = 0; seen < ENTRIES_MAX; seen += 1) {
    const path = waiting.pop();
    if (path === undefined) break;
    const entry = lookAt(path);
    if (!entry || entry.isSymbolicLink() || !isOurs(entry)) continue;
    if (isOpen(entry)) {
      chmodSync(path, entry.mode & 0o7777 & ~OTHERS_BITS);
      closed += 1;
    }
    if (entry.isDirectory()) waiting.push(...entriesOf(path).map((name) => join(path, name)));
  }
  return closed;
}
