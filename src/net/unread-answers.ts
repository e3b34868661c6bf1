import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The longest answer of ours has some megabytes, and the system takes that much at once from a socket that is read. */
const UNREAD_BYTES_MAX = 64 * 1_048_576;
const UNREAD_MAX_MS = 5_000;

export interface UnreadBounds {
  /** On all connections together. */
  readonly unreadBytesMax?: number;
  /** How long one may take nothing of its answer. */
  readonly unreadMaxMs?: number;
}

interface Unread {
  readonly response: ServerResponse;
  /** Bytes that the system has taken of all that was ever written, when it was looked last. */
  takenBytes: number;
  takenAtMs: number;
}

/** The answers of a server that are not written, or not taken by those who asked: one to a connection. */
export class UnreadAnswers {
  readonly #answers = new Map<Socket, Unread>();

  /** @param close closes a connection, and deletes it here */
  constructor(
    private readonly bounds: UnreadBounds,
    private readonly close: (socket: Socket) => void,
  ) {}

  get size(): number {
    return this.#answers.size;
  }

  add(socket: Socket, response: ServerResponse): void {
    this.#answers.set(socket, { response, takenBytes: 0, takenAtMs: performance.now() });
  }

  delete(socket: Socket): void {
    this.#answers.delete(socket);
  }

  /** Closes those of which nothing has been taken for too long. */
  closeStuck(): void {
    const { unreadMaxMs = UNREAD_MAX_MS } = this.bounds;
    const nowMs = performance.now();
    for (const [socket, unread] of this.#answers) {
      const waiting = socket.writableLength;
      const takenBytes = socket.bytesWritten - waiting;
      if (waiting === 0 || takenBytes !== unread.takenBytes) {
        unread.takenBytes = takenBytes;
        unread.takenAtMs = nowMs;
      } else if (nowMs - unread.takenAtMs > unreadMaxMs) this.close(socket);
    }
  }

  /** Closes the longest until all together are within their bound. */
  closeLongest(): void {
    const { unreadBytesMax = UNREAD_BYTES_MAX } = this.bounds;
    let total = 0;
    for (const { response } of this.#answers.values()) total += response.writableLength;
    while (total > unreadBytesMax) {
      let longest: readonly [Socket, number] | undefined;
      for (const [socket, { response }] of this.#answers) {
        if (response.writableLength > (longest?.[1] ?? 0)) longest = [socket, response.writableLength];
      }
      if (!longest) return;
      this.close(longest[0]);
      total -= longest[1];
    }
  }
}
