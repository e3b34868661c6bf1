import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** A proxy that knows CONNECT only, and leads every tunnel to one port of this machine, whatever host was asked for. */
export class ConnectProxy {
  /** What was asked for, in order: host and port, and the header that lets somebody in. */
  readonly asked: { readonly target: string; readonly authorization?: string }[] = [];
  /** What it answers; anything but 200 opens no tunnel, undefined is no answer at all. */
  status: number | undefined = 200;
  private readonly server: Server;
  private readonly sockets = new Set<Duplex>();

  private constructor(targetPort: number) {
    this.server = createServer((_request, response) => response.writeHead(501).end());
    this.server.on('connect', (request: IncomingMessage, socket: Duplex) => this.open(request, socket, targetPort));
  }

  static async start(targetPort: number): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(targetPort);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private open({ url = '', headers }: IncomingMessage, socket: Duplex, targetPort: number): void {
    this.asked.push({ target: url, authorization: headers['proxy-authorization'] });
    this.keep(socket);
    if (this.status === undefined) return;
    if (this.status !== 200) {
      socket.end(`HTTP/1.1 ${this.status} No\r\n\r\n`);
      return;
    }
    const target = this.keep(connect(targetPort, '127.0.0.1'));
    target.once('connect', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(target).pipe(socket);
    });
  }

  private keep<Socket extends Duplex>(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    // A side that breaks off ends the tunnel; the test looks at what came of the request.
    socket.on('error', () => socket.destroy());
    return socket;
  }
}
