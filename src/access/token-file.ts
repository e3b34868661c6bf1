import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type BigIntStats,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../process/error-code';
import { claimPidFile, releasePidFile } from '../process/pid-file';
import { pollUntil } from '../process/poll';
import { openDataFolder } from './private-folder';
import { parseTokens, serializeTokens } from './token-record';
import type { TokenRecord } from './tokens';

/** Far more than the tokens that are allowed need. */
const TOKEN_FILE_BYTES_MAX = 262_144;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** How long one command waits for another that changes the tokens. */
const CLAIM_MAX_MS = 5_000;
const CLAIM_INTERVAL_MS = 50;
/** Neither a link that leads elsewhere nor a pipe that nobody writes to. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The tokens cannot be read or changed, and so nobody is let in. The message says what to do. */
export class TokenFileError extends Error {
  override readonly name = 'TokenFileError';
  readonly code = 'TOKEN_FILE_UNUSABLE';
}

/** The tokens as they are on disk. */
export interface StoredTokens {
  /** false: nobody has ever made one here. */
  readonly exists: boolean;
  readonly tokens: readonly TokenRecord[];
  /** Changes whenever the file does. */
  readonly mark: string;
}

const ABSENT: StoredTokens = { exists: false, tokens: [], mark: 'absent' };

function folderOf(dataDir: string): string {
  return join(dataDir, 'access');
}

export function tokenFilePath(dataDir: string): string {
  return join(folderOf(dataDir), 'tokens.json');
}

function unusable(dataDir: string, why: string, what = 'the file'): TokenFileError {
  return new TokenFileError(
    `The API's tokens in ${tokenFilePath(dataDir)} cannot be used, because ${what} ${why}: mend it, or remove it and make new ones with "oncefill token create". Until then no token is good.`,
  );
}

function markOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats, folder: Stats): string {
  return [ino, size, mtimeNs, ctimeNs, folder.dev, folder.ino, folder.uid, folder.mode].join(':');
}

/** Whoever can write into the folder can put a file of his own there, and a link leads to where others can. */
function checkFolder(dataDir: string): Stats | undefined {
  const folder = lstatSync(folderOf(dataDir), { throwIfNoEntry: false });
  if (!folder) return undefined;
  const refuse = (why: string): TokenFileError => unusable(dataDir, why, 'the folder it is in');
  if (!folder.isDirectory()) throw refuse('is a link or no folder at all');
  if (process.geteuid && folder.uid !== process.geteuid()) throw refuse('belongs to another user');
  if (process.geteuid && (folder.mode & 0o077) !== 0) throw refuse('is open to other users (chmod 700 closes it)');
  return folder;
}

/** A cheap look, for whoever has read the file before: equal marks mean the same tokens, in a folder that is as it was. */
export function tokenFileMark(dataDir: string): string {
  try {
    // Most installations have no tokens, and an error that is thrown costs more than the look.
    const folder = lstatSync(folderOf(dataDir), { throwIfNoEntry: false });
    if (!folder) return ABSENT.mark;
    if (!folder.isDirectory()) return 'unreadable:folder';
    return markOf(statSync(tokenFilePath(dataDir), { bigint: true }), folder);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ABSENT.mark : `unreadable:${errorCode(error)}`;
  }
}

function readBounded(descriptor: number): string | undefined {
  const buffer = Buffer.alloc(TOKEN_FILE_BYTES_MAX + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < buffer.length; length += read) {
    read = readSync(descriptor, buffer, length, buffer.length - length, null);
  }
  return length > TOKEN_FILE_BYTES_MAX ? undefined : buffer.toString('utf8', 0, length);
}

function readOpened(dataDir: string, descriptor: number, folder: Stats): StoredTokens {
  const stats = fstatSync(descriptor, { bigint: true });
  if (!stats.isFile()) throw unusable(dataDir, 'is no regular file');
  if (process.geteuid && stats.uid !== BigInt(process.geteuid())) throw unusable(dataDir, 'belongs to another user');
  if (process.geteuid && (Number(stats.mode) & 0o077) !== 0) {
    throw unusable(dataDir, 'is open to other users, who may have added a token of theirs');
  }
  const text = readBounded(descriptor);
  const tokens = text === undefined ? undefined : parseTokens(text);
  if (!tokens) throw unusable(dataDir, 'does not hold tokens as this program writes them');
  return { exists: true, tokens, mark: markOf(stats, folder) };
}

/** @throws TokenFileError for anything but a file that we wrote, or none */
export function readTokens(dataDir: string): StoredTokens {
  const folder = checkFolder(dataDir);
  if (!folder) return ABSENT;
  let descriptor: number;
  try {
    descriptor = openSync(tokenFilePath(dataDir), READ_FLAGS);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ABSENT;
    throw unusable(dataDir, `cannot be opened (${errorCode(error)})`);
  }
  try {
    return readOpened(dataDir, descriptor, folder);
  } catch (error) {
    if (error instanceof TokenFileError) throw error;
    throw unusable(dataDir, `cannot be read (${errorCode(error)})`);
  } finally {
    closeSync(descriptor);
  }
}

/** Whole or not at all, and on disk when it returns. */
function writeTokens(dataDir: string, tokens: readonly TokenRecord[]): void {
  const path = tokenFilePath(dataDir);
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', FILE_MODE);
  try {
    writeSync(descriptor, serializeTokens(tokens));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, path);
  const folder = openSync(folderOf(dataDir), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Changes the tokens, one process at a time.
 *
 * @param change what becomes of them; it must not wait
 * @throws TokenFileError, DataFolderError, and what `change` throws: nothing is changed then
 */
export async function changeTokens(
  dataDir: string,
  change: (tokens: readonly TokenRecord[]) => readonly TokenRecord[],
): Promise<void> {
  openDataFolder(dataDir);
  mkdirSync(folderOf(dataDir), { recursive: true, mode: FOLDER_MODE });
  checkFolder(dataDir);
  const lock = join(folderOf(dataDir), 'tokens.lock');
  const claim = (): Promise<boolean> => Promise.resolve(claimPidFile(lock, process.pid) === undefined);
  const isClaimed = await pollUntil(claim, { intervalMs: CLAIM_INTERVAL_MS, timeoutMs: CLAIM_MAX_MS });
  if (!isClaimed) {
    throw new TokenFileError(
      `Another command changes the tokens in ${folderOf(dataDir)}: repeat this one when it is done.`,
    );
  }
  try {
    writeTokens(dataDir, change(readTokens(dataDir).tokens));
  } finally {
    releasePidFile(lock, process.pid);
  }
}
