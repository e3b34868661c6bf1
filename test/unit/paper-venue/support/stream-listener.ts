import undici = require('undici');
import { waitFor } from '../../../../harness/wait-for';

/** What a stream tells, in one message. */
export interface Message {
  readonly op?: string;
  readonly success?: boolean;
  readonly ret_msg?: string;
  readonly topic?: string;
  readonly data?: readonly Record<string, unknown>[];
}

/** Longer than the latest of late news. */
const WAIT = { timeoutMs: 10_000, intervalMs: 5 };

export async function until(isSo: () => boolean): Promise<void> {
  await waitFor('what the test expects', async () => isSo() || undefined, WAIT);
}

const sockets = new Set<undici.WebSocket>();

/** Ends the connections of all listeners. */
export function closeListeners(): void {
  for (const socket of sockets) socket.close();
  sockets.clear();
}

/** A client of one of the paper venue's streams, and what it heard. */
export class StreamListener {
  readonly heard: Message[] = [];
  readonly unreadable: string[] = [];
  isClosed = false;
  readonly #socket: undici.WebSocket;

  /** @param url of the stream */
  constructor(url: string, headers: Record<string, string> = {}) {
    this.#socket = new undici.WebSocket(url.replace('http', 'ws'), { headers });
    sockets.add(this.#socket);
    this.#socket.addEventListener('close', () => (this.isClosed = true));
    this.#socket.addEventListener('error', () => (this.isClosed = true));
    this.#socket.addEventListener('message', ({ data }) => {
      try {
        this.heard.push(JSON.parse(String(data)) as Message);
      } catch {
        this.unreadable.push(String(data));
      }
    });
  }

  /** Ends when it is open, or refused. */
  async settled(): Promise<void> {
    await until(() => this.#socket.readyState !== undici.WebSocket.CONNECTING);
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  async hears(which: (message: Message) => boolean): Promise<Message> {
    await until(() => this.heard.some(which));
    return this.heard.find(which)!;
  }

  /** All rows that were told of a topic. */
  rowsOf(topic: string): readonly Record<string, unknown>[] {
    return this.heard.flatMap((message) => (message.topic === topic ? (message.data ?? []) : []));
  }
}
