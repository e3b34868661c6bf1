import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { TrafficAudit } from '../audit';
import type { OrderRecord } from '../book/records';
import type { StreamFaults } from '../faults/stream-faults';
import type { ApiCredentials } from '../http/authentication';
import type { VenueCore } from '../http/route';
import { orderRow } from '../http/rows';
import { FaultyTeller } from './faulty-teller';
import { StreamClient } from './stream-client';
import { refuseUpgrade, StreamClients } from './stream-clients';

const PATH = '/v5/private';
/** What a client sends is short. */
const MESSAGE_BYTES_MAX = 16_384;
/** Orders that changed in one step are told in one message, so many at most: an entry changes its own and those of its stops. */
const ROWS_PER_MESSAGE_MAX = 20;

/** The private stream beside the requests: tells those who subscribed of every change of an order. Nothing is told again. */
export class PrivateStream {
  readonly #clients = new StreamClients(MESSAGE_BYTES_MAX, (socket) => this.#admit(socket));
  readonly #teller: FaultyTeller;

  constructor(
    private readonly core: VenueCore,
    private readonly credentials: ApiCredentials,
    audit: TrafficAudit,
  ) {
    this.#teller = new FaultyTeller((fault) => audit.countFault(`stream_${fault}`));
    core.book.onOrders((orders) => this.#changed(orders));
    core.account.onKeyRevoked(() => this.endConnections());
  }

  /** @param shares absent: it tells all of it, at once */
  setFaults(seed: number, shares: StreamFaults | undefined): void {
    this.#teller.setFaults(seed, shares);
  }

  /** Takes a request for another protocol; the guard has let it through. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [path] = (request.url ?? '').split('?', 1);
    if (path === PATH) this.#clients.upgrade(request, socket, head);
    else refuseUpgrade(socket, '404 Not Found');
  }

  /** Ends every connection, as a restart of the venue does. */
  endConnections(): void {
    this.#clients.end();
  }

  close(): void {
    this.#teller.close();
    this.#clients.close();
  }

  #admit(socket: WebSocket): StreamClient {
    const fault = this.#teller.admit();
    const { account, clock } = this.core;
    const keyHolder = { ...this.credentials, isRevoked: () => account.isKeyRevoked(clock.steadyNowMs()) };
    return new StreamClient(socket, keyHolder, () => clock.nowMs(), fault);
  }

  #changed(orders: readonly OrderRecord[]): void {
    if (this.#clients.size === 0) return;
    const { reportDelay } = this.core;
    // Where nothing else is said, the stream and the real-time list know it together.
    const delayMs = reportDelay.streamMs ?? reportDelay.realtimeMs;
    // Faults are drawn for each message, and hit one order.
    const rowsMax = this.#teller.isFaulty ? 1 : ROWS_PER_MESSAGE_MAX;
    for (let start = 0; start < orders.length; start += rowsMax) {
      const told = orders.slice(start, start + rowsMax);
      if (delayMs === 0) this.#tell(told);
      else this.#teller.after(delayMs, () => this.#tell(told));
    }
  }

  #tell(orders: readonly OrderRecord[]): void {
    const rows = orders.map((order) => ({ category: 'linear', ...orderRow(order, this.core.settle) }));
    this.#teller.tell({
      send: () => this.#send(rows),
      forge: () => {
        this.#send(
          rows.map((row, index) => {
            return { ...row, orderStatus: 'Filled', cumExecQty: orders[index]!.quantity, leavesQty: '0' };
          }),
        );
      },
      garble: () => this.#broadcast((client) => client.line.sendText('{"topic":"order","data":[{')),
      endConnections: () => this.endConnections(),
    });
  }

  #send(rows: readonly object[]): void {
    const message = { id: randomUUID(), topic: 'order', creationTime: this.core.clock.nowMs(), data: rows };
    this.#broadcast((client) => client.line.send(message));
  }

  #broadcast(send: (client: StreamClient) => void): void {
    for (const client of this.#clients) if (client.listens) send(client);
  }
}
