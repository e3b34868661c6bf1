import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ClientLine } from './client-line';

/** Clients of one stream at once; the engine has one. */
const CLIENTS_MAX = 20;

/** Who is connected to one of the streams. */
export class StreamClients<Client extends { readonly line: ClientLine }> {
  readonly #server: WebSocketServer;
  readonly #clients = new Set<Client>();

  /**
   * @param messageBytesMax of what a client sends
   * @param admit makes the client of a connection that was opened
   */
  constructor(
    messageBytesMax: number,
    private readonly admit: (socket: WebSocket) => Client,
  ) {
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: messageBytesMax,
      perMessageDeflate: false,
      clientTracking: false,
    });
  }

  get size(): number {
    return this.#clients.size;
  }

  [Symbol.iterator](): IterableIterator<Client> {
    return this.#clients.values();
  }

  /** Takes a request for another protocol; the guard has let it through. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#clients.size >= CLIENTS_MAX) return refuseUpgrade(socket, '503 Service Unavailable');
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      const client = this.admit(opened);
      const { line } = client;
      this.#clients.add(client);
      opened.on('message', (data: unknown) => line.hear(String(data)));
      opened.on('error', () => line.end());
      opened.on('close', () => this.#clients.delete(client));
    });
  }

  /** Ends every connection, as a restart of the venue does. */
  end(): void {
    for (const { line } of this.#clients) line.end();
  }

  close(): void {
    this.end();
    this.#server.close();
  }
}

/** @param status with its words */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
}
