import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { ConnectionFault } from '../faults/stream-faults';
import type { ApiCredentials } from '../http/authentication';

/** What a client may leave unread; whoever reads less is closed, as at the venue. */
const UNREAD_BYTES_MAX = 1_048_576;
/** A socket's readyState while it is open. */
const OPEN = 1;
const ORDER_TOPICS: readonly string[] = ['order', 'order.linear'];

const command = z.object({
  req_id: z.union([z.string().max(100), z.number()]).optional(),
  op: z.string(),
  args: z.array(z.unknown()).max(20).optional(),
});
const authArguments = z.tuple([z.string(), z.number(), z.string()]);

/** The one key of the account. */
interface StreamKey extends ApiCredentials {
  readonly isRevoked: () => boolean;
}

/** One connection of a client to the private stream: authentication, subscription, pings. */
export class StreamClient {
  readonly #connectionId = randomUUID();
  #isAuthenticated = false;
  #isSubscribed = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly key: StreamKey,
    private readonly nowMs: () => number,
    private readonly fault: ConnectionFault | undefined,
  ) {}

  /** Whether it is told of orders. */
  get listens(): boolean {
    return this.#isSubscribed && this.fault !== 'silent';
  }

  /** Answers what the client said. @throws never */
  hear(text: string): void {
    const parsed = command.safeParse(parseJson(text));
    if (!parsed.success) return this.#answer('', false, 'Invalid request', undefined);
    const { op, args = [], req_id: requestId } = parsed.data;
    switch (op) {
      case 'ping':
        if (this.fault === 'no_pong') return undefined;
        return this.send({ req_id: requestId, op: 'pong', args: [String(this.nowMs())], conn_id: this.#connectionId });
      case 'auth':
        return this.#authenticate(args, requestId);
      case 'subscribe':
        return this.#subscribe(args, requestId);
      default:
        return this.#answer(op, false, `Unknown op ${op.slice(0, 50)}`, requestId);
    }
  }

  send(value: object): void {
    this.sendText(JSON.stringify(value));
  }

  sendText(text: string): void {
    sendBounded(this.socket, text);
  }

  end(): void {
    this.socket.terminate();
  }

  #authenticate(args: readonly unknown[], requestId: unknown): void {
    const parsed = authArguments.safeParse(args);
    this.#isAuthenticated = parsed.success && this.fault !== 'refuses_auth' && this.#isGenuine(...parsed.data);
    const text = this.#isAuthenticated ? '' : 'Params Error or sign error';
    this.#answer('auth', this.#isAuthenticated, text, requestId);
    // As the venue does it: whoever it does not know is not listened to.
    if (!this.#isAuthenticated) this.socket.close();
  }

  #isGenuine(key: string, expiresAtMs: number, signature: string): boolean {
    if (key !== this.key.apiKey || this.key.isRevoked() || !(expiresAtMs > this.nowMs())) return false;
    const expected = createHmac('sha256', this.key.apiSecret).update(`GET/realtime${expiresAtMs}`).digest();
    const given = Buffer.from(signature, 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #subscribe(topics: readonly unknown[], requestId: unknown): void {
    const stranger = topics.find((topic) => typeof topic !== 'string' || !ORDER_TOPICS.includes(topic));
    if (!this.#isAuthenticated) return this.#answer('subscribe', false, 'Request not authorized', requestId);
    if (topics.length !== 1 || stranger !== undefined) {
      return this.#answer('subscribe', false, 'Topic: the paper venue tells of one: order', requestId);
    }
    this.#isSubscribed = true;
    return this.#answer('subscribe', true, '', requestId);
  }

  #answer(op: string, success: boolean, text: string, requestId: unknown): void {
    this.send({ success, ret_msg: text, op, conn_id: this.#connectionId, req_id: requestId });
  }
}

/** Sends a text; whoever reads none is closed. */
export function sendBounded(socket: WebSocket, text: string): void {
  if (socket.readyState !== OPEN) return;
  if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.terminate();
  else socket.send(text);
}

/** @returns undefined for what is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
