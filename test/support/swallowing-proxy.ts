import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server that loses answers: what was asked for is done, and nobody hears of it. */
export class SwallowingProxy {
  /** How many more of the connections that carry the words get no answer from then on. */
  swallows = 0;
  /** Answers that were lost so far. */
  swallowed = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((client) => this.join(client));

  /**
   * @param target `host:port`
   * @param words bytes of a request whose answer may be lost
   */
  private constructor(
    private readonly target: string,
    private readonly words: string,
  ) {}

  static async start(target: string, words: string): Promise<SwallowingProxy> {
    const proxy = new SwallowingProxy(target, words);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const [host = '', port = ''] = this.target.split(':');
    const upstream = connect(Number(port), host);
    let isMute = false;
    client.on('data', (bytes) => {
      if (!isMute && this.swallows > 0 && bytes.includes(this.words)) {
        isMute = true;
        this.swallows -= 1;
        this.swallowed += 1;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => !isMute && client.write(bytes));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      // Either side may be reset when the other goes away.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
