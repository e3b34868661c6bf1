import type { Socket } from 'node:net';
import { readLines, sendLine } from './line-reader';
import {
  differenceOf,
  parseLine,
  REQUESTS_WAITING_MAX,
  SIGN_OF_LIFE_MS,
  type Greeting,
  type StartReply,
  type Welcome,
} from './protocol';
import type { StartDesk } from './start-desk';

/** Whoever connects greets at once. */
const GREETING_MAX_MS = 1_000;
/** Bytes of answers that nobody reads; beyond, the connection is closed. */
const UNREAD_BYTES_MAX = 262_144;
/** What is under way when the engine stops has so long to be answered, and its answer so long to be read. */
const LAST_ANSWERS_MAX_MS = 1_000;

/** One connection of the API, at the engine's end. */
export class HandOverVisit {
  /** Since when nothing waits here, on the monotonic clock; undefined: something does. */
  idleSinceMs: number | undefined = performance.now();
  private isWelcome = false;
  private isEnding = false;
  private waiting = 0;
  private signs: NodeJS.Timeout | undefined;
  private onIdle: (() => void) | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly identity: Greeting,
    private readonly desk: StartDesk,
  ) {
    const greeting = setTimeout(() => this.isWelcome || socket.destroy(), GREETING_MAX_MS).unref();
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(greeting);
      clearInterval(this.signs);
      this.onIdle?.();
    });
    readLines(socket, { onLine: (line) => this.read(line) });
  }

  /** Takes no more requests, and closes the connection once those that it took are answered. */
  async end(): Promise<void> {
    this.isEnding = true;
    if (this.waiting > 0 && !this.socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
        setTimeout(resolve, LAST_ANSWERS_MAX_MS).unref();
      });
    }
    // The last answers may still be on their way into the socket.
    this.socket.destroySoon();
    setTimeout(() => this.socket.destroy(), LAST_ANSWERS_MAX_MS).unref();
  }

  /** Closes the connection now. */
  close(): void {
    this.socket.destroy();
  }

  private read(line: string): void {
    const message = parseLine(line);
    if (!message) this.socket.destroy();
    else if (this.isWelcome) this.request(message);
    else this.greet(message);
  }

  private greet(greeting: Readonly<Record<string, unknown>>): void {
    const why = differenceOf(this.identity, greeting);
    const welcome: Welcome = why === undefined ? { welcome: true } : { welcome: false, why };
    sendLine(this.socket, welcome);
    if (why === undefined) this.isWelcome = true;
    else this.socket.end();
  }

  private request(request: Readonly<Record<string, unknown>>): void {
    const { id } = request;
    if (!Number.isSafeInteger(id)) {
      this.socket.destroy();
      return;
    }
    if (this.isEnding || this.waiting >= REQUESTS_WAITING_MAX) {
      this.answer(id, { status: 'returned' });
      return;
    }
    this.waiting += 1;
    this.idleSinceMs = undefined;
    this.signs ??= setInterval(() => this.socket.writable && this.socket.write('\n'), SIGN_OF_LIFE_MS).unref();
    void this.desk(request).then((reply) => {
      this.waiting -= 1;
      this.answer(id, reply);
      if (this.waiting > 0) return;
      this.idleSinceMs = performance.now();
      clearInterval(this.signs);
      this.signs = undefined;
      this.onIdle?.();
    });
  }

  private answer(id: unknown, reply: StartReply): void {
    sendLine(this.socket, { id, ...reply });
    if (this.socket.writableLength > UNREAD_BYTES_MAX) this.socket.destroy();
  }
}
