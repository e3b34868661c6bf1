import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { TrafficAudit } from '../audit';
import type { OrderRecord } from '../book/records';
import { StreamFaultPlanner, type StreamFaults } from '../faults/stream-faults';
import type { ApiCredentials } from '../http/authentication';
import type { VenueCore } from '../http/route';
import { orderRow } from '../http/rows';
import { StreamClient } from './stream-client';

const PATH = '/v5/private';
/** Clients at once; the engine has one. */
const CLIENTS_MAX = 20;
/** What a client sends is short. */
const MESSAGE_BYTES_MAX = 16_384;
/** Orders that changed in one step are told in one message, so many at most: an entry changes its own and those of its stops. */
const ROWS_PER_MESSAGE_MAX = 20;
/** Messages that wait to be sent later; more are not sent at all, as a stream may do. */
const WAITING_MAX = 10_000;
/** A message that waits for the next one to overtake it waits no longer. */
const OVERTAKEN_MAX_MS = 1_000;

/** The private stream beside the requests: tells those who subscribed of every change of an order. Nothing is told again. */
export class PrivateStream {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #clients = new Set<StreamClient>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #planner: StreamFaultPlanner | undefined;
  #connections = 0;
  #messages = 0;
  #overtaken: (() => void) | undefined;

  constructor(
    private readonly core: VenueCore,
    private readonly credentials: ApiCredentials,
    private readonly audit: TrafficAudit,
  ) {
    core.book.onOrders((orders) => this.#changed(orders));
    core.account.onKeyRevoked(() => this.endConnections());
  }

  /** @param shares absent: it tells all of it, at once */
  setFaults(seed: number, shares: StreamFaults | undefined): void {
    this.#planner = shares && new StreamFaultPlanner(seed, shares);
    this.#connections = 0;
    this.#messages = 0;
  }

  /** Takes a request for another protocol; the guard has let it through. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== PATH || this.#clients.size >= CLIENTS_MAX) {
      socket.end(
        `HTTP/1.1 ${path === PATH ? '503 Service Unavailable' : '404 Not Found'}\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => this.#admit(opened));
  }

  /** Ends every connection, as a restart of the venue does. */
  endConnections(): void {
    for (const client of this.#clients) client.end();
  }

  close(): void {
    this.endConnections();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#server.close();
  }

  #admit(socket: WebSocket): void {
    this.#connections += 1;
    const fault = this.#planner?.ofConnection(this.#connections);
    if (fault) this.audit.countFault(`stream_${fault}`);
    const { account, clock } = this.core;
    const keyHolder = { ...this.credentials, isRevoked: () => account.isKeyRevoked(clock.steadyNowMs()) };
    const client = new StreamClient(socket, keyHolder, () => clock.nowMs(), fault);
    this.#clients.add(client);
    socket.on('message', (data: unknown) => client.hear(String(data)));
    socket.on('error', () => client.end());
    socket.on('close', () => this.#clients.delete(client));
  }

  #changed(orders: readonly OrderRecord[]): void {
    if (this.#clients.size === 0) return;
    const { reportDelay } = this.core;
    // Where nothing else is said, the stream and the real-time list know it together.
    const delayMs = reportDelay.streamMs ?? reportDelay.realtimeMs;
    // Faults are drawn for each message, and hit one order.
    const rowsMax = this.#planner ? 1 : ROWS_PER_MESSAGE_MAX;
    for (let start = 0; start < orders.length; start += rowsMax) {
      const told = orders.slice(start, start + rowsMax);
      if (delayMs === 0) this.#tell(told);
      else this.#after(delayMs, () => this.#tell(told));
    }
  }

  #tell(orders: readonly OrderRecord[]): void {
    const rows = orders.map((order) => ({ category: 'linear', ...orderRow(order, this.core.settle) }));
    const send = (): void => this.#send(rows);
    this.#messages += 1;
    const decided = this.#planner?.ofMessage(this.#messages);
    if (!decided) {
      send();
      this.#letOvertakenGo();
      return;
    }
    const { fault, delayMs } = decided;
    this.audit.countFault(`stream_${fault}`);
    switch (fault) {
      case 'dropped':
        return;
      case 'late':
        return this.#after(delayMs, send);
      case 'doubled':
        send();
        return send();
      case 'reordered':
        this.#letOvertakenGo();
        this.#overtaken = send;
        return this.#after(OVERTAKEN_MAX_MS, () => this.#letOvertakenGo(send));
      case 'forged':
        this.#send(
          rows.map((row, index) => {
            return { ...row, orderStatus: 'Filled', cumExecQty: orders[index]!.quantity, leavesQty: '0' };
          }),
        );
        return send();
      case 'garbled':
        return this.#broadcast((client) => client.sendText('{"topic":"order","data":[{'));
      case 'closes':
        return this.endConnections();
    }
  }

  /** @param only absent: whoever waits */
  #letOvertakenGo(only?: () => void): void {
    const waiting = this.#overtaken;
    if (waiting === undefined || (only !== undefined && waiting !== only)) return;
    this.#overtaken = undefined;
    waiting();
  }

  #send(rows: readonly object[]): void {
    const message = { id: randomUUID(), topic: 'order', creationTime: this.core.clock.nowMs(), data: rows };
    this.#broadcast((client) => client.send(message));
  }

  #broadcast(send: (client: StreamClient) => void): void {
    for (const client of this.#clients) if (client.listens) send(client);
  }

  #after(delayMs: number, action: () => void): void {
    if (this.#timers.size >= WAITING_MAX) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }
}
