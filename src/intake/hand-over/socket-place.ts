import { chmodSync, closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../process/error-code';

const SOCKET_NAME = 'signals.sock';
const FOLDER_MODE = 0o700;
/** Every bit that lets the group or others in. */
const OTHERS_BITS = 0o077;
/** What the systems allow in a socket's address: 108 bytes on Linux, 104 elsewhere, with the zero at its end. */
const ADDRESS_BYTES_MAX = 103;
/** Where Linux shows a process the folders that it has open, by a short name. */
const OPEN_FOLDERS = '/proc/self/fd';

/** The socket cannot be where it should. The message says why, without a full stop. */
export class SocketPlaceError extends Error {
  override readonly name = 'SocketPlaceError';
}

/** A way to the socket: its address, good until it is closed. */
export interface SocketPlace {
  /** Of a length that the system takes. */
  readonly address: string;
  close(): void;
}

export function socketFolder(dataDir: string): string {
  return join(dataDir, 'run');
}

export function socketPath(dataDir: string): string {
  return join(socketFolder(dataDir), SOCKET_NAME);
}

/** Held by the process that serves the socket. */
export function socketLockPath(dataDir: string): string {
  return `${socketPath(dataDir)}.lock`;
}

/**
 * A deep data folder is reached through an open descriptor of the folder, whose name is short: no link and no folder that
 * others can write into.
 *
 * @throws SocketPlaceError where the folder is not ours alone, or the system has no short name for it
 */
export function openPlace(dataDir: string): SocketPlace {
  const path = socketPath(dataDir);
  checkFolder(socketFolder(dataDir));
  if (Buffer.byteLength(path) <= ADDRESS_BYTES_MAX) return { address: path, close: () => undefined };
  if (!existsSync(OPEN_FOLDERS)) {
    throw new SocketPlaceError(
      `the path ${path} is longer than the ${ADDRESS_BYTES_MAX} bytes that a socket's may have`,
    );
  }
  const folder = openSync(socketFolder(dataDir), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  return { address: join(OPEN_FOLDERS, String(folder), SOCKET_NAME), close: () => closeSync(folder) };
}

/** Makes sure that it is there; one of ours that is open to others is closed. @throws SocketPlaceError when it cannot be made */
export function makeFolder(dataDir: string): void {
  const folder = socketFolder(dataDir);
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
    const found = lstatSync(folder);
    if (found.isDirectory() && isOurs(found.uid) && isOpen(found.mode)) chmodSync(folder, FOLDER_MODE);
  } catch (error) {
    throw new SocketPlaceError(`${folder} cannot be made (${errorCode(error)})`);
  }
}

/**
 * What stands where the socket belongs.
 *
 * @throws SocketPlaceError when it is no socket of ours: it is not touched, nor followed
 */
export function lookAtSocket(dataDir: string): 'none' | 'socket' {
  const path = socketPath(dataDir);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return 'none';
  if (!found.isSocket()) throw new SocketPlaceError(`${path} is no socket`);
  if (!isOurs(found.uid)) throw new SocketPlaceError(`${path} belongs to another user`);
  return 'socket';
}

/** Tells the socket that stands in the place from any other, for as long as it is served; undefined: none can be seen. */
export function socketMark(dataDir: string): string | undefined {
  try {
    const found = lstatSync(socketPath(dataDir), { throwIfNoEntry: false, bigint: true });
    return found && `${found.dev}:${found.ino}`;
  } catch {
    return undefined;
  }
}

/** Does what would remove whatever stands in the socket's place, and leaves it there: it is another process's. */
export function sparingPlace(dataDir: string, work: () => void): void {
  const path = socketPath(dataDir);
  const aside = `${path}.aside-${process.pid}`;
  const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (isThere) renameSync(path, aside);
  try {
    work();
  } finally {
    if (isThere) renameSync(aside, path);
  }
}

function checkFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found) throw new SocketPlaceError(`there is no folder ${folder}`);
  if (!found.isDirectory()) throw new SocketPlaceError(`${folder} is no folder`);
  if (!isOurs(found.uid)) throw new SocketPlaceError(`${folder} belongs to another user`);
  if (isOpen(found.mode)) throw new SocketPlaceError(`${folder} is open to other users`);
}

function isOpen(mode: number): boolean {
  return (mode & OTHERS_BITS) !== 0;
}

function isOurs(uid: number): boolean {
  return uid === process.geteuid?.();
}
