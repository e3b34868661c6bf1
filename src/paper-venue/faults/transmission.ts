import type { ServerResponse } from 'node:http';
import { sendReply } from '../http/http-server';
import type { HttpReply } from '../http/messages';

/** A connection without an answer is closed after this, longer than any client waits. */
const SILENCE_MAX_MS = 30_000;

/** Connections left without an answer at the same time; more are reset instead. */
const SILENT_CONNECTIONS_MAX = 500;

const SLOW_CHUNK_BYTES = 16;
const SLOW_CHUNKS_MAX = 64;

/** Sends replies the way a bad network would. Everything unfinished ends with `close`. */
export class Transmission {
  readonly #timers = new Set<NodeJS.Timeout>();
  #silentConnections = 0;

  /** Breaks the connection off with a TCP reset. */
  reset(response: ServerResponse): void {
    response.socket?.resetAndDestroy();
  }

  /** Answers nothing, for as long as the client waits. */
  staySilent(response: ServerResponse): void {
    if (this.#silentConnections >= SILENT_CONNECTIONS_MAX) {
      this.reset(response);
      return;
    }
    this.#silentConnections += 1;
    const timer = this.after(SILENCE_MAX_MS, () => this.reset(response));
    response.once('close', () => {
      this.#silentConnections -= 1;
      clearTimeout(timer);
      this.#timers.delete(timer);
    });
  }

  /** Headers and half the body, then silence. */
  stall(response: ServerResponse, reply: HttpReply): void {
    this.#sendHalf(response, reply, () => this.staySilent(response));
  }

  /** Headers and half the body, then a reset. */
  cutOff(response: ServerResponse, reply: HttpReply): void {
    this.#sendHalf(response, reply, () => this.reset(response));
  }

  /** The whole reply, spread over about this long. */
  drip(response: ServerResponse, reply: HttpReply, durationMs: number): void {
    const body = Buffer.from(reply.body);
    const chunkBytes = Math.max(SLOW_CHUNK_BYTES, Math.ceil(body.length / SLOW_CHUNKS_MAX));
    const chunks = Math.max(1, Math.ceil(body.length / chunkBytes));
    response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
    const sendFrom = (offset: number): void => {
      if (response.destroyed) return;
      if (offset >= body.length) {
        response.end();
        return;
      }
      response.write(body.subarray(offset, offset + chunkBytes));
      this.after(durationMs / chunks, () => sendFrom(offset + chunkBytes));
    };
    sendFrom(0);
  }

  send(response: ServerResponse, reply: HttpReply): void {
    sendReply(response, reply);
  }

  /** Runs something later, unless the venue closes before. */
  after(delayMs: number, action: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
    return timer;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #sendHalf(response: ServerResponse, reply: HttpReply, then: () => void): void {
    const body = Buffer.from(reply.body);
    response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length });
    response.write(body.subarray(0, Math.floor(body.length / 2)), then);
  }
}
