import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { ConnectionFault } from '../faults/stream-faults';
import { ClientLine, type RequestId } from './client-line';

/** All that one connection may ask for, as Bybit documents it: the characters of its topics, quotes and commas. */
const TOPIC_CHARACTERS_MAX = 21_000;
/** Quotes and a comma. */
const AROUND_TOPIC = 3;

const topicNames = z.array(z.string());

/** One client of the public stream: subscriptions. One topic that is refused has all of its request refused. */
export class PublicClient {
  readonly line: ClientLine;
  readonly #topics = new Set<string>();
  #characters = 0;

  /** @param isOffered whether there is such a topic */
  constructor(
    socket: WebSocket,
    private readonly isOffered: (topic: string) => boolean,
    fault: ConnectionFault | undefined,
  ) {
    this.line = new ClientLine(socket, fault, {
      pong: (requestId) => this.line.answer('ping', true, 'pong', requestId),
      byName: {
        subscribe: (args, requestId) => this.#withTopics(args, (topics) => this.#subscribe(topics, requestId)),
        unsubscribe: (args, requestId) => this.#withTopics(args, (topics) => this.#unsubscribe(topics, requestId)),
      },
    });
  }

  /** What it is told of. */
  get topics(): Iterable<string> {
    return this.#topics;
  }

  listensTo(topic: string): boolean {
    return this.#topics.has(topic) && this.line.fault !== 'silent';
  }

  #withTopics(args: readonly unknown[], act: (topics: readonly string[]) => void): void {
    const parsed = topicNames.safeParse(args);
    if (parsed.success) act(parsed.data);
    else this.line.refuse();
  }

  #subscribe(topics: readonly string[], requestId: RequestId): void {
    const fault = this.#faultOf(topics);
    if (fault !== undefined) return this.line.answer('subscribe', false, fault, requestId);
    for (const topic of topics) {
      this.#topics.add(topic);
      this.#characters += topic.length + AROUND_TOPIC;
    }
    return this.line.answer('subscribe', true, 'subscribe', requestId);
  }

  #unsubscribe(topics: readonly string[], requestId: RequestId): void {
    for (const topic of topics) {
      if (this.#topics.delete(topic)) this.#characters -= topic.length + AROUND_TOPIC;
    }
    this.line.answer('unsubscribe', true, '', requestId);
  }

  #faultOf(topics: readonly string[]): string | undefined {
    const characters = topics.reduce((sum, topic) => sum + topic.length + AROUND_TOPIC, this.#characters);
    if (topics.length === 0 || characters > TOPIC_CHARACTERS_MAX) return 'error:Params Error: args';
    const stranger = topics.find((topic) => !this.isOffered(topic));
    if (stranger !== undefined || this.line.fault === 'refuses_auth') {
      return `error:handler not found,topic:${(stranger ?? topics[0]!).slice(0, 100)}`;
    }
    const known = topics.find((topic, index) => this.#topics.has(topic) || topics.indexOf(topic) < index);
    return known && `error:already subscribed,topic:${known}`;
  }
}
