/** The part of `ws` that is used here; the package brings no types of its own. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { Duplex } from 'node:stream';

  export class WebSocket extends EventEmitter {
    static readonly OPEN: number;
    readonly readyState: number;
    /** Bytes that wait for the other end. */
    readonly bufferedAmount: number;
    send(text: string): void;
    close(code?: number, reason?: string): void;
    /** Ends the connection at once. */
    terminate(): void;
  }

  export interface ServerOptions {
    readonly noServer: true;
    /** The largest message, bytes. */
    readonly maxPayload: number;
    readonly perMessageDeflate: false;
    readonly clientTracking: false;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: ServerOptions);
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, then: (socket: WebSocket) => void): void;
    close(): void;
  }
}
