import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface StubRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly rawQuery: string;
  readonly body: string;
}

export type StubHandler = (request: StubRequest, response: ServerResponse) => void;

/** A server that answers exactly what a test tells it to, on a free port of the loopback interface. */
export class StubServer {
  readonly requests: StubRequest[] = [];
  /** Answers `METHOD /path`. */
  readonly routes = new Map<string, StubHandler>();
  /** Answers what no route does; absent: 404. */
  fallback: StubHandler | undefined;
  /** Opened so far. */
  connections = 0;
  /** Added to this machine's clock. */
  clockOffsetMs = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<StubServer> {
    const server = createServer();
    const stub = new StubServer(server);
    server.on('request', (request, response) => stub.receive(request, response));
    server.on('connection', () => (stub.connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stub.on('GET /v5/market/time', (_request, response) => stub.reply(response, {}));
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  on(route: string, handler: StubHandler): void {
    this.routes.set(route, handler);
  }

  /** Hands over connections on which another protocol is to be spoken. */
  onUpgrade(take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void {
    this.server.on('upgrade', take);
  }

  /** A good envelope around a result. */
  reply(response: ServerResponse, result: unknown, headers: Record<string, string> = {}): void {
    this.replyEnvelope(response, { retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: this.nowMs() }, headers);
  }

  refuse(response: ServerResponse, retCode: number, retMsg: string, headers: Record<string, string> = {}): void {
    this.replyEnvelope(response, { retCode, retMsg, result: {}, retExtInfo: {}, time: this.nowMs() }, headers);
  }

  replyEnvelope(response: ServerResponse, envelope: unknown, headers: Record<string, string> = {}): void {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(envelope));
  }

  nowMs(): number {
    return Date.now() + this.clockOffsetMs;
  }

  paths(): string[] {
    return this.requests.map((request) => request.path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const [path = '', rawQuery = ''] = (request.url ?? '').split('?');
      const received = {
        method: request.method ?? '',
        path,
        rawQuery,
        query: new URLSearchParams(rawQuery),
        headers: request.headers,
        body,
      };
      this.requests.push(received);
      const handler = this.routes.get(`${received.method} ${path}`) ?? this.fallback;
      if (handler === undefined) response.writeHead(404).end();
      else handler(received, response);
    });
  }
}

/** Bybit's signature over what arrived; a venue refuses any other. */
export function expectedSignature(request: StubRequest, secret: string): string {
  const payload = request.method === 'POST' ? request.body : request.rawQuery;
  const signed = ['x-bapi-timestamp', 'x-bapi-api-key', 'x-bapi-recv-window'].map((name) => request.headers[name]);
  return createHmac('sha256', secret)
    .update([...signed, payload].join(''))
    .digest('hex');
}

/** A stable id for a client order id, so that concurrent answers can be told apart. */
export function orderIdOf(clientOrderId: string): string {
  return createHash('sha256').update(clientOrderId).digest('hex').slice(0, 16);
}
