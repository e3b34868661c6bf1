import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { ConnectionFault } from '../faults/stream-faults';
import type { ApiCredentials } from '../http/authentication';
import { ClientLine, type RequestId } from './client-line';

const ORDER_TOPICS: readonly unknown[] = ['order', 'order.linear'];

const authArguments = z.tuple([z.string(), z.number(), z.string()]);

/** The one key of the account. */
interface StreamKey extends ApiCredentials {
  readonly isRevoked: () => boolean;
}

/** One client of the private stream: authentication and subscription. */
export class StreamClient {
  readonly line: ClientLine;
  #isAuthenticated = false;
  #isSubscribed = false;

  constructor(
    socket: WebSocket,
    private readonly key: StreamKey,
    private readonly nowMs: () => number,
    fault: ConnectionFault | undefined,
  ) {
    this.line = new ClientLine(socket, fault, {
      pong: (requestId) => {
        const { connectionId } = this.line;
        this.line.send({ req_id: requestId, op: 'pong', args: [String(nowMs())], conn_id: connectionId });
      },
      byName: {
        auth: (args, requestId) => this.#authenticate(args, requestId),
        subscribe: (topics, requestId) => this.#subscribe(topics, requestId),
      },
    });
  }

  /** Whether it is told of orders. */
  get listens(): boolean {
    return this.#isSubscribed && this.line.fault !== 'silent';
  }

  #authenticate(args: readonly unknown[], requestId: RequestId): void {
    const parsed = authArguments.safeParse(args);
    this.#isAuthenticated = parsed.success && this.line.fault !== 'refuses_auth' && this.#isGenuine(...parsed.data);
    const text = this.#isAuthenticated ? '' : 'Params Error or sign error';
    this.line.answer('auth', this.#isAuthenticated, text, requestId);
    // As the venue does it: whoever it does not know is not listened to.
    if (!this.#isAuthenticated) this.line.close();
  }

  #isGenuine(key: string, expiresAtMs: number, signature: string): boolean {
    if (key !== this.key.apiKey || this.key.isRevoked() || !(expiresAtMs > this.nowMs())) return false;
    const expected = createHmac('sha256', this.key.apiSecret).update(`GET/realtime${expiresAtMs}`).digest();
    const given = Buffer.from(signature, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #subscribe(topics: readonly unknown[], requestId: RequestId): void {
    if (!this.#isAuthenticated) return this.line.answer('subscribe', false, 'Request not authorized', requestId);
    if (topics.length !== 1 || !ORDER_TOPICS.includes(topics[0])) {
      return this.line.answer('subscribe', false, 'Topic: the paper venue tells of one: order', requestId);
    }
    this.#isSubscribed = true;
    return this.line.answer('subscribe', true, '', requestId);
  }
}
