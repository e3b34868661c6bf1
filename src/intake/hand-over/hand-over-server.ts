import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { claimPidFile, releasePidFile } from '../../process/pid-file';
import { errorCode } from '../../process/error-code';
import { HandOverVisit } from './hand-over-visit';
import type { Greeting } from './protocol';
import {
  lookAtSocket,
  makeFolder,
  openPlace,
  socketLockPath,
  socketMark,
  socketPath,
  SocketPlaceError,
  sparingPlace,
  type SocketPlace,
} from './socket-place';
import type { StartDesk } from './start-desk';

/** Who is alive accepts at once; one that is stopped does, too. */
const PROBE_MAX_MS = 1_000;
/** Another process of this data folder may end, what stood in the way may be gone, and so may the socket's file. */
const LOOK_MS = 5_000;
/** One API runs on a data folder, and one that just ended may not be gone. Beyond, the longest idle one makes room. */
const CONNECTIONS_MAX = 8;
const SOCKET_MODE = 0o600;

export interface HandOverServerOptions {
  readonly dataDir: string;
  readonly identity: Greeting;
  readonly desk: StartDesk;
  /** Told what keeps the socket from being opened, when that changes. */
  readonly warn: (sentence: string) => void;
}

/**
 * Takes signals from the API of the same data folder, through a socket that its owner alone can reach. Of several processes on
 * one data folder the first has it, and another one when that ends. What stands in its way is no failure: without it the API
 * starts signals by itself.
 */
export class HandOverServer {
  private readonly visits = new Set<HandOverVisit>();
  private server: Server | undefined;
  private place: SocketPlace | undefined;
  /** Of our socket's file. */
  private mark: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;
  private warned = '';

  constructor(private readonly options: HandOverServerOptions) {}

  /** Whether the socket is this process's. */
  get isOpen(): boolean {
    return this.server !== undefined;
  }

  /** Opens the socket, now or as soon as it can be had. Never fails. */
  async open(): Promise<void> {
    clearTimeout(this.timer);
    if (this.isClosed) return;
    try {
      if (this.isOpen && socketMark(this.options.dataDir) !== this.mark) this.leaveLost();
      if (!this.isOpen) await this.take();
    } catch (error) {
      this.leavePlace();
      // EADDRINUSE: another one of ours was faster.
      if (errorCode(error) !== 'EADDRINUSE') this.warn(whyOf(error));
    }
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.open(), LOOK_MS).unref();
  }

  /** Takes nothing more, and answers what it has taken; the API starts the others by itself. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    const closed = this.closeServer();
    await Promise.all([...this.visits].map((visit) => visit.end()));
    await closed;
    this.leavePlace();
  }

  private async take(): Promise<void> {
    const { dataDir } = this.options;
    makeFolder(dataDir);
    // Looked at before anything is written beside it.
    lookAtSocket(dataDir);
    this.place = openPlace(dataDir);
    const { address } = this.place;
    const found = claimPidFile(socketLockPath(dataDir), process.pid) ? 'served' : await probe(dataDir, address);
    if (found === 'served') {
      this.leavePlace();
      return;
    }
    // Left behind by one that was killed: nobody answers there, and nobody but the lock's holder takes its place.
    if (found === 'left') rmSync(socketPath(dataDir));
    const server = await listen(address, (socket) => this.admit(socket));
    chmodSync(socketPath(dataDir), SOCKET_MODE);
    this.server = server;
    this.mark = socketMark(dataDir);
    if (!this.isClosed) return;
    void this.closeServer();
    this.leavePlace();
  }

  /** Nobody finds a socket whose file is gone. Who is connected already stays. */
  private leaveLost(): void {
    void this.closeServer();
    this.leavePlace();
  }

  /** Takes no new connections. @returns when those that there are have ended */
  private closeServer(): Promise<void> {
    const { server, mark, options } = this;
    this.server = undefined;
    return new Promise((resolve) => {
      if (!server) {
        resolve();
        return;
      }
      // It removes the file of its name by itself, at once, also where that is another server's by now.
      const close = (): unknown => server.close(() => resolve());
      if (socketMark(options.dataDir) === mark) close();
      else sparingPlace(options.dataDir, close);
    });
  }

  /** The lock is given back where this process does not serve: another one in it may. */
  private leavePlace(): void {
    this.place?.close();
    this.place = undefined;
    try {
      releasePidFile(socketLockPath(this.options.dataDir), process.pid);
    } catch {
      // A folder that cannot be written into: a dead process's lock is taken over.
    }
  }

  private admit(socket: Socket): void {
    if (this.visits.size >= CONNECTIONS_MAX) {
      const idle = this.longestIdle();
      if (!idle) {
        socket.destroy();
        return;
      }
      this.visits.delete(idle);
      idle.close();
    }
    const { identity, desk } = this.options;
    const visit = new HandOverVisit(socket, identity, desk);
    this.visits.add(visit);
    socket.once('close', () => this.visits.delete(visit));
  }

  private longestIdle(): HandOverVisit | undefined {
    const since = ({ idleSinceMs }: HandOverVisit): number => idleSinceMs ?? Infinity;
    const [first] = [...this.visits].sort((one, other) => since(one) - since(other));
    return first?.idleSinceMs === undefined ? undefined : first;
  }

  private warn(why: string): void {
    if (why !== this.warned) {
      this.options.warn(`Signals that come in over HTTP are started by the API itself, which takes longer: ${why}.`);
    }
    this.warned = why;
  }
}

function whyOf(error: unknown): string {
  return error instanceof SocketPlaceError ? error.message : `the socket cannot be opened (${errorCode(error)})`;
}

function listen(address: string, onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(onConnection);
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      // Of connections that it cannot accept; those who are refused go on by themselves.
      server.on('error', () => undefined);
      resolve(server);
    });
  });
}

/** Who serves it may be a process that the lock does not know (of another container, say), or this one. */
function probe(dataDir: string, address: string): Promise<'none' | 'left' | 'served'> {
  if (lookAtSocket(dataDir) === 'none') return Promise.resolve('none');
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (found: 'left' | 'served'): void => {
      socket.destroy();
      resolve(found);
    };
    // One whose queue is full lives.
    socket.setTimeout(PROBE_MAX_MS, () => end('served'));
    socket.once('connect', () => end('served'));
    socket.once('error', (error) => end(errorCode(error) === 'ECONNREFUSED' ? 'left' : 'served'));
  });
}
