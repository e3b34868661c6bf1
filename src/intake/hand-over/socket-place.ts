import { join } from 'node:path';
import { PrivateSocket, type SocketPlace } from '../../net/private-socket';

export { SocketPlaceError, type SocketPlace } from '../../net/private-socket';

const SOCKET_NAME = 'signals.sock';

function socketOf(dataDir: string): PrivateSocket {
  return new PrivateSocket(socketFolder(dataDir), SOCKET_NAME);
}

export function socketFolder(dataDir: string): string {
  return join(dataDir, 'run');
}

export function socketPath(dataDir: string): string {
  return socketOf(dataDir).path;
}

/** Held by the process that serves the socket. */
export function socketLockPath(dataDir: string): string {
  return socketOf(dataDir).lockPath;
}

/** @throws SocketPlaceError as PrivateSocket.open */
export function openPlace(dataDir: string): SocketPlace {
  return socketOf(dataDir).open();
}

/** @throws SocketPlaceError as PrivateSocket.makeFolder */
export function makeFolder(dataDir: string): void {
  socketOf(dataDir).makeFolder();
}

/** @throws SocketPlaceError as PrivateSocket.look */
export function lookAtSocket(dataDir: string): 'none' | 'socket' {
  return socketOf(dataDir).look();
}

/** See PrivateSocket.mark. */
export function socketMark(dataDir: string): string | undefined {
  return socketOf(dataDir).mark();
}

/** See PrivateSocket.sparing. */
export function sparingPlace(dataDir: string, work: () => void): void {
  socketOf(dataDir).sparing(work);
}
