import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../../../src/venues/paper-keys';
import type { StubServer } from '../../unit/venues/stub-server';
import type { StreamStub } from '../stream-stub';

interface Command {
  readonly op: string;
  readonly args?: readonly unknown[];
}

/** Bybit's `/v5/private` as documented, on the stub's own port. */
export class BybitStreamStub implements StreamStub {
  refusals = 0;
  pings = 0;
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: 16_384,
    perMessageDeflate: false,
    clientTracking: false,
  });
  private readonly sockets = new Set<WebSocket>();
  private areKeysRefused = false;
  private arePingsAnswered = true;

  constructor(stub: StubServer) {
    stub.onUpgrade((request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url !== '/v5/private') socket.destroy();
      else this.server.handleUpgrade(request, socket, head, (opened) => this.admit(opened));
    });
  }

  refuseKeys(isRefused: boolean): void {
    this.areKeysRefused = isRefused;
  }

  answerPings(isAnswered: boolean): void {
    this.arePingsAnswered = isAnswered;
  }

  tell(clientOrderId: string, state: 'open' | 'filled'): void {
    const row = {
      category: 'linear',
      symbol: 'BTCUSDT',
      orderId: `id-of-${clientOrderId}`,
      orderLinkId: clientOrderId,
      orderStatus: state === 'open' ? 'New' : 'Filled',
      cumExecQty: state === 'open' ? '0' : '0.010',
      updatedTime: '1672364262474',
    };
    this.send({ id: '5923240c6880ab-c59f-420b-9adb-3639adc9dd90', topic: 'order', creationTime: 1, data: [row] });
  }

  drop(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  close(): void {
    this.drop();
    this.server.close();
  }

  private admit(socket: WebSocket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data: unknown) => this.hear(JSON.parse(String(data)) as Command));
  }

  private hear({ op, args = [] }: Command): void {
    if (op === 'ping') {
      this.pings += 1;
      if (this.arePingsAnswered) this.send({ op: 'pong', args: ['1675418560633'], conn_id: 'c' });
      return;
    }
    const success = op === 'auth' ? !this.areKeysRefused && isSigned(args) : args.join() === 'order';
    if (op === 'auth' && !success) this.refusals += 1;
    this.send({ success, ret_msg: success ? '' : 'error', op, conn_id: 'c' });
  }

  private send(message: object): void {
    for (const socket of this.sockets) socket.send(JSON.stringify(message));
  }
}

function isSigned([key, expires, signature]: readonly unknown[]): boolean {
  const expected = createHmac('sha256', PAPER_API_SECRET)
    .update(`GET/realtime${String(expires)}`)
    .digest('hex');
  return key === PAPER_API_KEY && signature === expected;
}
