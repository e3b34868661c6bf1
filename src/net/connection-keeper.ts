import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { UnreadAnswers } from './unread-answers';

/** A connection on which nothing was ever sent is closed after this. Clients connect when they have something to send. */
const FIRST_BYTE_TIMEOUT_MS = 1_000;
const SWEEP_INTERVAL_MS = 250;
/** For this long nobody is closed for a newcomer while the reserve lasts: what it has sent may not have been read yet. */
const GRACE_MS = 100;

export interface ConnectionBounds {
  /** Beyond so many, a newcomer takes the place of the connection that has been idle longest. */
  readonly connectionsMax: number;
  /** Places beside these for newcomers of which nothing is known yet, and for `isFull`'s exceptions. */
  readonly reserve: number;
  /** Bytes of answers that wait for their readers, on all connections together; beyond, the longest one is closed. */
  readonly unreadBytesMax?: number;
  /** A reader that takes nothing of its answer for so long is closed, milliseconds. */
  readonly unreadMaxMs?: number;
}

interface KeptConnection {
  /** When it came, or was answered last; on the monotonic clock. */
  idleSinceMs: number;
  /** The one request that is not answered, or whose answer has not been read. */
  exchange?: Exchange;
}

interface Exchange {
  readonly response: ServerResponse;
  /** The request is here with all of its body. */
  hasArrived: boolean;
}

/** What waits for us. A request that still arrives waits for the client, and so does an answer that is not taken. */
function isInProgress({ exchange }: KeptConnection): boolean {
  if (!exchange?.hasArrived) return false;
  return !exchange.response.writableEnded && !exchange.response.writableNeedDrain;
}

/**
 * Thousands of requests may have been read together with one that ended its connection, and node would parse them all. What
 * is used here is not public; without it only time is lost, because handlers never see those requests.
 */
function stopParsing(socket: Socket): void {
  const { parser } = socket as { parser?: { onIncoming?: unknown } | null };
  // What its hook returns ends the parser in an error of this connection, which is closed already.
  if (typeof parser?.onIncoming === 'function') parser.onIncoming = () => -1;
}

/**
 * Bounds what the clients of an HTTP server hold, so that none keeps others out:
 * - when it is full, the oldest connection without a request in progress is closed, instead of the newcomer. A request that
 *   is still arriving is not in progress: an honest one takes milliseconds, and whoever wants to hold a place sends slowly.
 *   Nor is an answer that nobody reads.
 * - a connection has one request at a time: with the next one before the answer was taken it is closed. Clients do not
 *   pipeline, and thousands of requests fit into what is read at once.
 * - answers that wait for their readers are bounded, in time and in bytes.
 */
export class ConnectionKeeper {
  /** The one that has been idle longest comes first. */
  readonly #connections = new Map<Socket, KeptConnection>();
  readonly #unread: UnreadAnswers;

  /** @param server with its handlers: those that are added later see what is refused here */
  constructor(
    server: Server,
    private readonly bounds: ConnectionBounds,
  ) {
    this.#unread = new UnreadAnswers(bounds, (socket) => this.#close(socket));
    server.on('connection', (socket: Socket) => this.#admit(socket));
    this.#standBefore(server);
    const sweep = setInterval(() => this.#sweep(), SWEEP_INTERVAL_MS).unref();
    server.once('close', () => clearInterval(sweep));
  }

  /** More requests are in progress than there are places: only what must always be answered should be. */
  get isFull(): boolean {
    if (this.#unread.size <= this.bounds.connectionsMax) return false;
    let busy = 0;
    for (const kept of this.#connections.values()) busy += isInProgress(kept) ? 1 : 0;
    return busy > this.bounds.connectionsMax;
  }

  /** Of what is read at once, requests keep coming after the connection was closed: handlers must not see them. */
  #standBefore(server: Server): void {
    const handlers = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!this.#begin(request, response)) return;
      for (const handler of handlers) handler.call(server, request, response);
    });
    // What node would answer by itself, unseen by us.
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#begin(request, response)) response.writeHead(417, { connection: 'close' }).end();
    });
    server.on('dropRequest', (_request: IncomingMessage, socket: Socket) => this.#close(socket));
  }

  #admit(socket: Socket): void {
    this.#connections.set(socket, { idleSinceMs: performance.now() });
    socket.once('close', () => this.#forget(socket));
    const { connectionsMax, reserve } = this.bounds;
    const { size } = this.#connections;
    if (size <= connectionsMax) return;
    // Not by the server's maxConnections: that closes newcomers before anybody's place can be given to them.
    const idle = this.#longestIdle(size > connectionsMax + reserve ? 0 : GRACE_MS);
    if (idle) this.#close(idle);
  }

  /** @returns the newcomer itself when all others are busy and none is spared */
  #longestIdle(sparedMs: number): Socket | undefined {
    const idleBeforeMs = performance.now() - sparedMs;
    for (const [socket, kept] of this.#connections) {
      if (!isInProgress(kept)) return kept.idleSinceMs <= idleBeforeMs ? socket : undefined;
    }
    return undefined;
  }

  #sweep(): void {
    const silentBeforeMs = performance.now() - FIRST_BYTE_TIMEOUT_MS;
    for (const [socket, { idleSinceMs }] of this.#connections) {
      if (socket.bytesRead === 0 && idleSinceMs <= silentBeforeMs) this.#close(socket);
    }
    this.#unread.closeStuck();
    this.#unread.closeLongest();
  }

  #close(socket: Socket): void {
    this.#forget(socket);
    socket.destroy();
    stopParsing(socket);
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket);
    this.#unread.delete(socket);
  }

  /** @returns false: it is none to be handled, and its connection is closed */
  #begin(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket, headers } = request;
    const kept = this.#connections.get(socket);
    if (!kept || kept.exchange) {
      this.#close(socket);
      return false;
    }
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    const exchange: Exchange = { response, hasArrived: !hasBody };
    if (hasBody) request.once('end', () => (exchange.hasArrived = true));
    kept.exchange = exchange;
    this.#unread.add(socket, response);
    this.#unread.closeLongest();
    // Comes when the last byte was taken.
    response.once('close', () => this.#end(socket, kept));
    return this.#connections.has(socket);
  }

  #end(socket: Socket, kept: KeptConnection): void {
    this.#unread.delete(socket);
    kept.exchange = undefined;
    if (!this.#connections.delete(socket)) return;
    kept.idleSinceMs = performance.now();
    this.#connections.set(socket, kept);
  }
}
