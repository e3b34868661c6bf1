import { chmodSync, closeSync, constants, existsSync, lstatSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';

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

/** The place of a Unix socket that its owner alone can reach: a name in a folder that is open to nobody else. */
export class PrivateSocket {
  readonly path: string;

  constructor(
    readonly folder: string,
    private readonly socketName: string,
  ) {
    this.path = join(folder, socketName);
  }

  /** Held by the process that serves the socket. */
  get lockPath(): string {
    return `${this.path}.lock`;
  }

  /**
   * A deep folder is reached through an open descriptor of it, whose name is short: no link and no folder that others can
   * write into.
   *
   * @throws SocketPlaceError where the folder is not ours alone, or the system has no short name for it
   */
  open(): SocketPlace {
    this.checkFolder();
    if (Buffer.byteLength(this.path) <= ADDRESS_BYTES_MAX) return { address: this.path, close: () => undefined };
    if (!existsSync(OPEN_FOLDERS)) {
      throw new SocketPlaceError(
        `the path ${this.path} is longer than the ${ADDRESS_BYTES_MAX} bytes that a socket's may have`,
      );
    }
    const folder = openSync(this.folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    return { address: join(OPEN_FOLDERS, String(folder), this.socketName), close: () => closeSync(folder) };
  }

  /** Makes sure that the folder is there; one of ours that is open to others is closed. @throws SocketPlaceError when it cannot be made */
  makeFolder(): void {
    try {
      mkdirSync(this.folder, { recursive: true, mode: FOLDER_MODE });
      const found = lstatSync(this.folder);
      if (found.isDirectory() && isOurs(found.uid) && isOpen(found.mode)) chmodSync(this.folder, FOLDER_MODE);
    } catch (error) {
      throw new SocketPlaceError(`${this.folder} cannot be made (${(error as NodeJS.ErrnoException).code})`);
    }
  }

  /**
   * What stands where the socket belongs.
   *
   * @throws SocketPlaceError when it is no socket of ours: it is not touched, nor followed
   */
  look(): 'none' | 'socket' {
    const found = lstatSync(this.path, { throwIfNoEntry: false });
    if (!found) return 'none';
    if (!found.isSocket()) throw new SocketPlaceError(`${this.path} is no socket`);
    if (!isOurs(found.uid)) throw new SocketPlaceError(`${this.path} belongs to another user`);
    return 'socket';
  }

  /** Tells the socket that stands in the place from any other, for as long as it is served; undefined: none can be seen. */
  mark(): string | undefined {
    try {
      const found = lstatSync(this.path, { throwIfNoEntry: false, bigint: true });
      return found && `${found.dev}:${found.ino}`;
    } catch {
      return undefined;
    }
  }

  /** Does what would remove whatever stands in the socket's place, and leaves it there: it is another process's. */
  sparing(work: () => void): void {
    const aside = `${this.path}.aside-${process.pid}`;
    const isThere = lstatSync(this.path, { throwIfNoEntry: false }) !== undefined;
    if (isThere) renameSync(this.path, aside);
    try {
      work();
    } finally {
      if (isThere) renameSync(aside, this.path);
    }
  }

  private checkFolder(): void {
    const found = lstatSync(this.folder, { throwIfNoEntry: false });
    if (!found) throw new SocketPlaceError(`there is no folder ${this.folder}`);
    if (!found.isDirectory()) throw new SocketPlaceError(`${this.folder} is no folder`);
    if (!isOurs(found.uid)) throw new SocketPlaceError(`${this.folder} belongs to another user`);
    if (isOpen(found.mode)) throw new SocketPlaceError(`${this.folder} is open to other users`);
  }
}

function isOpen(mode: number): boolean {
  return (mode & OTHERS_BITS) !== 0;
}

function isOurs(uid: number): boolean {
  return uid === process.geteuid?.();
}
