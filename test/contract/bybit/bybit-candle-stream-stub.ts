import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Candle } from '../../../src/domain/market';
import { PAPER_API_KEY } from '../../../src/venues/paper-keys';
import type { StubServer } from '../../unit/venues/stub-server';
import type { CandleStreamStub } from '../candle-stream-stub';

const MINUTE_MS = 60_000;
const FIGURES = { open: '16649.5', high: '16677', low: '16608', close: '16677', volume: '2.081' };

interface Command {
  readonly op: string;
  readonly args?: readonly string[];
}

/** Bybit's `/v5/public/linear` as documented, on the stub's own port. */
export class BybitCandleStreamStub implements CandleStreamStub {
  keysSeen = 0;
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: 65_536,
    perMessageDeflate: false,
    clientTracking: false,
  });
  /** What each connection has subscribed to. */
  private readonly sockets = new Map<WebSocket, ReadonlySet<string>>();

  constructor(stub: StubServer) {
    stub.onUpgrade((request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (JSON.stringify([request.url, request.rawHeaders]).includes(PAPER_API_KEY)) this.keysSeen += 1;
      if (request.url !== '/v5/public/linear') socket.destroy();
      else this.server.handleUpgrade(request, socket, head, (opened) => this.admit(opened));
    });
  }

  tell(symbol: string, openTimeMs: number, state: 'open' | 'closed'): Candle {
    const topic = `kline.1.${symbol}`;
    const row = {
      start: openTimeMs,
      end: openTimeMs + MINUTE_MS - 1,
      interval: '1',
      ...FIGURES,
      turnover: '34666.4005',
    };
    const data = [{ ...row, confirm: state === 'closed', timestamp: openTimeMs + MINUTE_MS }];
    const text = JSON.stringify({ topic, data, ts: openTimeMs + MINUTE_MS, type: 'snapshot' });
    for (const [socket, topics] of this.sockets) if (topics.has(topic)) socket.send(text);
    return { openTimeMs, ...FIGURES };
  }

  drop(): void {
    for (const socket of this.sockets.keys()) socket.terminate();
  }

  close(): void {
    this.drop();
    this.server.close();
  }

  private admit(socket: WebSocket): void {
    this.sockets.set(socket, new Set());
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: unknown) => this.hear(socket, String(data)));
  }

  private hear(socket: WebSocket, text: string): void {
    const { op, args = [] } = JSON.parse(text) as Command;
    if (op === 'auth' || text.includes(PAPER_API_KEY)) this.keysSeen += 1;
    if (op === 'subscribe') this.sockets.set(socket, new Set([...(this.sockets.get(socket) ?? []), ...args]));
    const words = op === 'ping' ? 'pong' : 'subscribe';
    socket.send(JSON.stringify({ success: true, ret_msg: words, conn_id: 'c', req_id: '', op }));
  }
}
