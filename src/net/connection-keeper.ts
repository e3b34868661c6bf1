import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A connection on which nothing was ever sent is closed after this. Clients connect when they have something to send. */
const FIRST_BYTE_TIMEOUT_MS = 1_000;
const SWEEP_INTERVAL_MS = 250;
/** For this long nobody is closed for a newcomer: what it has sent may not have been read yet. */
const GRACE_MS = 100;

export interface ConnectionBounds {
  /** Beyond so many, a newcomer takes the place of the connection that has been idle longest. */
  readonly connectionsMax: number;
  /** Places beside these for newcomers of which nothing is known yet, and for `isFull`'s exceptions. */
  readonly reserve: number;
}

interface KeptConnection {
  /** When it came, or answered last; on the monotonic clock. */
  idleSinceMs: number;
  /** Requests that arrived completely and are not answered. */
  requests: number;
}

/**
 * Bounds the connections of an HTTP server so that idle ones never keep others out: when it is full, the oldest connection
 * without a request in progress is closed, instead of the newcomer. A request that is still arriving is not in progress: an
 * honest one takes milliseconds, and whoever wants to hold a place sends slowly.
 */
export class ConnectionKeeper {
  /** The one that has been idle longest comes first. */
  readonly #connections = new Map<Socket, KeptConnection>();
  #busy = 0;

  constructor(
    server: Server,
    private readonly bounds: ConnectionBounds,
  ) {
    server.on('connection', (socket: Socket) => this.#admit(socket));
    // Before the handler, which may ask whether all places are taken.
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#follow(request, response),
    );
    const sweep = setInterval(() => this.#closeSilent(), SWEEP_INTERVAL_MS).unref();
    server.once('close', () => clearInterval(sweep));
  }

  /** More requests are in progress than there are places: only what must always be answered should be. */
  get isFull(): boolean {
    return this.#busy > this.bounds.connectionsMax;
  }

  #admit(socket: Socket): void {
    this.#connections.set(socket, { idleSinceMs: performance.now(), requests: 0 });
    socket.once('close', () => this.#forget(socket));
    const { connectionsMax, reserve } = this.bounds;
    if (this.#connections.size <= connectionsMax) return;
    const idle = this.#longestIdle();
    if (idle) this.#close(idle);
    // Not by the server's maxConnections: that closes newcomers before anybody's place can be given to them.
    else if (this.#connections.size > connectionsMax + reserve) this.#close(socket);
  }

  #longestIdle(): Socket | undefined {
    const idleBeforeMs = performance.now() - GRACE_MS;
    for (const [socket, { idleSinceMs, requests }] of this.#connections) {
      if (requests === 0) return idleSinceMs <= idleBeforeMs ? socket : undefined;
    }
    return undefined;
  }

  #closeSilent(): void {
    const silentBeforeMs = performance.now() - FIRST_BYTE_TIMEOUT_MS;
    for (const [socket, { idleSinceMs }] of this.#connections) {
      if (socket.bytesRead === 0 && idleSinceMs <= silentBeforeMs) this.#close(socket);
    }
  }

  #close(socket: Socket): void {
    this.#forget(socket);
    socket.destroy();
  }

  #forget(socket: Socket): void {
    const kept = this.#connections.get(socket);
    if (kept && kept.requests > 0) this.#busy -= 1;
    this.#connections.delete(socket);
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    const { socket, headers } = request;
    let isInProgress = false;
    let isOver = false;
    const begin = (): void => {
      if (isOver) return;
      isInProgress = true;
      this.#count(socket, 1);
    };
    response.once('close', () => {
      isOver = true;
      if (isInProgress) this.#count(socket, -1);
    });
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (hasBody) request.once('end', begin);
    else begin();
  }

  #count(socket: Socket, change: 1 | -1): void {
    const kept = this.#connections.get(socket);
    if (!kept) return;
    const wasBusy = kept.requests > 0;
    kept.requests += change;
    const isBusy = kept.requests > 0;
    if (wasBusy === isBusy) return;
    this.#busy += isBusy ? 1 : -1;
    if (isBusy) return;
    kept.idleSinceMs = performance.now();
    this.#connections.delete(socket);
    this.#connections.set(socket, kept);
  }
}
