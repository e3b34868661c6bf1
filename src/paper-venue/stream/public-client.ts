import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { ConnectionFault } from '../faults/stream-faults';
import { parseJson, sendBounded } from './stream-client';

/** All that one connection may ask for, as Bybit documents it: the characters of its topics, quotes and commas. */
const TOPIC_CHARACTERS_MAX = 21_000;
/** Quotes and a comma. */
const AROUND_TOPIC = 3;

const command = z.object({
  req_id: z.union([z.string().max(100), z.number()]).optional(),
  op: z.string(),
  args: z.array(z.string().max(TOPIC_CHARACTERS_MAX)).max(TOPIC_CHARACTERS_MAX).optional(),
});

/** One connection of a client to the public stream: subscriptions and pings. One topic that is refused has all of its request refused. */
export class PublicClient {
  readonly #connectionId = randomUUID();
  readonly #topics = new Set<string>();
  #characters = 0;

  /** @param isOffered whether there is such a topic */
  constructor(
    private readonly socket: WebSocket,
    private readonly isOffered: (topic: string) => boolean,
    private readonly fault: ConnectionFault | undefined,
  ) {}

  /** What it is told of. */
  get topics(): Iterable<string> {
    return this.#topics;
  }

  listensTo(topic: string): boolean {
    return this.#topics.has(topic) && this.fault !== 'silent';
  }

  /** Answers what the client said. @throws never */
  hear(text: string): void {
    const parsed = command.safeParse(parseJson(text));
    if (!parsed.success) return this.#answer('', false, 'Invalid request', undefined);
    const { op, args = [], req_id: requestId } = parsed.data;
    switch (op) {
      case 'ping':
        if (this.fault === 'no_pong') return undefined;
        return this.#answer('ping', true, 'pong', requestId);
      case 'subscribe':
        return this.#subscribe(args, requestId);
      case 'unsubscribe':
        for (const topic of args) this.#forget(topic);
        return this.#answer('unsubscribe', true, '', requestId);
      default:
        return this.#answer(op, false, `Unknown op ${op.slice(0, 50)}`, requestId);
    }
  }

  sendText(text: string): void {
    sendBounded(this.socket, text);
  }

  end(): void {
    this.socket.terminate();
  }

  #subscribe(topics: readonly string[], requestId: unknown): void {
    const fault = this.#faultOf(topics);
    if (fault !== undefined) return this.#answer('subscribe', false, fault, requestId);
    for (const topic of topics) {
      this.#topics.add(topic);
      this.#characters += topic.length + AROUND_TOPIC;
    }
    return this.#answer('subscribe', true, 'subscribe', requestId);
  }

  #faultOf(topics: readonly string[]): string | undefined {
    const characters = topics.reduce((sum, topic) => sum + topic.length + AROUND_TOPIC, this.#characters);
    if (topics.length === 0 || characters > TOPIC_CHARACTERS_MAX) return 'error:Params Error: args';
    const stranger = topics.find((topic) => !this.isOffered(topic));
    if (stranger !== undefined || this.fault === 'refuses_auth') {
      return `error:handler not found,topic:${(stranger ?? topics[0]!).slice(0, 100)}`;
    }
    const known = topics.find((topic, index) => this.#topics.has(topic) || topics.indexOf(topic) < index);
    return known && `error:already subscribed,topic:${known}`;
  }

  #forget(topic: string): void {
    if (this.#topics.delete(topic)) this.#characters -= topic.length + AROUND_TOPIC;
  }

  #answer(op: string, success: boolean, text: string, requestId: unknown): void {
    this.sendText(JSON.stringify({ success, ret_msg: text, conn_id: this.#connectionId, req_id: requestId, op }));
  }
}
